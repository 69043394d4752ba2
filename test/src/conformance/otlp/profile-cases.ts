/**
 * Profiles, whose part of the specification is in development: what passes them on must not lose or
 * invent any, and need not know what is in them.
 */
import assert from 'node:assert/strict'
import { status } from '@grpc/grpc-js'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { ENCODINGS, type Case, type Encoding } from './case.ts'
import { acceptsGrpc, refusesGrpc } from './grpc-cases.ts'
import { callExport } from './grpc-client.ts'
import { acceptsHttp, refusesHttp, typed } from './http-cases.ts'
import { send } from './http-client.ts'
import { field, fixed64Field } from './messages.ts'

const HTTP_PATH = '/v1development/profiles'
const GRPC_PATH = '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export'
const TIME_UNIX_NANO = 1_793_613_600_000_000_001n

/** One profile of a scope of this name; its sample says nothing, as values of it are of no matter. */
function makeProfiles(encoding: Encoding, name: string): Buffer {
  const profile = { samples: [{}], timeUnixNano: String(TIME_UNIX_NANO) }
  const resourceProfiles = [{ scopeProfiles: [{ scope: { name }, profiles: [profile] }] }]
  return encoding === 'json'
    ? Buffer.from(JSON.stringify({ resourceProfiles }))
    : field(
        1,
        field(2, field(1, field(1, name)), field(2, field(2), fixed64Field(3, TIME_UNIX_NANO))),
      )
}

const http = ENCODINGS.flatMap((encoding): Case[] => {
  const id = `profiles/${encoding}`
  const body = makeProfiles(encoding, id)
  const sent = (content: Uint8Array | string, headers = {}) => ({
    ...typed(encoding, content, headers),
    path: HTTP_PATH,
  })
  return [
    acceptsHttp(`${id}/minimal`, encoding, () => sent(body)),
    acceptsHttp(`${id}/gzip`, encoding, () => sent(gzipSync(body), { 'content-encoding': 'gzip' })),
    acceptsHttp(`${id}/zstd`, encoding, () =>
      sent(zstdCompressSync(body), { 'content-encoding': 'zstd' }),
    ),
    acceptsHttp(`${id}/empty`, encoding, () => sent(encoding === 'json' ? '{}' : '')),
    refusesHttp(`${id}/no-request`, encoding, [400], () => sent('this is not OTLP')),
    refusesHttp(`${id}/cut-off`, encoding, [400], () => sent(body.subarray(0, -5))),
    {
      id: `http/${id}/arrives`,
      needs: 'sink',
      run: async (target) => {
        const name = `arrives over http as ${encoding}`
        const answer = await send(target, sent(makeProfiles(encoding, name)))
        assert.equal(answer.status, 200)
        await target.sink!.find(Buffer.from(name))
      },
    },
  ]
})

const body = makeProfiles('protobuf', 'grpc/profiles')

const grpc: readonly Case[] = [
  acceptsGrpc('profiles/minimal', () => ({ path: GRPC_PATH, body })),
  acceptsGrpc('profiles/empty', () => ({ path: GRPC_PATH, body: Buffer.alloc(0) })),
  acceptsGrpc('profiles/gzip', () => ({ path: GRPC_PATH, body, gzip: true })),
  refusesGrpc('profiles/no-request', [status.INVALID_ARGUMENT], () => ({
    path: GRPC_PATH,
    body: Buffer.from('this is not OTLP'),
  })),
  {
    id: 'grpc/profiles/arrives',
    needs: 'sink',
    run: async (target) => {
      const name = 'arrives over gRPC'
      const sent = { path: GRPC_PATH, body: makeProfiles('protobuf', name) }
      const { code, details } = await callExport(target, sent)
      assert.deepEqual([code, details], [status.OK, ''])
      await target.sink!.find(Buffer.from(name))
    },
  },
]

export const PROFILE_CASES: readonly Case[] = [...http, ...grpc]
