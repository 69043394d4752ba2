/** The same request, however often and whenever it comes, is spend once and forwarded each time. */
import { describe, expect, test } from 'vitest'
import { forwardTo, startHttpBackend } from './backend.ts'
import { stopAfterEach, waitFor } from './children.ts'
import { sumDecimals } from './decimals.ts'
import { readMetric, readSpend, startProcessor, type Processor } from './processor.ts'
import { makeChatSpan, sendTraces } from './requests.ts'

stopAfterEach()

// Rates are USD per million tokens; the figures below are millionths of a dollar.
const SPANS = [
  // 1000 fresh x 2.5 + 234 cached x 1.25 + 56 x 10 = 2500 + 292.5 + 560 = 3352.5
  makeChatSpan(1, { model: 'gpt-4o', input: 1234, cacheRead: 234, output: 56 }),
  // 777 x 0.25 + 333 x 2 = 194.25 + 666 = 860.25
  makeChatSpan(2, { model: 'gpt-5-mini', input: 777, output: 333 }),
  // 1001 x 3 + 99 x 15 = 3003 + 1485 = 4488
  makeChatSpan(3, { provider: 'anthropic', model: 'claude-sonnet-4-5', input: 1001, output: 99 }),
]
// 3352.5 + 860.25 + 4488 = 8700.75
const SPEND = { operations: 3, cost: '0.00870075' }

/** That the ledger's API and `/metrics` both say `SPEND`, to the last digit. */
async function expectSpendOnce(processor: Processor): Promise<void> {
  expect(await readSpend(processor)).toEqual(SPEND)
  const cost = await readMetric(processor, 'spancost_cost_total')
  expect(sumDecimals(cost.values())).toBe(8_700_750_000_000_000n)
  const operations = await readMetric(processor, 'spancost_operations_total')
  expect(sumDecimals(operations.values())).toBe(3_000_000_000_000_000_000n)
}

describe('each operation is spend once', () => {
  test('sent in a row, at once, and after kill -9', async () => {
    const backend = await startHttpBackend()
    const first = await startProcessor({ forward: forwardTo(backend) })
    expect(await readSpend(first)).toEqual({ operations: 0, cost: '0' })

    for (let time = 0; time < 3; time++) {
      expect((await sendTraces(first.httpUrl, SPANS)).status).toBe(200)
    }
    await expectSpendOnce(first)

    const answers = await Promise.all(
      Array.from({ length: 8 }, () => sendTraces(first.httpUrl, SPANS)),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
    await expectSpendOnce(first)

    expect(await first.stop('SIGKILL')).toBe('SIGKILL')
    const second = await first.restart()
    await expectSpendOnce(second)
    expect((await sendTraces(second.httpUrl, SPANS)).status).toBe(200)
    await expectSpendOnce(second)

    // 3 + 8 + 1: the backend gets every one of them, priced like the first.
    expect(backend.received).toHaveLength(12)
    for (const { body } of backend.received) expect(body).toEqual(backend.received[0]!.body)
    expect(backend.received[0]!.body.toString('latin1')).toContain('spancost.cost.exact')
  })

  test('at once from the very first, and killed when it has answered', async () => {
    const processor = await startProcessor()
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        // The same spans in the other order are the same spans.
        sendTraces(processor.httpUrl, index % 2 === 0 ? SPANS : SPANS.toReversed()),
      ),
    )
    await processor.stop('SIGKILL')
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
    await expectSpendOnce(await processor.restart())
  })

  test('killed after writing it down and before answering', async () => {
    let hop: 'hang' | { status: number } = 'hang'
    const backend = await startHttpBackend(() => hop)
    const forward = { ...forwardTo(backend), timeout: '60s' }
    const first = await startProcessor({ forward })
    const unanswered = sendTraces(first.httpUrl, SPANS).catch((error: unknown) => error)
    await waitFor('the forward', async () => (backend.received.length > 0 ? true : undefined))
    await first.stop('SIGKILL')
    expect(await unanswered).toBeInstanceOf(Error)

    hop = { status: 200 }
    const second = await first.restart()
    expect((await sendTraces(second.httpUrl, SPANS)).status).toBe(200)
    await expectSpendOnce(second)
    expect(backend.received).toHaveLength(2)
  })
})
