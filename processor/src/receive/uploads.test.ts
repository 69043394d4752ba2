/** Bodies that are still coming, while there is no room for more. */
import http from 'node:http'
import { gzipSync } from 'node:zlib'
import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Consume } from '../consume.ts'
import { sendHttp } from '../testing/send-http.ts'
import { createInFlight, limitInFlight } from './limit-in-flight.ts'
import { startGrpcReceiver } from './otlp-grpc.ts'
import { startHttpReceiver } from './otlp-http.ts'
import type { Receiver } from './receiver.ts'

const TYPE = { 'content-type': 'application/x-protobuf' }

let receiver: Receiver | undefined
let session: ClientHttp2Session | undefined
afterEach(() => {
  vi.restoreAllMocks()
  session?.destroy()
  return receiver?.stop()
})

async function start(): Promise<string> {
  const inFlight = createInFlight(1000)
  const accept: Consume = () => Promise.resolve({ kind: 'accepted' })
  const uploads = { inFlight, refuse: () => Promise.resolve(inFlight.describeRefusal()) }
  const options = { endpoint: '127.0.0.1:0', maxRequestBytes: 1000, uploads }
  receiver = await startHttpReceiver(options, { traces: limitInFlight(inFlight, accept) })
  return `http://${receiver.address}/v1/traces`
}

/** Begins to send, and leaves the rest to the test. */
function begin(url: string, headers: http.OutgoingHttpHeaders, body: Uint8Array) {
  const request = http.request(url, {
    method: 'POST',
    agent: false,
    headers: { ...TYPE, ...headers },
  })
  const answered = new Promise<number | undefined>((resolve, reject) => {
    request.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject)
  })
  request.write(body)
  return { request, answered }
}

/** Until a request of 300 bytes gets this status. */
async function waitForStatus(url: string, status: number): Promise<string | undefined> {
  for (;;) {
    const answer = await sendHttp(url, { headers: TYPE, body: Buffer.alloc(300) })
    if (answer.status === status) return answer.headers['retry-after']
    await sleep(5)
  }
}

test('what has come is held, however much was announced, and let go at the end', async () => {
  const url = await start()
  const slow = begin(url, { 'content-length': 800 }, Buffer.alloc(10))
  await waitForStatus(url, 200)
  slow.request.write(Buffer.alloc(780))
  expect(await waitForStatus(url, 503)).toBe('1')
  slow.request.end(Buffer.alloc(10))
  expect(await slow.answered).toBe(200)
  await waitForStatus(url, 200)
})

test('what is announced and has no room is refused before it comes', async () => {
  const url = await start()
  const slow = begin(url, { 'content-length': 800 }, Buffer.alloc(790))
  await waitForStatus(url, 503)
  const other = begin(url, { 'content-length': 900 }, Buffer.alloc(0))
  expect(await other.answered).toBe(503)
  other.request.destroy()
  slow.request.end(Buffer.alloc(10))
  expect(await slow.answered).toBe(200)
})

test('what is not announced is held as it comes', async () => {
  const url = await start()
  const slow = begin(url, { 'transfer-encoding': 'chunked' }, Buffer.alloc(500))
  const other = begin(url, { 'transfer-encoding': 'chunked' }, Buffer.alloc(400))
  // Both are held when there is no room for 300 more.
  expect(await waitForStatus(url, 503)).toBe('1')
  slow.request.write(Buffer.alloc(400))
  expect(await slow.answered).toBe(503)
  slow.request.end()
  other.request.end(Buffer.alloc(400))
  expect(await other.answered).toBe(200)
})

test('what is packed holds what it becomes, and is told where that has no room', async () => {
  const url = await start()
  const slow = begin(url, { 'content-length': 800 }, Buffer.alloc(790))
  await waitForStatus(url, 503)
  const headers = { ...TYPE, 'content-encoding': 'gzip' }
  const packed = gzipSync(Buffer.alloc(900))
  expect(packed.length).toBeLessThan(100)
  expect((await sendHttp(url, { headers, body: packed })).status).toBe(503)
  slow.request.end(Buffer.alloc(10))
  expect(await slow.answered).toBe(200)
  expect((await sendHttp(url, { headers, body: packed })).status).toBe(200)
})

test('a sender that goes away lets go of what it held', async () => {
  const url = await start()
  const slow = begin(url, { 'content-length': 900 }, Buffer.alloc(800))
  await waitForStatus(url, 503)
  slow.answered.catch(() => {})
  slow.request.destroy()
  expect(await waitForStatus(url, 200)).toBeUndefined()
})

test('one that stands still gives way to others', async () => {
  const url = await start()
  const slow = begin(url, { 'content-length': 900 }, Buffer.alloc(800))
  const cut = slow.answered.catch(String)
  await waitForStatus(url, 503)
  const now = performance.now()
  vi.spyOn(performance, 'now').mockImplementation(() => now + 5100)
  await waitForStatus(url, 200)
  expect(await cut).toBe('Error: socket hang up')
})

describe('over gRPC', () => {
  const HEAD = {
    ':method': 'POST',
    ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    'content-type': 'application/grpc',
  }

  async function startGrpc(): Promise<ClientHttp2Session> {
    const inFlight = createInFlight(1000)
    const accept: Consume = () => Promise.resolve({ kind: 'accepted' })
    const uploads = { inFlight, refuse: () => Promise.resolve(inFlight.describeRefusal()) }
    const options = { endpoint: '127.0.0.1:0', maxRequestBytes: 1000, uploads }
    receiver = await startGrpcReceiver(options, { traces: limitInFlight(inFlight, accept) })
    session = connect(`http://${receiver.address}`)
    return session
  }

  /** Begins to send a message of so many bytes, of which the first come at once. */
  function beginCall(from: ClientHttp2Session, bytes: number, first: number) {
    const head = Buffer.alloc(5)
    head.writeUInt32BE(bytes, 1)
    const stream = from.request(HEAD)
    const answered = new Promise<number>((resolve, reject) => {
      const take = (headers: IncomingHttpHeaders): void => {
        if (headers['grpc-status'] !== undefined) resolve(Number(headers['grpc-status']))
      }
      stream.on('response', take).on('trailers', take).on('error', reject).resume()
    })
    stream.write(Buffer.concat([head, Buffer.alloc(first)]))
    return { stream, answered }
  }

  async function waitForCode(from: ClientHttp2Session, code: number): Promise<number> {
    for (;;) {
      const { stream, answered } = beginCall(from, 300, 300)
      stream.end()
      if ((await answered) === code) return code
      await sleep(5)
    }
  }

  test('what has come is held, and let go at the end', async () => {
    const from = await startGrpc()
    const slow = beginCall(from, 900, 800)
    await waitForCode(from, 14)
    slow.stream.end(Buffer.alloc(100))
    expect(await slow.answered).toBe(0)
    await waitForCode(from, 0)
  })

  test('a call that is cancelled lets go of what it held', async () => {
    const from = await startGrpc()
    const slow = beginCall(from, 900, 800)
    await waitForCode(from, 14)
    slow.stream.close(8)
    expect(await waitForCode(from, 0)).toBe(0)
  })

  test('one that stands still is told that its room was needed', async () => {
    const from = await startGrpc()
    const slow = beginCall(from, 900, 800)
    await waitForCode(from, 14)
    const now = performance.now()
    vi.spyOn(performance, 'now').mockImplementation(() => now + 5100)
    await waitForCode(from, 0)
    expect(await slow.answered).toBe(14)
  })
})
