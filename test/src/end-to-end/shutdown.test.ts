/** A processor that is told to stop, or killed, while requests are on their way. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { forwardTo, startHttpBackend } from './backend.ts'
import { stopAfterEach, waitFor } from './children.ts'
import { readSpend, startProcessor } from './processor.ts'
import { callExport, encodeTraces, makeChatSpan, makeTraces, sendTraces } from './requests.ts'

stopAfterEach()

/** 1000 input tokens at 2.5 and 100 output tokens at 10 USD per million: 0.0025 + 0.001. */
const CALL = { model: 'gpt-4o', input: 1000, output: 100 }

/** Whether a process of this group is still there, orphans included. */
function isGroupAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0)
    return true
  } catch {
    return false
  }
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal}: what is in work is answered, then the process ends with 0`, async () => {
    const backend = await startHttpBackend(async () => {
      await sleep(300)
      return { status: 200 }
    })
    const processor = await startProcessor({ forward: forwardTo(backend) })
    const answers = Array.from({ length: 8 }, async (_, index) => {
      const spans = [makeChatSpan(index + 1, CALL)]
      // One half comes over HTTP, the other over gRPC.
      if (index % 2 === 0) return (await sendTraces(processor.httpUrl, spans)).status
      return (await callExport(processor.grpcAddress, encodeTraces(makeTraces(spans)))).code
    })
    // All eight have been written down and wait for the next hop.
    await waitFor('eight forwards', async () => (backend.received.length === 8 ? true : undefined))
    expect(await processor.stop(signal)).toBe(0)
    expect(await Promise.all(answers)).toEqual([200, 0, 200, 0, 200, 0, 200, 0])
    expect(isGroupAlive(processor.pid)).toBe(false)
    await expect(sendTraces(processor.httpUrl, [])).rejects.toThrow(/ECONNREFUSED/)

    const again = await processor.restart()
    // 8 x 0.0035
    expect(await readSpend(again)).toEqual({ operations: 8, cost: '0.028' })
  })
}

test('steady traffic over a SIGTERM: everything that was acknowledged is kept', async () => {
  const backend = await startHttpBackend()
  const processor = await startProcessor({ forward: forwardTo(backend) })
  const acknowledged: number[] = []
  const failed: number[] = []
  let stopped = false
  const sender = async (first: number): Promise<void> => {
    for (let id = first; !stopped; id += 4) {
      try {
        const { status } = await sendTraces(processor.httpUrl, [makeChatSpan(id, CALL)])
        ;(status === 200 ? acknowledged : failed).push(id)
      } catch {
        failed.push(id)
        // The connection was refused or cut: the stop has come.
        stopped = true
      }
    }
  }
  const senders = [1, 2, 3, 4].map(sender)
  await waitFor('traffic', async () => (acknowledged.length >= 20 ? true : undefined))
  expect(await processor.stop()).toBe(0)
  stopped = true
  await Promise.all(senders)

  const again = await processor.restart()
  const kept = await readSpend(again)
  expect(kept.operations).toBeGreaterThanOrEqual(acknowledged.length)
  for (const id of acknowledged) {
    const traceId = makeChatSpan(id, CALL).traceId
    const answer = await fetch(`${again.apiUrl}/api/v1/entries?traceId=${traceId}`)
    expect(JSON.stringify(await answer.json())).toContain(traceId)
  }
  // The sender does what OTLP asks: it sends what failed once more. Then each is there once.
  for (const id of failed) {
    expect((await sendTraces(again.httpUrl, [makeChatSpan(id, CALL)])).status).toBe(200)
  }
  expect((await readSpend(again)).operations).toBe(acknowledged.length + failed.length)
})
