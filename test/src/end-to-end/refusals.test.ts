/** What the processor says to its sender when the next hop refuses, hangs or is not there. */
import { Metadata, status } from '@grpc/grpc-js'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { forwardTo, startGrpcBackend, startHttpBackend, type Answer } from './backend.ts'
import { findFreeAddresses, stopAfterEach } from './children.ts'
import { startProcessor } from './processor.ts'
import {
  callExport,
  encodeTraces,
  makeChatSpan,
  makeTraces,
  PROTOBUF,
  sendTraces,
} from './requests.ts'
import { readStatus } from './rpc-status.ts'

stopAfterEach()

const spans = [makeChatSpan(1, { model: 'gpt-4o', input: 1000, output: 100 })]
const request = encodeTraces(makeTraces(spans))

describe('the refusal of the next hop becomes ours', () => {
  test('over HTTP', async () => {
    const refusals: [Answer, status: number, retryAfter: string | undefined, code: number][] = [
      [{ status: 503, headers: { 'retry-after': '7' } }, 503, '7', status.UNAVAILABLE],
      [{ status: 429, headers: { 'retry-after': '2' } }, 429, '2', status.RESOURCE_EXHAUSTED],
      [{ status: 502 }, 503, undefined, status.UNAVAILABLE],
      [{ status: 400 }, 400, undefined, status.INVALID_ARGUMENT],
      // An operator can mend this, so the spans must not be lost meanwhile.
      [{ status: 401 }, 503, undefined, status.UNAVAILABLE],
      ['hang', 503, undefined, status.UNAVAILABLE],
    ]
    let answer: Answer = 'hang'
    const backend = await startHttpBackend(() => answer)
    const forward = { ...forwardTo(backend), timeout: '300ms' }
    const processor = await startProcessor({ forward })
    for (const [given, ...expected] of refusals) {
      answer = given
      const refused = await sendTraces(processor.httpUrl, spans)
      const { code, encoding } = readStatus(refused)
      const found = [refused.status, refused.headers['retry-after'], code]
      expect({ given, found, encoding }).toEqual({ given, found: expected, encoding: PROTOBUF })
    }
    expect(backend.received).toHaveLength(refusals.length)
  })

  test('where nobody listens', async () => {
    const [nobody] = await findFreeAddresses(1)
    const forward = { protocol: 'http' as const, endpoint: `http://${nobody}` }
    const processor = await startProcessor({ forward })
    const refused = await sendTraces(processor.httpUrl, spans)
    expect([refused.status, readStatus(refused).code]).toEqual([503, 14])
  })

  test('over gRPC', async () => {
    const refusals = [
      { code: status.UNAVAILABLE, metadata: withRetryInfo(status.UNAVAILABLE, 3) },
      { code: status.RESOURCE_EXHAUSTED, metadata: withRetryInfo(status.RESOURCE_EXHAUSTED, 4) },
      { code: status.RESOURCE_EXHAUSTED },
      { code: status.INVALID_ARGUMENT },
      { code: status.PERMISSION_DENIED },
    ]
    let answer: (typeof refusals)[number] = refusals[0]!
    const backend = await startGrpcBackend(() => ({ ...answer, details: 'not today' }))
    const processor = await startProcessor({ forward: forwardTo(backend) })
    const seen = []
    for (answer of refusals) {
      const { code, metadata } = await callExport(processor.grpcAddress, request)
      const details = metadata?.get('grpc-status-details-bin')[0] as Buffer | undefined
      const seconds = [3, 4].find((delay) => details?.includes(makeRetryInfo(delay)))
      seen.push([code, seconds])
    }
    expect(seen).toEqual([
      [status.UNAVAILABLE, 3],
      [status.RESOURCE_EXHAUSTED, 4],
      // Without RetryInfo this one is final.
      [status.RESOURCE_EXHAUSTED, undefined],
      [status.INVALID_ARGUMENT, undefined],
      // An operator can mend this, so the spans must not be lost meanwhile.
      [status.UNAVAILABLE, undefined],
    ])
  })

  test('a hop that refuses once is asked again while the caller waits', async () => {
    let refusals = 1
    const backend = await startHttpBackend(() => ({ status: refusals-- > 0 ? 503 : 200 }))
    const processor = await startProcessor({ forward: forwardTo(backend), retryFor: '5s' })
    expect((await sendTraces(processor.httpUrl, spans)).status).toBe(200)
    expect(backend.received).toHaveLength(2)
  })

  test('a caller that goes away is not waited for', async () => {
    const backend = await startHttpBackend(() => 'hang')
    const processor = await startProcessor({ forward: { ...forwardTo(backend), timeout: '60s' } })
    const gone = new AbortController()
    const call = fetch(`${processor.httpUrl}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': PROTOBUF },
      body: new Uint8Array(request),
      signal: gone.signal,
    })
    while (backend.received.length === 0) await sleep(10)
    gone.abort()
    await expect(call).rejects.toThrow(/aborted/)
    // A stop that waited for the forward would end with SIGKILL.
    expect(await processor.stop()).toBe(0)
  })
})

/** `google.protobuf.Any` of a RetryInfo with a delay of less than 128 whole seconds, by hand. */
function makeRetryInfo(seconds: number): Buffer {
  const url = Buffer.from('type.googleapis.com/google.rpc.RetryInfo')
  // 1: the type's name, 2: the value; in it 1: a Duration; in it 1: the seconds.
  return Buffer.from([0x0a, url.length, ...url, 0x12, 4, 0x0a, 2, 0x08, seconds])
}

function withRetryInfo(code: number, seconds: number): Metadata {
  const any = makeRetryInfo(seconds)
  const metadata = new Metadata()
  // google.rpc.Status: 1: the code, 3: the details.
  metadata.set('grpc-status-details-bin', Buffer.from([0x08, code, 0x1a, any.length, ...any]))
  return metadata
}
