/** Bodies that are still coming, while there is no room for more. */
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import type { Consume } from '../consume.ts'
import { sendHttp } from '../testing/send-http.ts'
import { createInFlight, limitInFlight } from './limit-in-flight.ts'
import { startHttpReceiver } from './otlp-http.ts'
import type { Receiver } from './receiver.ts'

const TYPE = { 'content-type': 'application/x-protobuf' }

let receiver: Receiver | undefined
afterEach(() => receiver?.stop())

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

test('what is announced is held from the head on, and let go at the end', async () => {
  const url = await start()
  const slow = begin(url, { 'content-length': 800 }, Buffer.alloc(10))
  expect(await waitForStatus(url, 503)).toBe('1')
  slow.request.end(Buffer.alloc(790))
  expect(await slow.answered).toBe(200)
  await waitForStatus(url, 200)
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

test('a sender that goes away lets go of what it held', async () => {
  const url = await start()
  const slow = begin(url, { 'content-length': 900 }, Buffer.alloc(10))
  await waitForStatus(url, 503)
  slow.answered.catch(() => {})
  slow.request.destroy()
  expect(await waitForStatus(url, 200)).toBeUndefined()
})
