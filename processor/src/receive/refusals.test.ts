/** What the receivers refuse by themselves is told with its cause; and how connections end. */
import http from 'node:http'
import { connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { Consume } from '../consume.ts'
import { sendHttp } from '../testing/send-http.ts'
import { createTokenCheck } from './bearer-tokens.ts'
import { startGrpcReceiver } from './otlp-grpc.ts'
import { startHttpReceiver } from './otlp-http.ts'
import type { Receiver, RefusalCause } from './receiver.ts'

const causes: RefusalCause[] = []
let receiver: Receiver | undefined
afterEach(() => {
  causes.length = 0
  return receiver?.stop()
})

const traces: Consume = () => Promise.resolve({ kind: 'accepted' })
const OPTIONS = {
  endpoint: '127.0.0.1:0',
  maxRequestBytes: 100,
  isAllowed: createTokenCheck(['secret']),
  onRefused: (cause: RefusalCause) => causes.push(cause),
}

test('over HTTP', async () => {
  receiver = await startHttpReceiver(OPTIONS, { traces })
  const url = `http://${receiver.address}`
  const post = async (
    path: string,
    headers: Readonly<Record<string, string>>,
    more: { readonly method?: string; readonly body?: Uint8Array } = {},
  ): Promise<number> => {
    const given = { authorization: 'Bearer secret', 'content-type': 'application/json', ...headers }
    return (await sendHttp(url + path, { headers: given, ...more })).status
  }
  expect(await post('/v1/traces', {})).toBe(200)
  expect(causes).toEqual([])
  const answered = [
    await post('/v1/traces', { authorization: 'Bearer wrong' }),
    await post('/v1/nothing', {}),
    await post('/v1/logs', {}),
    await post('/v1/traces', {}, { method: 'PUT' }),
    await post('/v1/traces', { 'content-type': 'text/plain' }),
    await post('/v1/traces', { 'content-encoding': 'br' }),
    await post('/v1/traces', {}, { body: Buffer.alloc(101) }),
    await post('/v1/traces', { 'content-encoding': 'gzip' }, { body: Buffer.from('no') }),
  ]
  expect(answered).toEqual([401, 404, 404, 405, 415, 415, 413, 400])
  const [host, port] = receiver.address.split(':')
  const socket = connectTcp(Number(port), host)
  socket.write('this is no HTTP\r\n\r\n')
  await new Promise((resolve) => socket.once('close', resolve).resume())
  expect(causes).toEqual([
    'unauthenticated',
    'not_found',
    'not_found',
    'method',
    'media_type',
    'encoding',
    'too_large',
    'corrupt',
    'corrupt',
  ])
})

const TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'

/** The HTTP status, and that of gRPC, of one call with these bytes as its message. */
async function call(
  address: string,
  message: Uint8Array,
  headers: OutgoingHttpHeaders = {},
): Promise<string> {
  const session = connect(`http://${address}`)
  const framed = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message])
  const stream = session.request({
    ':method': 'POST',
    ':path': TRACES,
    'content-type': 'application/grpc',
    authorization: 'Bearer secret',
    ...headers,
  })
  let [status, code] = ['', '']
  const read = (given: IncomingHttpHeaders & { ':status'?: number }): void => {
    status ||= String(given[':status'] ?? '')
    code ||= String(given['grpc-status'] ?? '')
  }
  stream.on('response', read).on('trailers', read).resume()
  stream.end(framed)
  await new Promise((resolve) => stream.once('close', resolve))
  session.destroy()
  return `${status} ${code}`.trim()
}

test('over gRPC', async () => {
  receiver = await startGrpcReceiver(OPTIONS, { traces })
  const { address } = receiver
  const body = Buffer.from('x')
  expect(await call(address, body)).toBe('200 0')
  expect(causes).toEqual([])
  const answered = [
    await call(address, body, { authorization: 'Bearer wrong' }),
    await call(address, body, { ':path': '/nobody.Has/This' }),
    await call(address, body, { ':path': TRACES.replace('trace', 'logs') }),
    await call(address, body, { ':method': 'PUT' }),
    await call(address, body, { 'content-type': 'application/json' }),
    await call(address, body, { 'grpc-encoding': 'br' }),
    await call(address, Buffer.alloc(101)),
  ]
  expect(answered).toEqual(['200 16', '200 12', '200 12', '405', '415', '200 12', '200 8'])
  expect(causes).toEqual([
    'unauthenticated',
    'not_found',
    'not_found',
    'method',
    'media_type',
    'encoding',
    'too_large',
  ])
})

test('a gRPC caller that does not wait longer is told so, and its work is given up', async () => {
  const aborted = Promise.withResolvers<void>()
  const slow: Consume = (_, signal) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        aborted.resolve()
        resolve({ kind: 'retryable', message: 'nobody hears this' })
      })
    })
  receiver = await startGrpcReceiver(OPTIONS, { traces: slow })
  // 4: DEADLINE_EXCEEDED.
  expect(await call(receiver.address, Buffer.from('x'), { 'grpc-timeout': '20m' })).toBe('200 4')
  await aborted.promise
})

test('an old HTTP connection ends with its next answer', async () => {
  const options = { ...OPTIONS, maxConnectionAgeMs: 50 }
  receiver = await startHttpReceiver(options, { traces })
  const url = `http://${receiver.address}/v1/traces`
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const headers = { authorization: 'Bearer secret', 'content-type': 'application/json' }
  const start = performance.now()
  const first = await sendHttp(url, { headers, agent })
  let last = first
  while (last.headers.connection !== 'close') last = await sendHttp(url, { headers, agent })
  expect(first.headers.connection).toBe('keep-alive')
  expect(last.localPort).toBe(first.localPort)
  expect(performance.now() - start).toBeGreaterThan(40)
  expect((await sendHttp(url, { headers, agent })).localPort).not.toBe(first.localPort)
  agent.destroy()
})
