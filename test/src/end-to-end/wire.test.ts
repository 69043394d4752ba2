/** The processor on the wire: what it passes on byte for byte, and what it refuses, saying why. */
import { status } from '@grpc/grpc-js'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { forwardTo, startGrpcBackend, startHttpBackend } from './backend.ts'
import { stopAfterEach } from './children.ts'
import { readSpend, startProcessor } from './processor.ts'
import {
  callExport,
  encodeTraces,
  JSON_TYPE,
  makeChatSpan,
  makeSpan,
  makeTraces,
  PROTOBUF,
  send,
  sendTraces,
} from './requests.ts'
import { readStatus } from './rpc-status.ts'

stopAfterEach()

describe('a request without GenAI spans leaves as the same bytes', () => {
  const foreign = makeTraces([
    makeSpan(1, { 'http.request.method': 'GET', 'http.response.size': 7 }),
  ])
  // With a field that no version of OTLP has, and as no encoder would write it.
  const binary = Buffer.concat([encodeTraces(foreign), Buffer.from([0xc0, 0x0c, 0x01])])
  const text = JSON.stringify(foreign, null, 3).replace('{', '{ "notOurs": [1.0, 2e3],\n')

  test('over HTTP, plain and gzip', async () => {
    const backend = await startHttpBackend()
    const { httpUrl } = await startProcessor({ forward: forwardTo(backend) })
    for (const [path, contentType, body] of [
      ['/v1/traces', PROTOBUF, binary],
      ['/v1/traces', JSON_TYPE, Buffer.from(text)],
      // The other signals are not looked into at all.
      ['/v1/metrics', JSON_TYPE, Buffer.from('{ "resourceMetrics": [ ] }')],
      ['/v1/logs', JSON_TYPE, Buffer.from('{"resourceLogs":[],  "x":1}')],
    ] as const) {
      const headers = { 'content-type': contentType }
      const plain = await send(httpUrl + path, { headers, body })
      const zipped = await send(httpUrl + path, {
        headers: { ...headers, 'content-encoding': 'gzip' },
        body: gzipSync(body),
      })
      expect([plain.status, zipped.status]).toEqual([200, 200])
      const sent = { path, contentType, body }
      expect(backend.received.splice(0)).toEqual([sent, sent])
    }
  })

  test('over gRPC, and from HTTP to gRPC', async () => {
    const backend = await startGrpcBackend()
    const processor = await startProcessor({ forward: forwardTo(backend) })
    expect((await callExport(processor.grpcAddress, binary)).code).toBe(status.OK)
    const headers = { 'content-type': PROTOBUF }
    const sent = await send(`${processor.httpUrl}/v1/traces`, { headers, body: binary })
    expect(sent.status).toBe(200)
    expect(backend.received.map(({ body }) => body)).toEqual([binary, binary])
  })
})

const spans = [makeChatSpan(2, { model: 'gpt-4o', input: 1000, output: 100 })]
const good = encodeTraces(makeTraces(spans))
const goodText = JSON.stringify(makeTraces(spans))

const MIB = 1024 * 1024
const INVALID_ARGUMENT = 3
const RESOURCE_EXHAUSTED = 8
const UNIMPLEMENTED = 12

describe('what is no request is refused and changes nothing', () => {
  const garbage = [400, INVALID_ARGUMENT] as const
  const wrongType = [415, INVALID_ARGUMENT] as const
  const tooLarge = [413, RESOURCE_EXHAUSTED] as const
  const gzip = { 'content-encoding': 'gzip' }

  /** Name, content type, body, the answer's status and code, and what else is special. */
  const refused: [
    string,
    string,
    () => Uint8Array | string,
    readonly [number, number],
    { path?: string; method?: string; headers?: Record<string, string>; times?: number }?,
  ][] = [
    ['garbage', PROTOBUF, () => 'garbage', garbage],
    ['garbage for JSON', JSON_TYPE, () => 'garbage', garbage],
    ['JSON of another shape', JSON_TYPE, () => '[1]', garbage],
    ['truncated', PROTOBUF, () => good.subarray(0, -5), garbage],
    ['truncated JSON', JSON_TYPE, () => goodText.slice(0, -9), garbage],
    ['no gzip', PROTOBUF, () => good, garbage, { headers: gzip }],
    ['truncated gzip', JSON_TYPE, () => gzipSync(good).subarray(0, -9), garbage, { headers: gzip }],
    [
      'no known encoding',
      PROTOBUF,
      () => good,
      wrongType,
      { headers: { 'content-encoding': 'rot13' } },
    ],
    ['a wrong content type', 'text/plain', () => good, wrongType],
    ['no content type', '', () => good, wrongType],
    ['an unknown path', JSON_TYPE, () => '{}', [404, UNIMPLEMENTED], { path: '/v1/nothing' }],
    ['a wrong method', PROTOBUF, () => '', [405, UNIMPLEMENTED], { method: 'GET' }],
    // More than once: the answer must not get lost by closing while the sender still sends.
    ['100 MiB', PROTOBUF, () => Buffer.alloc(100 * MIB), tooLarge, { times: 20 }],
    [
      '100 MiB of unknown length',
      PROTOBUF,
      () => Buffer.alloc(100 * MIB),
      tooLarge,
      { headers: { 'transfer-encoding': 'chunked' }, times: 3 },
    ],
    [
      '100 MiB in a small gzip',
      JSON_TYPE,
      () => gzipSync(Buffer.alloc(100 * MIB, ' ')),
      tooLarge,
      { headers: gzip },
    ],
  ]

  test('over HTTP, with a Status in the encoding of the request', async () => {
    const backend = await startHttpBackend()
    const processor = await startProcessor({ forward: forwardTo(backend) })
    const before = await readSpend(processor)
    for (const [name, contentType, makeBody, [httpStatus, code], special = {}] of refused) {
      const { path = '/v1/traces', method = 'POST', times = 1 } = special
      const type: Record<string, string> = contentType === '' ? {} : { 'content-type': contentType }
      const body = makeBody()
      for (let time = 0; time < times; time++) {
        const headers = { ...type, ...special.headers }
        const answer = await send(processor.httpUrl + path, { method, headers, body })
        // JSON is for people, where the sender named no encoding of OTLP.
        const encoding = contentType === PROTOBUF ? PROTOBUF : JSON_TYPE
        const found = { name, status: answer.status, ...readStatus(answer) }
        expect(found).toEqual({ name, status: httpStatus, encoding, code })
      }
    }
    expect(backend.received).toEqual([])
    expect(await readSpend(processor)).toEqual(before)
    // And it is as well as before.
    expect((await sendTraces(processor.httpUrl, spans)).status).toBe(200)
    expect(backend.received).toHaveLength(1)
  })

  test('over gRPC', async () => {
    const backend = await startGrpcBackend()
    const processor = await startProcessor({ forward: forwardTo(backend) })
    const before = await readSpend(processor)
    for (const body of [Buffer.from('garbage'), good.subarray(0, -5)]) {
      expect((await callExport(processor.grpcAddress, body)).code).toBe(status.INVALID_ARGUMENT)
    }
    const large = await callExport(processor.grpcAddress, Buffer.alloc(100 * MIB))
    expect(large.code).toBe(status.RESOURCE_EXHAUSTED)
    // RetryInfo would make a client send it again.
    expect(large.metadata?.get('grpc-status-details-bin')).toEqual([])
    const unknown = await callExport(processor.grpcAddress, good, 'profiles')
    expect(unknown.code).toBe(status.UNIMPLEMENTED)
    expect(backend.received).toEqual([])
    expect(await readSpend(processor)).toEqual(before)
  })
})

test('an empty request is a valid one', async () => {
  const processor = await startProcessor({ forward: forwardTo(await startHttpBackend()) })
  const before = await readSpend(processor)
  const url = `${processor.httpUrl}/v1/traces`
  const binary = await send(url, { headers: { 'content-type': PROTOBUF }, body: '' })
  expect([binary.status, binary.body.toString()]).toEqual([200, ''])
  for (const body of ['{}', JSON.stringify(makeTraces([]))]) {
    const text = await send(url, { headers: { 'content-type': JSON_TYPE }, body })
    expect([text.status, text.body.toString()]).toEqual([200, '{}'])
  }
  const called = await callExport(processor.grpcAddress, Buffer.alloc(0))
  expect([called.code, called.body?.length]).toEqual([status.OK, 0])
  expect(await readSpend(processor)).toEqual(before)
})
