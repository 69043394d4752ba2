import { once } from 'node:events'
import { Agent } from 'node:http'
import { connect, type Socket } from 'node:net'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Consume, OtlpRequest, Result } from '../consume.ts'
import { writeStatus } from '../testing/rpc-status.ts'
import { sendHttp, type HttpAnswer, type Sending } from '../testing/send-http.ts'
import { startHttpReceiver } from './otlp-http.ts'
import type { Receiver } from './receiver.ts'

const MAX_BYTES = 1000
const TYPES = { protobuf: 'application/x-protobuf', json: 'application/json' } as const
const ENCODINGS = ['protobuf', 'json'] as const

let receiver: Receiver
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
})

afterEach(() => receiver.stop())

function startReceiver(traces: Consume): Promise<Receiver> {
  const options = { endpoint: '127.0.0.1:0', maxRequestBytes: MAX_BYTES }
  return startHttpReceiver(options, { traces, metrics: consume })
}

function post(path: string, type: string | undefined, sending: Sending = {}): Promise<HttpAnswer> {
  const headers = { ...(type !== undefined && { 'content-type': type }), ...sending.headers }
  return sendHttp(`http://${receiver.address}${path}`, { ...sending, headers })
}

function writeError(encoding: 'protobuf' | 'json', code: number, message: string): string {
  if (encoding === 'json') return `{"code":${code},"message":"${message}"}`
  return writeStatus(code, message).toString()
}

describe.each(ENCODINGS)('in %s', (encoding) => {
  const type = TYPES[encoding]

  test('an empty request is taken, and the answer has no members', async () => {
    const got = await post('/v1/traces', type)
    const body = encoding === 'json' ? '{}' : ''
    expect([got.status, got.body.toString()]).toEqual([200, body])
    expect(got.headers['content-type']).toBe(type)
    expect(received).toEqual([{ signal: 'traces', encoding, body: Buffer.alloc(0) }])
  })

  test.each([
    {
      name: 'malformed',
      result: { kind: 'permanent', fault: 'malformed', message: 'no OTLP' },
      expected: [400, undefined, 3, 'no OTLP'],
    },
    {
      name: 'refused by the next hop',
      result: { kind: 'permanent', fault: 'refused', message: 'no' },
      expected: [400, undefined, 3, 'no'],
    },
    {
      name: 'too large for the next hop',
      result: { kind: 'permanent', fault: 'too_large', message: 'big' },
      expected: [413, undefined, 8, 'big'],
    },
    {
      name: 'not now',
      result: { kind: 'retryable', message: 'busy' },
      expected: [503, undefined, 14, 'busy'],
    },
    {
      name: 'not for a while',
      result: { kind: 'retryable', message: 'busy', afterMs: 7000 },
      expected: [503, '7', 14, 'busy'],
    },
    {
      name: 'too much at once',
      result: { kind: 'retryable', message: 'slow', overload: true },
      expected: [429, undefined, 8, 'slow'],
    },
    {
      name: 'too much at once, for a while',
      result: { kind: 'retryable', message: 'slow', overload: true, afterMs: 2000 },
      expected: [429, '2', 8, 'slow'],
    },
    {
      name: 'a fault of ours: the sender keeps the request',
      result: new Error('oops'),
      expected: [503, undefined, 14, 'oops'],
    },
  ] as const)('$name', async ({ result, expected }) => {
    answer = result
    const got = await post('/v1/traces', type, { body: 'x' })
    const [status, retryAfter, code, message] = expected
    expect([got.status, got.headers['retry-after']]).toEqual([status, retryAfter])
    expect(got.headers['content-type']).toBe(type)
    expect(got.body.toString()).toBe(writeError(encoding, code, message))
  })

  test.each([
    { afterMs: 0, header: '1' },
    { afterMs: 1, header: '1' },
    { afterMs: 1000, header: '1' },
    { afterMs: 1001, header: '2' },
    { afterMs: 59_999, header: '60' },
  ])('$afterMs ms make Retry-After $header', async ({ afterMs, header }) => {
    answer = { kind: 'retryable', message: '', afterMs }
    expect((await post('/v1/traces', type)).headers['retry-after']).toBe(header)
  })

  test('partial success is passed on', async () => {
    answer = { kind: 'accepted', partialSuccess: { rejected: 3n, message: 'three' } }
    const traces = await post('/v1/traces', type)
    const metrics = await post('/v1/metrics', type)
    expect([traces.status, metrics.status]).toEqual([200, 200])
    if (encoding === 'json') {
      expect([traces, metrics].map(({ body }) => body.toString())).toEqual([
        '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"three"}}',
        '{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"three"}}',
      ])
    } else {
      // 1: the partial success; in it 1: how many, 2: the message.
      const bytes = Buffer.from([0x0a, 9, 0x08, 3, 0x12, 5, ...Buffer.from('three')])
      expect([traces, metrics].map(({ body }) => body)).toEqual([bytes, bytes])
    }
  })

  const gzip = { 'content-encoding': 'gzip' }
  const paths = 'there are /v1/traces, /v1/metrics, /v1/logs, /v1development/profiles'
  const codings = 'gzip, deflate, zstd and none are'
  test.each<[name: string, path: string, Sending, status: number, code: number, message: string]>([
    ['unknown path', '/v1/nothing', {}, 404, 12, `no such path; ${paths}`],
    ['path that only begins well', '/v1/traces/', {}, 404, 12, `no such path; ${paths}`],
    ['signal that nobody takes', '/v1/logs', {}, 404, 12, 'no destination is configured for logs'],
    ['PUT', '/v1/traces', { method: 'PUT' }, 405, 12, 'only POST is allowed'],
    [
      'unknown coding',
      '/v1/traces',
      { headers: { 'content-encoding': 'rot13' }, body: 'x' },
      415,
      3,
      `content encoding rot13 is not supported; ${codings}`,
    ],
    [
      'two codings',
      '/v1/traces',
      { headers: { 'content-encoding': 'gzip, gzip' }, body: gzipSync(gzipSync('x')) },
      415,
      3,
      `content encoding gzip, gzip is not supported; ${codings}`,
    ],
    [
      'no gzip',
      '/v1/traces',
      { headers: gzip, body: 'plain text' },
      400,
      3,
      'the body is no gzip: incorrect header check',
    ],
    [
      'cut gzip',
      '/v1/traces',
      { headers: gzip, body: gzipSync('a text to cut').subarray(0, -9) },
      400,
      3,
      'the body is no gzip: unexpected end of file',
    ],
  ])('refused before anyone is asked: %s', async (_, path, sending, status, code, message) => {
    const got = await post(path, type, sending)
    expect([got.status, got.headers['content-type']]).toEqual([status, type])
    expect(got.body.toString()).toBe(writeError(encoding, code, message))
    expect(got.headers.allow).toBe(status === 405 ? 'POST' : undefined)
    expect(received).toEqual([])
  })

  test.each<[name: string, Sending]>([
    ['by its length', { body: Buffer.alloc(MAX_BYTES + 1) }],
    ['by its length, before its body', { headers: { 'content-length': '1001' }, body: ['x'] }],
    ['far, by its length', { body: Buffer.alloc(8_000_000) }],
    ['by its chunks', { body: [Buffer.alloc(600), Buffer.alloc(600)] }],
    ['by far, in chunks', { body: [Buffer.alloc(8_000_000), Buffer.alloc(8_000_000)] }],
    ['unpacked from gzip', { headers: gzip, body: gzipSync(Buffer.alloc(1_000_000)).subarray() }],
    [
      'unpacked from deflate',
      { headers: { 'content-encoding': 'deflate' }, body: deflateSync(Buffer.alloc(100_000)) },
    ],
    [
      'unpacked from zstd',
      { headers: { 'content-encoding': 'zstd' }, body: zstdCompressSync(Buffer.alloc(1_000_000)) },
    ],
  ])('too large %s', async (_, sending) => {
    const got = await post('/v1/traces', type, sending)
    expect([got.status, got.headers['content-type']]).toEqual([413, type])
    const message = 'the request is larger than 1000 bytes'
    expect(got.body.toString()).toBe(writeError(encoding, 8, message))
    expect(received).toEqual([])
  })
})

test.each(['text/plain', 'application/grpc', undefined])(
  'content type %s is refused, in JSON',
  async (type) => {
    const got = await post('/v1/traces', type, { body: 'x' })
    expect([got.status, got.headers['content-type']]).toEqual([415, 'application/json'])
    const message = 'the content type must be application/x-protobuf or application/json'
    expect(got.body.toString()).toBe(writeError('json', 3, message))
  },
)

test.each([
  ['/v1/traces?key=1', 'application/json'],
  ['/v1/traces?', 'application/json; charset=utf-8'],
  ['/v1/traces', 'Application/JSON ;charset="UTF-8"'],
])('%s as %s is a trace request in JSON', async (path, type) => {
  const got = await post(path, type, { body: '{}' })
  expect([got.status, got.body.toString()]).toEqual([200, '{}'])
  expect(received).toEqual([{ signal: 'traces', encoding: 'json', body: Buffer.from('{}') }])
})

describe('bodies arrive as they were before compression', () => {
  const body = Buffer.from('some bytes, some bytes, some bytes \0\xff', 'latin1')

  test.each([
    ['gzip', gzipSync(body)],
    ['GZIP', gzipSync(body)],
    ['deflate', deflateSync(body)],
    ['zstd', zstdCompressSync(body)],
    ['identity', body],
    ['none', body],
  ])('%s', async (coding, packed) => {
    const headers = { 'content-encoding': coding }
    expect((await post('/v1/metrics', TYPES.protobuf, { headers, body: packed })).status).toBe(200)
    expect(received).toEqual([{ signal: 'metrics', encoding: 'protobuf', body }])
  })

  test('in chunks, and of just the largest size, plain and packed', async () => {
    const largest = Buffer.alloc(MAX_BYTES, 7)
    const halves = [largest.subarray(0, 500), largest.subarray(500)]
    await post('/v1/traces', TYPES.protobuf, { body: halves })
    const headers = { 'content-encoding': 'gzip' }
    await post('/v1/traces', TYPES.protobuf, { headers, body: gzipSync(largest) })
    expect(received.map((request) => request.body)).toEqual([largest, largest])
  })
})

describe('connections', () => {
  let agent: Agent
  beforeEach(() => {
    agent = new Agent({ keepAlive: true, maxSockets: 1 })
  })
  afterEach(() => agent.destroy())

  test('one stays open after an error, even with a body that was refused unread', async () => {
    const codings = { headers: { 'content-encoding': 'gzip' }, body: 'no gzip', agent }
    const refused = await post('/v1/traces', TYPES.json, codings)
    const taken = await post('/v1/traces', TYPES.json, { body: '{}', agent })
    expect([refused.status, taken.status]).toEqual([400, 200])
    expect(taken.localPort).toBe(refused.localPort)

    const large = await post('/v1/traces', TYPES.json, { body: Buffer.alloc(5_000_000), agent })
    expect([large.status, large.headers.connection]).toEqual([413, 'keep-alive'])
    expect((await post('/v1/traces', TYPES.json, { body: '{}', agent })).status).toBe(200)
  })

  test('requests are served at the same time', async () => {
    let arrived = 0
    const all = Promise.withResolvers<Result>()
    const slow = await startReceiver(() => {
      arrived += 1
      if (arrived === 20) all.resolve({ kind: 'accepted' })
      return all.promise
    })
    const headers = { 'content-type': TYPES.json }
    const url = `http://${slow.address}/v1/traces`
    const sent = Array.from({ length: 20 }, () => sendHttp(url, { headers }))
    expect((await Promise.all(sent)).map(({ status }) => status)).toEqual(Array(20).fill(200))
    await slow.stop()
  })

  test('a sender that goes away while it waits aborts the signal', async () => {
    const started = Promise.withResolvers<AbortSignal>()
    const aborted = Promise.withResolvers<void>()
    const slow = await startReceiver(async (_, signal) => {
      signal.addEventListener('abort', () => aborted.resolve())
      started.resolve(signal)
      await aborted.promise
      return { kind: 'retryable', message: 'nobody hears this' }
    })
    const sender = new AbortController()
    const url = `http://${slow.address}/v1/traces`
    const headers = { 'content-type': TYPES.json }
    const sent = sendHttp(url, { headers, signal: sender.signal })
    const signal = await started.promise
    expect(signal.aborted).toBe(false)
    sender.abort()
    await expect(sent).rejects.toThrow(/aborted/)
    await aborted.promise
    expect(signal.reason).toEqual(new Error('the sender went away'))
    await slow.stop()
  })

  test('a sender that goes away before its body is whole is forgotten', async () => {
    for (const type of [TYPES.json, 'text/plain']) {
      const socket = await connectTo(receiver)
      socket.write(HALF_A_REQUEST.replace(TYPES.json, type))
      // The second one is refused without its body, and goes away with the answer.
      if (type === 'text/plain') await once(socket, 'data')
      socket.destroy()
      await waitForClose(socket)
    }
    expect((await post('/v1/traces', TYPES.json, { body: '{}' })).status).toBe(200)
    expect(received).toHaveLength(1)
  })

  test('stop answers what is in work, then refuses connections, kept-alive ones too', async () => {
    const started = Promise.withResolvers<void>()
    const finish = Promise.withResolvers<Result>()
    const slow = await startReceiver(() => {
      started.resolve()
      return finish.promise
    })
    const silent = await connectTo(slow)
    const halfway = await connectTo(slow)
    halfway.write(HALF_A_REQUEST)
    const cut = Promise.all([waitForClose(silent), waitForClose(halfway)])
    const url = `http://${slow.address}/v1/traces`
    const sending = { headers: { 'content-type': TYPES.json }, agent }
    const sent = sendHttp(url, sending)
    await started.promise
    let stopped = false
    const stopping = slow.stop().then(() => (stopped = true))
    await expect(sendHttp(url, { headers: sending.headers })).rejects.toThrow(/ECONNREFUSED/)
    expect(stopped).toBe(false)

    finish.resolve({ kind: 'accepted' })
    const got = await sent
    expect([got.status, got.headers.connection]).toEqual([200, 'close'])
    await Promise.all([stopping, cut])
    await expect(sendHttp(url, sending)).rejects.toThrow(/ECONNREFUSED/)
  })
})

test('a port in use is an error that names the address', async () => {
  const options = { endpoint: receiver.address, maxRequestBytes: MAX_BYTES }
  await expect(startHttpReceiver(options, {})).rejects.toThrow(
    `listen EADDRINUSE: address already in use ${receiver.address}`,
  )
})

test('an IPv6 address is told in brackets', async () => {
  const options = { endpoint: '[::1]:0', maxRequestBytes: MAX_BYTES }
  const six = await startHttpReceiver(options, { traces: consume })
  expect(six.address).toMatch(/^\[::1\]:[1-9]\d*$/)
  const headers = { 'content-type': TYPES.json }
  expect((await sendHttp(`http://${six.address}/v1/traces`, { headers })).status).toBe(200)
  await six.stop()
})

const HALF_A_REQUEST = `POST /v1/traces HTTP/1.1\r
Host: here\r
Content-Type: application/json\r
Content-Length: 10\r
\r
half`

async function connectTo({ address }: Receiver): Promise<Socket> {
  const [host, port] = address.split(':')
  const socket = connect(Number(port), host)
  await once(socket, 'connect')
  return socket.resume()
}

function waitForClose(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    // Whether it is closed or reset is the same to us.
    socket.once('error', () => {}).once('close', () => resolve())
  })
}
