/** Connections of HTTP/1.1: kept, pipelined, chunked, slow, half-closed, cut, and malformed ones. */
import assert from 'node:assert/strict'
import http from 'node:http'
import { MEDIA_TYPES, type Case, type Encoding, type Target } from './case.ts'
import { checkAccepted, describe } from './checks.ts'
import {
  readStatuses,
  send,
  talk,
  writeChunked,
  writeRequest,
  type HttpRequest,
  type Step,
} from './http-client.ts'
import { makeTraces, makeTracesOfSize } from './messages.ts'

const body = makeTraces('protobuf', 'connection')
const type = { 'Content-Type': MEDIA_TYPES.protobuf }
const sized = { ...type, 'Content-Length': body.length }

function good(target: Target): Buffer {
  return writeRequest(target, sized, body)
}

async function checkStillServes(target: Target): Promise<void> {
  checkAccepted(await send(target, { headers: type, body }), 'protobuf')
}

/** These steps on one connection are answered with these statuses, and the target lives on. */
function answers(
  id: string,
  statuses: readonly (number | readonly number[])[],
  steps: (target: Target) => readonly Step[],
): Case {
  return {
    id: `connection/${id}`,
    run: async (target) => {
      const enough = new RegExp(
        `(?:HTTP/1\\.[01] \\d{3}[^]*?\\r\\n\\r\\n[^]*?){${statuses.length}}`,
      )
      const text = await talk(target, steps(target), enough)
      const found = readStatuses(text)
      assert.equal(found.length, statuses.length, `answered ${found.join(', ')}`)
      for (const [index, status] of statuses.entries()) {
        assert([status].flat().includes(found[index]!), `answered ${found.join(', ')}`)
      }
      await checkStillServes(target)
    },
  }
}

/** After a refusal, the same client is served: on the same connection, or on another in its place. */
function keepsAlive(id: string, refused: (target: Target) => HttpRequest, status: number): Case {
  return {
    id: `connection/after-${id}`,
    run: async (target) => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
      try {
        const first = await send(target, { ...refused(target), agent })
        assert.equal(first.status, status, describe(first))
        checkAccepted(await send(target, { headers: type, body, agent }), 'protobuf')
      } finally {
        agent.destroy()
      }
    },
  }
}

const kept = [
  keepsAlive('200', () => ({ headers: type, body }), 200),
  keepsAlive('400', () => ({ headers: type, body: 'no OTLP' }), 400),
  keepsAlive('404', () => ({ headers: type, body, path: '/v2/traces' }), 404),
  keepsAlive('405', () => ({ headers: type, method: 'GET' }), 405),
  keepsAlive(
    '413',
    ({ maxRequestBytes }) => ({
      headers: type,
      body: makeTracesOfSize('protobuf', maxRequestBytes + 1),
    }),
    413,
  ),
  keepsAlive('415', () => ({ headers: { 'content-type': 'text/html' }, body }), 415),
]

const shapes = [
  answers('pipelined', [200, 200, 200], (target) => [
    Buffer.concat([good(target), good(target), good(target)]),
  ]),
  answers('pipelined-after-error', [404, 200], (target) => {
    const lost = writeRequest(target, sized, body, 'POST /v1/nothing HTTP/1.1')
    return [Buffer.concat([lost, good(target)])]
  }),
  answers('chunked', [200], (target) => [
    writeRequest(target, { ...type, 'Transfer-Encoding': 'chunked' }, writeChunked(body)),
  ]),
  answers('chunked-with-extension', [200], (target) => {
    const chunks = `${body.length.toString(16)};name=value\r\n`
    const sent = Buffer.concat([Buffer.from(chunks), body, Buffer.from('\r\n0\r\n\r\n')])
    return [writeRequest(target, { ...type, 'Transfer-Encoding': 'chunked' }, sent)]
  }),
  answers('chunked-with-trailers', [200], (target) => [
    writeRequest(
      target,
      { ...type, 'Transfer-Encoding': 'chunked', Trailer: 'X-Checksum' },
      writeChunked(body, 'X-Checksum: 1\r\n'),
    ),
  ]),
  answers('broken-chunk', [400], (target) => [
    writeRequest(target, { ...type, 'Transfer-Encoding': 'chunked' }, 'not hex\r\n'),
  ]),
  answers('byte-by-byte', [200], (target) =>
    [...good(target)].flatMap((byte): Step[] => [Buffer.from([byte]), { waitMs: 0 }]),
  ),
  answers('names-in-lower-case', [200], (target) => [
    writeRequest(
      target,
      { 'content-type': MEDIA_TYPES.protobuf, 'content-length': body.length },
      body,
    ),
  ]),
  answers('large-headers', [200], (target) => [
    writeRequest(target, { ...sized, 'X-Large': 'x'.repeat(8000) }, body),
  ]),
  answers('too-large-headers', [[400, 431]], (target) => [
    writeRequest(target, { ...sized, 'X-Large': 'x'.repeat(2 * 1024 * 1024) }, body),
  ]),
  answers('http-1.0', [200], (target) => [
    writeRequest(target, sized, body, 'POST /v1/traces HTTP/1.0'),
  ]),
]

const expectations = [
  answers('expect-continue', [100, 200], (target) => [
    writeRequest(target, { ...sized, Expect: '100-continue' }),
    { waitFor: /100 Continue/ },
    body,
  ]),
  // Who says before that it will be too large should not have to send it.
  {
    id: 'connection/expect-continue-too-large',
    run: async (target) => {
      const length = target.maxRequestBytes + 1
      const head = writeRequest(target, {
        ...type,
        'Content-Length': length,
        Expect: '100-continue',
      })
      const text = await talk(target, [head], /HTTP\/1\.1 (?!100)\d{3}/)
      assert.deepEqual(readStatuses(text), [413])
      await checkStillServes(target)
    },
  } satisfies Case,
  answers('expect-continue-not-found', [404], (target) => [
    writeRequest(target, { ...sized, Expect: '100-continue' }, '', 'POST /v1/nothing HTTP/1.1'),
  ]),
]

const ends = [
  // A server may answer, or take it that the sender has gone; it may not leave it waiting.
  {
    id: 'connection/half-closed',
    run: async (target) => {
      const start = Date.now()
      const text = await talk(target, [good(target), 'half-close'], /HTTP/)
      assert(Date.now() - start < 5000, 'neither answered nor closed')
      for (const status of readStatuses(text)) assert([200, 503].includes(status), text)
      await checkStillServes(target)
    },
  } satisfies Case,
  answers('half-closed-in-body', [400], (target) => [good(target).subarray(0, -4), 'half-close']),
  answers('cut-in-body', [], (target) => [good(target).subarray(0, -4), { waitMs: 50 }, 'cut']),
  answers('cut-in-head', [], (target) => [good(target).subarray(0, 30), { waitMs: 50 }, 'cut']),
  answers('cut-before-answer', [], (target) => [good(target), 'cut']),
]

const malformed = [
  answers('no-http', [400], () => [Buffer.from('\x16\x03\x01 this is no HTTP\r\n\r\n')]),
  answers('no-host', [400], () => [
    Buffer.from('POST /v1/traces HTTP/1.1\r\nContent-Length: 0\r\n\r\n'),
  ]),
  // Two lengths let two servers see two requests (RFC 9112, 6.3 and 11.2).
  answers('two-lengths', [400], (target) => [
    writeRequest(target, { ...sized, 'content-length': body.length + 1 }, body),
  ]),
  answers('negative-length', [400], (target) => [
    writeRequest(target, { ...type, 'Content-Length': -1 }, body),
  ]),
  answers('broken-header', [400], (target) => [
    writeRequest(target, { ...sized, 'no header': 'x' }, body),
  ]),
]

const concurrent = (['protobuf', 'json'] as const).map((encoding: Encoding): Case => ({
  id: `connection/concurrent-${encoding}`,
  run: async (target) => {
    const request = {
      headers: { 'content-type': MEDIA_TYPES[encoding] },
      body: makeTraces(encoding, 'concurrent'),
    }
    const all = await Promise.all(Array.from({ length: 100 }, () => send(target, request)))
    for (const answer of all) checkAccepted(answer, encoding)
  },
}))

export const CONNECTION_CASES: readonly Case[] = [
  ...kept,
  ...shapes,
  ...expectations,
  ...ends,
  ...malformed,
  ...concurrent,
]
