import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { lendBody, letGoOfBody } from '../body-memory.ts'
import type { Destination } from '../config.ts'
import type { OtlpRequest, Result } from '../consume.ts'
import { startHttpDestination, type HttpDestination } from '../testing/http-destination.ts'
import { createDestination } from '../testing/sample-destination.ts'
import { createSelfSigned } from '../testing/self-signed.ts'
import type { Forwarder } from './forwarder.ts'
import { createHttpForwarder } from './otlp-http.ts'
import { withTimeout } from './timeout.ts'

const BODY = Buffer.from('\0bytes that\xffare no OTLP', 'latin1')
const REQUEST: OtlpRequest = { signal: 'traces', encoding: 'protobuf', body: BODY }
const JSON_REQUEST: OtlpRequest = { signal: 'traces', encoding: 'json', body: BODY }

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function start(answer?: (response: ServerResponse) => void): Promise<HttpDestination> {
  const hop = await startHttpDestination(answer)
  stops.push(hop.stop)
  return hop
}

function connect(endpoint: string, more: Partial<Destination> = {}): Forwarder {
  const forwarder = createHttpForwarder('traces', createDestination('http', endpoint, more))
  stops.push(forwarder.close)
  return forwarder
}

function forward({ endpoint }: HttpDestination, request = REQUEST): Promise<Result> {
  return connect(endpoint).consume(request, new AbortController().signal)
}

describe('what the destination gets', () => {
  test.each(['none', 'gzip', 'zstd'] as const)(
    'the bytes as they were, compression %s',
    async (coding) => {
      const hop = await start()
      const headers = { 'X-Api-Key': 'k 1', 'x-scope': 'two' }
      const { consume } = connect(hop.endpoint, { headers, compression: coding })
      for (const request of [REQUEST, JSON_REQUEST]) {
        expect(await consume(request, new AbortController().signal)).toEqual({ kind: 'accepted' })
      }
      const common = { 'x-api-key': 'k 1', 'x-scope': 'two' }
      const type = ['application/x-protobuf', 'application/json']
      for (const [index, one] of hop.requests.entries()) {
        expect(one).toMatchObject({ method: 'POST', path: '/v1/traces', body: BODY })
        expect(one.headers).toMatchObject({ ...common, 'content-type': type[index] })
        expect(one.headers['content-encoding']).toBe(coding === 'none' ? undefined : coding)
      }
      expect(hop.requests).toHaveLength(2)
    },
  )

  test.each(['none', 'gzip'] as const)('an empty body stays empty with %s', async (compression) => {
    const hop = await start()
    const empty = { ...REQUEST, body: Buffer.alloc(0) }
    await connect(hop.endpoint, { compression }).consume(empty, new AbortController().signal)
    expect(hop.requests).toMatchObject([
      { body: Buffer.alloc(0), headers: { 'content-length': '0' } },
    ])
    expect(hop.requests[0]?.headers['content-encoding']).toBeUndefined()
  })

  test('the path of the signal, behind that of the endpoint', async () => {
    const hop = await start()
    const destination = createDestination('http', `${hop.endpoint}/base/otlp`)
    for (const signal of ['metrics', 'logs', 'profiles'] as const) {
      const forwarder = createHttpForwarder(signal, destination)
      stops.push(forwarder.close)
      await forwarder.consume({ ...REQUEST, signal }, new AbortController().signal)
    }
    const paths = hop.requests.map(({ path }) => path)
    expect(paths).toEqual([
      '/base/otlp/v1/metrics',
      '/base/otlp/v1/logs',
      '/base/otlp/v1development/profiles',
    ])
  })
})

/** Something to be mended at the destination or in our config; the sender keeps its data. */
const later = (status: number): Result => {
  return { kind: 'retryable', message: `the destination answered ${status}` }
}
const never = (status: number): Result => {
  return { kind: 'permanent', fault: 'refused', message: `the destination answered ${status}` }
}

describe('what becomes of its answer', () => {
  test.each<[status: number, Result]>([
    [200, { kind: 'accepted' }],
    [202, { kind: 'accepted' }],
    [204, { kind: 'accepted' }],
    [301, later(301)],
    [307, later(307)],
    [400, never(400)],
    [401, later(401)],
    [403, later(403)],
    [404, later(404)],
    [405, later(405)],
    [407, later(407)],
    [413, { kind: 'permanent', fault: 'too_large', message: 'the destination answered 413' }],
    [415, later(415)],
    [418, never(418)],
    [429, { kind: 'retryable', overload: true, message: 'the destination answered 429' }],
    [500, never(500)],
    [501, never(501)],
    [502, later(502)],
    [503, later(503)],
    [504, later(504)],
  ])('%i', async (status, result) => {
    const hop = await start((response) => response.writeHead(status).end())
    expect(await forward(hop)).toEqual(result)
    expect(hop.requests).toHaveLength(1)
  })

  test.each<[header: string, afterMs: number | undefined]>([
    ['7', 7000],
    ['0', 0],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
    ['soon', undefined],
    ['9'.repeat(400), undefined],
  ])('429 and 503 with Retry-After %.30s', async (header, afterMs) => {
    let status = 429
    const hop = await start((response) =>
      response.writeHead(status, { 'retry-after': header }).end(),
    )
    const after = { ...(afterMs !== undefined && { afterMs }) }
    expect(await forward(hop)).toEqual({ ...later(429), overload: true, ...after })
    status = 503
    expect(await forward(hop)).toEqual({ ...later(503), ...after })
  })

  test('Retry-After with a date that is to come', async () => {
    const date = new Date(Date.now() + 100_000).toUTCString()
    const hop = await start((response) => response.writeHead(503, { 'retry-after': date }).end())
    const result = await forward(hop)
    // A date has whole seconds, and a slow machine takes some.
    const afterMs = result.kind === 'retryable' ? result.afterMs : undefined
    expect(afterMs).toBeGreaterThan(50_000)
    expect(afterMs).toBeLessThanOrEqual(100_000)
  })

  test('partial success, in the encoding of the request', async () => {
    // 1: the partial success; in it 1: how many, 2: the message.
    const binary = Buffer.from([0x0a, 9, 0x08, 3, 0x12, 5, ...Buffer.from('three')])
    const text = '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"three"}}'
    const partialSuccess = { rejected: 3n, message: 'three' }
    const answers = await start((response) => response.end(binary))
    expect(await forward(answers)).toEqual({ kind: 'accepted', partialSuccess })
    const inJson = await start((response) => response.end(text))
    expect(await forward(inJson, JSON_REQUEST)).toEqual({ kind: 'accepted', partialSuccess })
  })

  test('a body that cannot be read counts as success: the status line said so', async () => {
    const hop = await start((response) => response.end('<html>\xff'))
    expect(await forward(hop)).toEqual({ kind: 'accepted' })
    expect(await forward(hop, JSON_REQUEST)).toEqual({ kind: 'accepted' })
  })

  test('a huge body is dropped, and its connection used again', async () => {
    const hop = await start((response) => response.end(Buffer.alloc(5_000_000, '{')))
    const { consume } = connect(hop.endpoint)
    for (let round = 0; round < 6; round++) {
      expect(await consume(JSON_REQUEST, new AbortController().signal)).toEqual({
        kind: 'accepted',
      })
    }
    // The pool keeps two in turn: one may not be free yet when the next request comes.
    expect(new Set(hop.requests.map(({ port }) => port)).size).toBeLessThanOrEqual(2)
  })
})

describe('without an answer', () => {
  test('nobody listens', async () => {
    const hop = await startHttpDestination()
    await hop.stop()
    const { host } = new URL(hop.endpoint)
    expect(await forward(hop)).toEqual({
      kind: 'retryable',
      message: `${hop.endpoint}/v1/traces: connect ECONNREFUSED ${host} (ECONNREFUSED)`,
    })
  })

  test.each<[name: string, answer: (response: ServerResponse) => void]>([
    ['before it', (response) => response.destroy()],
    [
      'in its middle',
      (response) => {
        response.writeHead(200, { 'content-length': 100 })
        response.write('half', () => response.destroy())
      },
    ],
  ])('the connection ends %s', async (_, answer) => {
    const hop = await start(answer)
    expect(await forward(hop)).toEqual({
      kind: 'retryable',
      message: `${hop.endpoint}/v1/traces: other side closed (UND_ERR_SOCKET)`,
    })
  })

  test.each<[name: string, answer: (response: ServerResponse) => void]>([
    ['at all', () => {}],
    ['after its head', (response) => response.writeHead(200).flushHeaders()],
  ])('the destination says nothing %s: the timeout ends it', async (_, answer) => {
    const hop = await start(answer)
    const consume = withTimeout(100, connect(hop.endpoint).consume)
    expect(await consume(REQUEST, new AbortController().signal)).toEqual({
      kind: 'retryable',
      message: 'no answer within 100 ms',
    })
  })

  test('the caller goes away, before and while it waits', async () => {
    const caller = new AbortController()
    const hop = await start(() => caller.abort(new Error('the sender went away')))
    const { consume } = connect(hop.endpoint)
    const gone = { kind: 'retryable', message: `${hop.endpoint}/v1/traces: the sender went away` }
    expect(await consume(REQUEST, caller.signal)).toEqual(gone)
    expect(await consume(REQUEST, caller.signal)).toEqual(gone)
    expect(hop.requests).toHaveLength(1)
  })
})

describe('the memory of a body', () => {
  /** How much of it is left when it was sent and its receiver has let go. */
  async function sendAndLetGo(endpoint: string, bytes: number): Promise<number> {
    const body = Buffer.allocUnsafeSlow(bytes)
    lendBody(body)
    const { consume } = connect(endpoint, { compression: 'none' })
    await consume({ ...REQUEST, body }, new AbortController().signal)
    letGoOfBody(body)
    return body.length
  }

  test('is given back when it was taken', async () => {
    expect(await sendAndLetGo((await start()).endpoint, 100_000)).toBe(0)
  })

  test('is kept when it was not, for another attempt', async () => {
    const hop = await start((response) => response.writeHead(503).end())
    expect(await sendAndLetGo(hop.endpoint, 100_000)).toBe(100_000)
  })

  test('is kept while it waits to be sent, though it was answered', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => {
        socket.pause()
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
      })
      stops.unshift(() => Promise.resolve(void socket.destroy()))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    stops.push(() => Promise.resolve(void server.close()))
    const bytes = 64 * 1024 * 1024
    expect(await sendAndLetGo(`http://127.0.0.1:${port}`, bytes)).toBe(bytes)
  })
})

test('TLS: an authority of its own, and our certificate where it is asked for', async () => {
  const own = await createSelfSigned()
  const { cert, key, certPath, keyPath } = own
  const secure = { cert, key, ca: cert, requestCert: true, rejectUnauthorized: true }
  const hop = await startHttpDestination(undefined, secure)
  stops.push(own.remove, hop.stop)
  const send = (tls: NonNullable<Destination['tls']>): Promise<Result> =>
    connect(hop.endpoint, { tls }).consume(REQUEST, new AbortController().signal)

  expect(await send({ caPath: certPath, certPath, keyPath })).toEqual({ kind: 'accepted' })
  expect(hop.requests).toMatchObject([{ path: '/v1/traces', body: BODY }])
  expect(await send({ caPath: certPath })).toMatchObject({ kind: 'retryable' })
  expect(await send({ certPath, keyPath })).toMatchObject({
    kind: 'retryable',
    message: expect.stringContaining('self-signed certificate'),
  })
  expect(hop.requests).toHaveLength(1)
  expect(() => connect(hop.endpoint, { tls: { caPath: '/nowhere/ca.pem' } })).toThrow(
    /nowhere\/ca\.pem/,
  )
})
