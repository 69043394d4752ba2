import { Client, compressionAlgorithms, credentials, Metadata, status } from '@grpc/grpc-js'
import type { ClientUnaryCall, ServiceError } from '@grpc/grpc-js'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Consume, OtlpRequest, Result } from '../consume.ts'
import { writeStatus } from '../testing/rpc-status.ts'
import { startGrpcReceiver } from './otlp-grpc.ts'
import type { Receiver } from './receiver.ts'

const MAX_BYTES = 1000
const TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const METRICS = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'
const LOGS = '/opentelemetry.proto.collector.logs.v1.LogsService/Export'

let receiver: Receiver
let client: Client
let received: OtlpRequest[]
let answer: Result | Error
/** Takes traces and metrics; nobody takes logs. */
const consume: Consume = (request) => {
  received.push(request)
  return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
}

beforeEach(async () => {
  received = []
  answer = { kind: 'accepted' }
  receiver = await startReceiver(consume)
  client = connectTo(receiver)
})

afterEach(() => {
  client.close()
  return receiver.stop()
})

function startReceiver(traces: Consume): Promise<Receiver> {
  const options = { endpoint: '127.0.0.1:0', maxRequestBytes: MAX_BYTES }
  return startGrpcReceiver(options, { traces, metrics: consume })
}

function connectTo({ address }: Receiver, compression = compressionAlgorithms.identity): Client {
  return new Client(address, credentials.createInsecure(), {
    'grpc.default_compression_algorithm': compression,
    'grpc.enable_retries': 0,
  })
}

interface Answer {
  readonly code: number
  readonly details: string
  readonly body?: Buffer
  /** `grpc-status-details-bin`. */
  readonly status?: Buffer
}

function call(from: Client, path: string, body: Uint8Array): Promise<Answer> & { cancel(): void } {
  const asIs = (bytes: Buffer): Buffer => bytes
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const done = (error: ServiceError | null, response?: Buffer): void => {
    if (error === null) resolve({ code: 0, details: '', ...(response && { body: response }) })
    else resolve(readError(error))
  }
  const metadata = new Metadata()
  const started: ClientUnaryCall = from.makeUnaryRequest(
    path,
    asIs,
    asIs,
    Buffer.from(body),
    metadata,
    done,
  )
  return Object.assign(promise, { cancel: () => started.cancel() })
}

function readError({ code, details, metadata }: ServiceError): Answer {
  const [bytes] = metadata.get('grpc-status-details-bin')
  return { code, details, ...(Buffer.isBuffer(bytes) && { status: bytes }) }
}

test('a request arrives byte for byte, and the answer has no members', async () => {
  const body = Buffer.from([0, 1, 0xff, 0x0a, 7])
  expect(await call(client, TRACES, body)).toEqual({ code: 0, details: '', body: Buffer.alloc(0) })
  expect(await call(client, METRICS, Buffer.alloc(0))).toMatchObject({ code: 0 })
  expect(received).toEqual([
    { signal: 'traces', encoding: 'protobuf', body },
    { signal: 'metrics', encoding: 'protobuf', body: Buffer.alloc(0) },
  ])
})

test.each([
  ['gzip', compressionAlgorithms.gzip],
  ['deflate', compressionAlgorithms.deflate],
])('%s is unpacked', async (_, compression) => {
  const packing = connectTo(receiver, compression)
  const body = Buffer.alloc(MAX_BYTES, 'again and ')
  expect((await call(packing, TRACES, body)).code).toBe(0)
  expect(received).toEqual([{ signal: 'traces', encoding: 'protobuf', body }])
  packing.close()
})

test('partial success is passed on', async () => {
  answer = { kind: 'accepted', partialSuccess: { rejected: 3n, message: 'three' } }
  // 1: the partial success; in it 1: how many, 2: the message.
  const body = Buffer.from([0x0a, 9, 0x08, 3, 0x12, 5, ...Buffer.from('three')])
  expect(await call(client, TRACES, Buffer.from('x'))).toMatchObject({ code: 0, body })
})

describe('refusals', () => {
  test.each<[name: string, Result | Error, code: number, retrySeconds: number | undefined]>([
    [
      'malformed',
      { kind: 'permanent', fault: 'malformed', message: 'why' },
      status.INVALID_ARGUMENT,
      undefined,
    ],
    [
      'refused by the next hop',
      { kind: 'permanent', fault: 'refused', message: 'why' },
      status.INVALID_ARGUMENT,
      undefined,
    ],
    [
      'too large for the next hop: final, so without RetryInfo',
      { kind: 'permanent', fault: 'too_large', message: 'why' },
      status.RESOURCE_EXHAUSTED,
      undefined,
    ],
    ['not now', { kind: 'retryable', message: 'why' }, status.UNAVAILABLE, undefined],
    [
      'not for a while',
      { kind: 'retryable', message: 'why', afterMs: 7000 },
      status.UNAVAILABLE,
      7,
    ],
    [
      'too much at once: clients need RetryInfo to come again',
      { kind: 'retryable', message: 'why', overload: true },
      status.RESOURCE_EXHAUSTED,
      1,
    ],
    [
      'too much at once, for a while',
      { kind: 'retryable', message: 'why', overload: true, afterMs: 4000 },
      status.RESOURCE_EXHAUSTED,
      4,
    ],
    [
      'a fault of ours: the sender keeps the request',
      new Error('why'),
      status.UNAVAILABLE,
      undefined,
    ],
  ])('%s', async (_, result, code, retrySeconds) => {
    answer = result
    expect(await call(client, TRACES, Buffer.from('x'))).toEqual({
      code,
      details: 'why',
      ...(retrySeconds !== undefined && { status: writeStatus(code, 'why', retrySeconds) }),
    })
  })

  test('a signal that nobody takes, and a method that nobody has', async () => {
    for (const path of [LOGS, '/opentelemetry.proto.collector.trace.v1.TraceService/Import']) {
      expect((await call(client, path, Buffer.alloc(0))).code).toBe(status.UNIMPLEMENTED)
    }
    expect(received).toEqual([])
  })

  test('too large, as it is and unpacked: final, so without RetryInfo', async () => {
    const packing = connectTo(receiver, compressionAlgorithms.gzip)
    for (const from of [client, packing]) {
      const refused = await call(from, TRACES, Buffer.alloc(1_000_000))
      expect(refused).toEqual({
        code: status.RESOURCE_EXHAUSTED,
        details: expect.stringMatching(/larger than/),
      })
    }
    expect(received).toEqual([])
    expect((await call(client, TRACES, Buffer.alloc(MAX_BYTES))).code).toBe(0)
    packing.close()
  })
})

describe('with requests in work', () => {
  test('they are served at the same time', async () => {
    let arrived = 0
    const all = Promise.withResolvers<Result>()
    const slow = await startReceiver(() => {
      arrived += 1
      if (arrived === 20) all.resolve({ kind: 'accepted' })
      return all.promise
    })
    const from = connectTo(slow)
    const sent = Array.from({ length: 20 }, () => call(from, TRACES, Buffer.from('x')))
    expect((await Promise.all(sent)).map(({ code }) => code)).toEqual(Array(20).fill(0))
    from.close()
    await slow.stop()
  })

  test('a sender that cancels aborts the signal', async () => {
    const started = Promise.withResolvers<AbortSignal>()
    const aborted = Promise.withResolvers<void>()
    const slow = await startReceiver(async (_, signal) => {
      signal.addEventListener('abort', () => aborted.resolve())
      started.resolve(signal)
      await aborted.promise
      return { kind: 'retryable', message: 'nobody hears this' }
    })
    const from = connectTo(slow)
    const sent = call(from, TRACES, Buffer.from('x'))
    const signal = await started.promise
    expect(signal.aborted).toBe(false)
    sent.cancel()
    expect((await sent).code).toBe(status.CANCELLED)
    await aborted.promise
    expect(signal.reason).toEqual(new Error('the sender went away'))
    from.close()
    await slow.stop()
  })

  test('stop answers them, then refuses', async () => {
    const started = Promise.withResolvers<void>()
    const finish = Promise.withResolvers<Result>()
    const slow = await startReceiver(() => {
      started.resolve()
      return finish.promise
    })
    const from = connectTo(slow)
    const sent = call(from, TRACES, Buffer.from('x'))
    await started.promise
    let stopped = false
    const stopping = slow.stop().then(() => (stopped = true))
    const late = await call(connectTo(slow), TRACES, Buffer.from('x'))
    // Longer than the last answers have to leave: this one is still to come.
    await sleep(1200)
    expect([late.code, stopped]).toEqual([status.UNAVAILABLE, false])

    finish.resolve({ kind: 'accepted' })
    expect((await sent).code).toBe(0)
    await stopping
    expect((await call(from, TRACES, Buffer.from('x'))).code).toBe(status.UNAVAILABLE)
    from.close()
  })
})

test('stop does not wait for one that is deaf, or sends half a request', async () => {
  const [host, port] = receiver.address.split(':')
  const deaf = connectTcp(Number(port), host).on('error', () => {})
  await once(deaf, 'connect')
  const session = connectHttp2(`http://${receiver.address}`).on('error', () => {})
  await once(session, 'connect')
  const head = { ':method': 'POST', ':path': TRACES, 'content-type': 'application/grpc' }
  // No compression, 9 bytes, and then only 2 of them.
  session
    .request(head)
    .on('error', () => {})
    .write(Buffer.from([0, 0, 0, 0, 9, 1, 2]))
  // Its answer says that what was sent before it has come, too.
  await promisify(session.ping.bind(session))()
  const cut = new Promise((resolve) => session.once('close', resolve))
  await receiver.stop()
  await cut
  expect(received).toEqual([])
  deaf.destroy()
})

test('a port in use is an error that names the address', async () => {
  const options = { endpoint: receiver.address, maxRequestBytes: MAX_BYTES }
  await expect(startGrpcReceiver(options, {})).rejects.toThrow(receiver.address)
})
