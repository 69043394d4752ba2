import type { Operation, Usage } from '@spancost/genai'
import { describe, expect, it } from 'vitest'
import { createBook, loadBook } from './book.ts'
import type { PriceSource } from './card.ts'
import { formatAmount } from './money.ts'
import { rateOperation } from './rate.ts'
import type { Rating } from './rating.ts'
import { createOverrides } from './sources/cards.ts'
import { loadSources } from './sources/index.ts'

const atMs = Date.parse('2026-09-15T00:00:00Z')
const SMALL: Usage = { inputTokens: 1_000, outputTokens: 100 }

function createSource(models: readonly unknown[], kind?: 'self_hosted'): PriceSource {
  const value = {
    provider: ['openai', 'our-gpus'],
    source: 'contract',
    checked: '2026-11-01',
    models,
  }
  return createOverrides([{ name: 'prices.yaml', value }], '2026-11-01', { kind })
}

async function rate(source: PriceSource, call: Partial<Operation>): Promise<Rating> {
  const operation: Operation = {
    dialect: 'otel',
    role: 'leaf',
    name: 'chat',
    provider: 'openai',
    usage: SMALL,
    ...call,
  }
  return rateOperation(operation, atMs, await loadBook([source]))
}

describe("a user's own prices", () => {
  const contract = createSource([
    { model: 'gpt-4o', cards: [{ rates: { input: '2', output: '8' } }] },
    {
      model: 'our-deployment',
      ids: ['our-*', 'ours'],
      cards: [{ rates: { input: '1', output: '1' } }],
    },
  ])

  it('win over everything, and say so', async () => {
    // 1000 x 2/M + 100 x 8/M
    expect(await rate(contract, { requestModel: 'gpt-4o-2024-08-06' })).toMatchObject({
      source: 'override',
      card: 'override:openai/gpt-4o',
      book: 'genai-prices@0.1.8+cards@2026-11-23+override@2026-11-01',
      costAtto: 2_800_000_000_000_000n,
    })
  })

  it('say nothing about tiers that they do not name', async () => {
    const rating = await rate(contract, { requestModel: 'gpt-4o', serviceTier: 'batch' })
    // 1000 x 1.25/M + 100 x 5/M: the list price, as nothing was agreed for batches.
    expect(formatAmount(rating.costAtto ?? 0n)).toBe('0.00175')
    expect(rating.source).toBe('book')
  })

  it('leave the rest as it was', async () => {
    const rating = await rate(contract, { requestModel: 'gpt-4o-mini' })
    expect(rating).toMatchObject({ source: 'book', card: 'openai/gpt-4o-mini' })
  })

  it('name models and providers that nobody else knows', async () => {
    // 1100 x 1/M
    const cost = { source: 'override', costAtto: 1_100_000_000_000_000n }
    expect(await rate(contract, { requestModel: 'ours' })).toMatchObject(cost)
    const call = { provider: 'our-gpus', requestModel: 'ours' }
    expect(await rate(contract, call)).toMatchObject(cost)
  })

  it('may differ by tenant: each has a book of its own', async () => {
    const sources = await loadSources()
    const cheap = createBook([contract, ...sources])
    const list = createBook(sources)
    const query = { provider: 'openai', model: 'gpt-4o', atMs }
    expect([cheap, list].map((book) => book.find(query))).toMatchObject([
      { card: { id: 'override:openai/gpt-4o' } },
      { card: { id: 'openai/gpt-4o' } },
    ])
  })
})

describe('a model of our own', () => {
  const byHour = createSource(
    [{ model: 'llama', cards: [{ rates: { gpu_second: '2.50' } }] }],
    'self_hosted',
  )

  it('is paid by the GPU hour; its tokens cost nothing on top', async () => {
    const usage = { ...SMALL, cacheReadTokens: 500, gpuSeconds: 36 }
    // 36 x 2.50/3600
    expect(
      await rate(byHour, { provider: 'our-gpus', requestModel: 'llama', usage }),
    ).toMatchObject({
      status: 'priced',
      source: 'self_hosted',
      lines: [{ unit: 'gpu_second', quantity: 36 }],
      costAtto: 25_000_000_000_000_000n,
    })
  })

  it('is not free where nobody measured its time', async () => {
    expect(await rate(byHour, { provider: 'our-gpus', requestModel: 'llama' })).toMatchObject({
      status: 'unpriced',
      reason: 'no_usage',
      detail: 'card self_hosted:our-gpus/llama bills GPU time, which the span does not report',
    })
  })

  it('may have a flat rate by the token', async () => {
    const flat = createSource(
      [{ model: 'llama', cards: [{ rates: { input: '0.10', output: '0.10' } }] }],
      'self_hosted',
    )
    // 1100 x 0.10/M
    expect(await rate(flat, { provider: 'our-gpus', requestModel: 'llama' })).toMatchObject({
      source: 'self_hosted',
      costAtto: 110_000_000_000_000n,
    })
  })
})
