import {
  Metadata,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
} from '@grpc/grpc-js'
import { afterEach, describe, expect, test } from 'vitest'
import type { Destination } from '../config.ts'
import type { OtlpRequest, Result } from '../consume.ts'
import { startGrpcDestination, type GrpcDestination } from '../testing/grpc-destination.ts'
import { writeStatus } from '../testing/rpc-status.ts'
import { createDestination } from '../testing/sample-destination.ts'
import { createSelfSigned } from '../testing/self-signed.ts'
import { createChatSpan, createTraces, encodeTraces } from '../testing/traces.ts'
import type { Forwarder } from './forwarder.ts'
import { createGrpcForwarder } from './otlp-grpc.ts'
import { withTimeout } from './timeout.ts'

const BODY = Buffer.from('\0bytes that\xffare no OTLP', 'latin1')
const REQUEST: OtlpRequest = { signal: 'traces', encoding: 'protobuf', body: BODY }

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

type Answer = (callback: sendUnaryData<Buffer>, call: ServerUnaryCall<Buffer, Buffer>) => void

async function start(answer?: Answer): Promise<GrpcDestination> {
  const hop = await startGrpcDestination(answer)
  stops.push(hop.stop)
  return hop
}

function connect(endpoint: string, more: Partial<Destination> = {}): Forwarder {
  const forwarder = createGrpcForwarder('traces', createDestination('grpc', endpoint, more))
  stops.push(forwarder.close)
  return forwarder
}

function forward({ endpoint }: GrpcDestination, request = REQUEST): Promise<Result> {
  return connect(endpoint).consume(request, new AbortController().signal)
}

describe('what the destination gets', () => {
  test.each(['none', 'gzip'] as const)('the bytes as they were, compression %s', async (coding) => {
    const hop = await start()
    const headers = { 'X-Api-Key': 'k 1' }
    const { consume } = connect(hop.endpoint, { headers, compression: coding })
    const body = Buffer.concat([BODY, Buffer.alloc(3_000_000, 7)])
    const result = await consume({ ...REQUEST, body }, new AbortController().signal)
    expect(result).toEqual({ kind: 'accepted' })
    expect(hop.calls.map((call) => call.path)).toEqual([
      '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    ])
    expect(hop.calls[0]?.body.equals(body)).toBe(true)
    expect(hop.calls[0]?.metadata.get('x-api-key')).toEqual(['k 1'])
  })

  test('JSON as protobuf', async () => {
    const hop = await start()
    const traces = createTraces([createChatSpan(1, { big: -9_007_199_254_740_993n, small: 0.1 })])
    const body = Buffer.from(JSON.stringify(traces, null, 1))
    expect(await forward(hop, { ...REQUEST, encoding: 'json', body })).toEqual({ kind: 'accepted' })
    expect(hop.calls[0]?.body).toEqual(encodeTraces(traces))
  })

  test('nothing where JSON is no request', async () => {
    const hop = await start()
    for (const text of ['', '{', '{"resourceSpans":7}']) {
      const result = await forward(hop, { ...REQUEST, encoding: 'json', body: Buffer.from(text) })
      expect(result).toMatchObject({ kind: 'permanent', fault: 'malformed' })
    }
    expect(hop.calls).toEqual([])
  })

  test('the method of the signal', async () => {
    const hop = await start()
    for (const signal of ['metrics', 'logs'] as const) {
      const forwarder = createGrpcForwarder(signal, createDestination('grpc', hop.endpoint))
      stops.push(forwarder.close)
      await forwarder.consume({ ...REQUEST, signal }, new AbortController().signal)
    }
    expect(hop.calls.map(({ path }) => path)).toEqual([
      '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
      '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
    ])
  })
})

describe('what becomes of its answer', () => {
  test.each<[name: keyof typeof status, kind: 'retryable' | 'too_large' | 'refused']>([
    ['CANCELLED', 'retryable'],
    ['UNKNOWN', 'refused'],
    ['INVALID_ARGUMENT', 'refused'],
    ['DEADLINE_EXCEEDED', 'retryable'],
    ['NOT_FOUND', 'refused'],
    ['ALREADY_EXISTS', 'refused'],
    ['PERMISSION_DENIED', 'retryable'],
    ['RESOURCE_EXHAUSTED', 'too_large'],
    ['FAILED_PRECONDITION', 'refused'],
    ['ABORTED', 'retryable'],
    ['OUT_OF_RANGE', 'retryable'],
    ['UNIMPLEMENTED', 'retryable'],
    ['INTERNAL', 'refused'],
    ['UNAVAILABLE', 'retryable'],
    ['DATA_LOSS', 'retryable'],
    ['UNAUTHENTICATED', 'retryable'],
  ])('%s: %s', async (name, kind) => {
    const hop = await start((callback) =>
      callback({ code: status[name] as number, details: 'why' }),
    )
    const message = `the destination answered ${name}: why`
    expect(await forward(hop)).toEqual(
      kind === 'retryable' ? { kind, message } : { kind: 'permanent', fault: kind, message },
    )
    expect(hop.calls).toHaveLength(1)
  })

  test.each<[name: 'UNAVAILABLE' | 'RESOURCE_EXHAUSTED', overload: object]>([
    ['UNAVAILABLE', {}],
    ['RESOURCE_EXHAUSTED', { overload: true }],
  ])('%s with RetryInfo', async (name, overload) => {
    const metadata = new Metadata()
    metadata.set('grpc-status-details-bin', writeStatus(status[name], 'why', 9))
    const error = { code: status[name], details: 'why', metadata }
    const hop = await start((callback) => callback(error))
    const message = `the destination answered ${name}: why`
    expect(await forward(hop)).toEqual({ kind: 'retryable', message, afterMs: 9000, ...overload })
  })

  test('partial success', async () => {
    // 1: the partial success; in it 1: how many, 2: the message.
    const bytes = Buffer.from([0x0a, 9, 0x08, 3, 0x12, 5, ...Buffer.from('three')])
    const hop = await start((callback) => callback(null, bytes))
    const partialSuccess = { rejected: 3n, message: 'three' }
    expect(await forward(hop)).toEqual({ kind: 'accepted', partialSuccess })
  })

  test('one that cannot be read counts as success: the status said so', async () => {
    const hop = await start((callback) => callback(null, Buffer.from('garbage')))
    expect(await forward(hop)).toEqual({ kind: 'accepted' })
  })

  test.each([
    ['none', /^the destination answered RESOURCE_EXHAUSTED: Received message larger than max/],
    ['gzip', /^the destination answered RESOURCE_EXHAUSTED: Received message that decompresses/],
  ] as const)('too large, compression %s', async (compression, message) => {
    // grpc-js takes 4 MiB where nothing else is said, and tells whether it was compressed.
    const body = Buffer.alloc(5_000_000)
    const { consume } = connect((await start()).endpoint, { compression })
    expect(await consume({ ...REQUEST, body }, new AbortController().signal)).toEqual({
      kind: 'permanent',
      fault: 'too_large',
      message: expect.stringMatching(message),
    })
  })
})

describe('without an answer', () => {
  test('nobody listens', async () => {
    const hop = await startGrpcDestination()
    await hop.stop()
    expect(await forward(hop)).toEqual({
      kind: 'retryable',
      message: expect.stringMatching(/^the destination answered UNAVAILABLE: .*ECONNREFUSED/),
    })
  })

  test('the connection ends', async () => {
    const hop = await start(() => void hop.stop())
    expect(await forward(hop)).toEqual({
      kind: 'retryable',
      message: expect.stringMatching(/^the destination answered (?:UNAVAILABLE|CANCELLED): /),
    })
  })

  test('the destination says nothing: the timeout ends it', async () => {
    const hop = await start(() => {})
    const consume = withTimeout(100, connect(hop.endpoint).consume)
    expect(await consume(REQUEST, new AbortController().signal)).toEqual({
      kind: 'retryable',
      message: 'no answer within 100 ms',
    })
  })

  test('the caller goes away, before and while it waits', async () => {
    const caller = new AbortController()
    const cancelled = Promise.withResolvers<void>()
    const hop = await start((_, call) => {
      call.on('cancelled', () => cancelled.resolve())
      caller.abort()
    })
    const { consume } = connect(hop.endpoint)
    const gone = { kind: 'retryable', message: expect.stringMatching(/CANCELLED/) }
    expect(await consume(REQUEST, caller.signal)).toEqual(gone)
    await cancelled.promise
    expect(await consume(REQUEST, caller.signal)).toEqual(gone)
    expect(hop.calls).toHaveLength(1)
  })
})

test('TLS: an authority of its own, and our certificate where it is asked for', async () => {
  const own = await createSelfSigned()
  const { certPath, keyPath } = own
  const [cert, key] = [Buffer.from(own.cert), Buffer.from(own.key)]
  const pair = { private_key: key, cert_chain: cert }
  const hop = await startGrpcDestination(undefined, ServerCredentials.createSsl(cert, [pair], true))
  stops.push(own.remove, hop.stop)
  const send = (tls: NonNullable<Destination['tls']>): Promise<Result> =>
    connect(hop.endpoint, { tls }).consume(REQUEST, new AbortController().signal)

  expect(await send({ caPath: certPath, certPath, keyPath })).toEqual({ kind: 'accepted' })
  expect(hop.calls.map(({ body }) => body)).toEqual([BODY])
  expect(await send({ caPath: certPath })).toMatchObject({ kind: 'retryable' })
  expect(await send({ certPath, keyPath })).toMatchObject({
    kind: 'retryable',
    message: expect.stringContaining('self-signed certificate'),
  })
  expect(hop.calls).toHaveLength(1)
  expect(() => connect(hop.endpoint, { tls: { caPath: '/nowhere/ca.pem' } })).toThrow(
    /nowhere\/ca\.pem/,
  )
})
