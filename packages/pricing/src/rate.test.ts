import type { Operation, Usage } from '@spancost/genai'
import { describe, expect, it } from 'vitest'
import { createBook, loadBook, type PriceBook } from './book.ts'
import { type Card, createCardRate } from './card.ts'
import { formatAmount } from './money.ts'
import { rateOperation } from './rate.ts'
import { partOf, sumParts } from './rating.ts'
import type { Rating } from './rating.ts'
import { loadSources } from './sources/index.ts'

const book = await loadBook()
const BOOK = 'genai-prices@0.1.8+cards@2026-11-23'
const SEPTEMBER = '2026-09-23T12:00:00Z'

type Call = Omit<Partial<Operation>, 'usage'> & { readonly usage?: Usage; readonly at?: string }

/** A chat at noon of the day the data was published, unless the case says otherwise. */
function rate({ at = SEPTEMBER, ...call }: Call, prices: PriceBook = book): Rating {
  const operation: Operation = { dialect: 'otel', role: 'leaf', name: 'chat', usage: {}, ...call }
  return rateOperation(operation, Date.parse(at), prices)
}

/** The cost in USD, or why there is none. */
function cost(call: Call): string | undefined {
  const rating = rate(call)
  return rating.costAtto === undefined ? rating.reason : formatAmount(rating.costAtto)
}

const SMALL: Usage = { inputTokens: 1_000, outputTokens: 100 }

describe('what is free', () => {
  it('is a tool, whatever it reports', () => {
    const rating = rate({ role: 'free', provider: 'openai', requestModel: 'gpt-4o', usage: SMALL })
    expect(rating).toEqual({
      status: 'free',
      book: BOOK,
      lines: [],
      costAtto: 0n,
    })
  })

  it.each([
    ['openrouter', 'meta-llama/llama-3.3-70b-instruct:free', 'openrouter/*:free'],
    ['openrouter', 'brand-new/model:free', 'openrouter/*:free'],
    ['gcp.gemini', 'gemma-3-27b-it', 'google/gemma-3'],
    ['openai', 'omni-moderation-latest', 'openai/moderation'],
  ])('is %s %s', (provider, requestModel, card) => {
    const free = { status: 'free', card, costAtto: 0n }
    expect(rate({ provider, requestModel, usage: SMALL })).toMatchObject(free)
    expect(rate({ provider, requestModel })).toMatchObject(free)
    expect(rate({ provider, requestModel })).not.toHaveProperty('reason')
  })

  it('does not make what comes on top of it free', () => {
    const usage = { ...SMALL, webSearches: 1 }
    const rating = rate({ provider: 'openrouter', requestModel: 'a/b:free', usage })
    expect(rating).toMatchObject({ status: 'partial', reason: 'no_rate', costAtto: 0n })
  })

  it('is nothing else: no tokens of a paid model are priced at 0, not free', () => {
    const usage = { inputTokens: 0, outputTokens: 0 }
    const rating = rate({ provider: 'openai', requestModel: 'gpt-4o', usage })
    expect(rating).toMatchObject({ status: 'priced', lines: [], costAtto: 0n })
  })
})

describe('what is not priced', () => {
  it.each<[string, Call, string, string]>([
    [
      'an unknown model',
      { provider: 'openai', requestModel: 'gpt-99', usage: SMALL },
      'unknown_model',
      'no price of "gpt-99" is known',
    ],
    [
      'a provider that nobody knows',
      { provider: 'acme', requestModel: 'gpt-4o', usage: SMALL },
      'unknown_model',
      'no prices of provider "acme" are known',
    ],
    ['no model', { provider: 'openai', usage: SMALL }, 'unknown_model', 'the span names no model'],
    [
      'no usage',
      { provider: 'openai', requestModel: 'gpt-4o' },
      'no_usage',
      'the span reports nothing that could be billed',
    ],
    [
      'usage that contradicts itself',
      {
        provider: 'openai',
        requestModel: 'gpt-4o',
        usage: { inputTokens: 10, cacheReadTokens: 900, outputTokens: 1 },
      },
      'bad_usage',
      'inputTokens is 10, but its parts add up to 900',
    ],
    [
      'a tier without rates',
      { provider: 'openai', requestModel: 'gpt-4o', serviceTier: 'flex', usage: SMALL },
      'no_rate',
      'no rates of "gpt-4o" are known for tier "flex"',
    ],
    [
      'seconds where only tokens have a rate',
      { provider: 'openai', requestModel: 'gpt-4o', usage: { videoSeconds: 3 } },
      'no_rate',
      'card openai/gpt-4o has no rate for video_second (3)',
    ],
    [
      'a model that is listed without a price',
      { provider: 'openrouter', requestModel: 'google/lyria-3-pro-preview', usage: SMALL },
      'no_rate',
      '"google/lyria-3-pro-preview": it is listed without a price',
    ],
  ])('%s', (_name, call, reason, detail) => {
    const refused = { status: 'unpriced', reason, detail, book: BOOK, lines: [] }
    expect(rate(call)).toEqual(refused)
  })

  it.each(['flex', 'priority', 'fast', 'Flex', 'scale'])('tier %s', (serviceTier) => {
    const call = { provider: 'anthropic', requestModel: 'claude-haiku-4-5', usage: SMALL }
    expect(cost({ ...call, serviceTier })).toBe('no_rate')
  })

  it.each([
    'standard',
    'Standard',
    'default',
    'auto',
    'on_demand',
    'ON_DEMAND',
    'standard_only',
    '',
  ])('but tier %s is', (serviceTier) => {
    const call = { provider: 'anthropic', requestModel: 'claude-haiku-4-5', usage: SMALL }
    // 1000 x 1/M = 0.001, 100 x 5/M = 0.0005
    expect(cost({ ...call, serviceTier })).toBe('0.0015')
  })
})

describe('what is priced in part', () => {
  it('says which units have no rate', () => {
    const usage = { inputTokens: 1_000, inputAudioTokens: 400, outputTokens: 100, webSearches: 2 }
    const rating = rate({ provider: 'openai', requestModel: 'gpt-4-turbo', usage })
    expect(rating).toMatchObject({
      status: 'partial',
      reason: 'no_rate',
      detail: 'card openai/gpt-4-turbo has no rate for input_audio (400), web_search (2)',
      card: 'openai/gpt-4-turbo',
    })
    // 600 x 10/M = 0.006, 100 x 30/M = 0.003
    expect(formatAmount(rating.costAtto ?? 0n)).toBe('0.009')
  })

  it('lends no rate to cached tokens', () => {
    const usage = { inputTokens: 1_000, cacheReadTokens: 500 }
    const call = { provider: 'openai', requestModel: 'gpt-4o-2024-05-13', usage }
    // 500 x 5/M
    expect(rate(call)).toMatchObject({ status: 'partial', costAtto: 2_500_000_000_000_000n })
  })

  it('lends input to cache writes at OpenAI only', () => {
    const usage = { inputTokens: 1_000, cacheWrite5mTokens: 500 }
    const rating = rate({ provider: 'openrouter', requestModel: 'openai/gpt-4o', usage })
    expect(rating.status).toBe('partial')
  })
})

describe('which model counts', () => {
  it('is the one that answered', () => {
    const call = { provider: 'openai', requestModel: 'gpt-4o', usage: SMALL }
    // 1000 x 0.15/M = 0.00015, 100 x 0.60/M = 0.00006
    expect(cost({ ...call, responseModel: 'gpt-4o-mini-2024-07-18' })).toBe('0.00021')
  })

  it('is the one that was asked for where the answer names nothing we know', () => {
    const call = { provider: 'openai', requestModel: 'gpt-4o', usage: SMALL }
    expect(cost({ ...call, responseModel: 'gpt-4o-2031-01-01' })).toBe('0.0035')
  })

  it('is not exchanged for want of a rate', () => {
    const call = { provider: 'azure', requestModel: 'gpt-4o', usage: SMALL }
    expect(cost({ ...call, responseModel: 'wizardlm-2-8x22b' })).toBe('no_rate')
  })
})

it('calls a cost estimated where it is unclear what the input contains', () => {
  const usage = { inputTokens: 1_000, cacheReadTokens: 900, outputTokens: 0 }
  const call = {
    provider: 'openai',
    requestModel: 'gpt-4o',
    usage,
    inclusive: 'ambiguous',
  } as const
  expect(rate(call)).toMatchObject({
    status: 'estimated',
    reason: 'ambiguous_usage',
    costAtto: 1_375_000_000_000_000n,
  })
})

describe('what a cache changed', () => {
  const usage = { inputTokens: 2_000_000, cacheReadTokens: 1_000_000, outputTokens: 1 }

  it('is told with the price', () => {
    // gpt-4o: 2.50 USD a million, 1.25 from the cache.
    const { cache } = rate({ provider: 'openai', requestModel: 'gpt-4o', usage })
    expect(cache).toEqual({ savedAtto: 1_250_000_000_000_000_000n, extraAtto: 0n })
    const dear = { inputTokens: 1_000_000, cacheWrite5mTokens: 1_000_000, outputTokens: 0 }
    // claude-haiku-4-5: 1 USD a million, 1.25 into the cache.
    const written = rate({ provider: 'anthropic', requestModel: 'claude-haiku-4-5', usage: dear })
    expect(written.cache).toEqual({ savedAtto: 0n, extraAtto: 250_000_000_000_000_000n })
  })

  it('is of what was agreed, which may differ by unit', async () => {
    const discounts = [
      { name: 'reads', units: ['cache_read'], times: '0.5' },
      { name: 'rest', times: '0.9' },
    ] as const
    const agreed = createBook(await loadSources(), { aliases: [], discounts })
    const { cache } = rate({ provider: 'openai', requestModel: 'gpt-4o', usage }, agreed)
    // A million tokens: 2.50 x 0.9 = 2.25 plain, 1.25 x 0.5 = 0.625 from the cache.
    expect(cache).toEqual({ savedAtto: 1_625_000_000_000_000_000n, extraAtto: 0n })
  })

  it('is not known where the provider billed, and absent where nothing was cached', () => {
    const call = { provider: 'openai', requestModel: 'gpt-4o' }
    const reportedCost = { amount: '0.1', currency: 'USD', source: 'provider', key: 'k' } as const
    expect(rate({ ...call, usage, reportedCost })).not.toHaveProperty('cache')
    expect(rate({ ...call, usage: SMALL })).not.toHaveProperty('cache')
  })
})

function isM(id: string): boolean {
  return id === 'm'
}

it('rounds each line once and adds the rounded lines', () => {
  // Half an atto a token: 1 is 0.5, rounded to 0; 3 are 1.5, rounded to 2; 5 are 2.5, rounded to 2.
  const half = createCardRate('0.000000000000000001', 2)
  const card: Card = {
    id: 'acme/m',
    provider: 'acme',
    model: 'm',
    currency: 'USD',
    rates: { input: half, output: half, cache_read: half },
    source: 'by hand',
  }
  const listings = [{ provider: 'acme', model: 'm', matches: isM, cards: [card] }]
  const acme = createBook([{ name: 'acme', version: '1', listings }])
  const usage = { inputTokens: 4, cacheReadTokens: 1, outputTokens: 5 }
  const rating = rate({ provider: 'acme', requestModel: 'm', usage }, acme)
  expect(rating.lines.map((line) => [line.unit, line.costAtto])).toEqual([
    ['cache_read', 0n],
    ['input', 2n],
    ['output', 2n],
  ])
  expect(rating.costAtto).toBe(4n)
  const parts = sumParts(rating)
  expect(parts).toEqual({ input: 2n, output: 2n, cache_read: 0n, cache_write: 0n, other: 0n })
})

it.each([
  ['input', 'input'],
  ['input_audio', 'input'],
  ['input_image', 'input'],
  ['cache_read', 'cache_read'],
  ['cache_read_audio', 'cache_read'],
  ['cache_write', 'cache_write'],
  ['cache_write_1h', 'cache_write'],
  ['output', 'output'],
  ['reasoning', 'output'],
  ['output_audio', 'output'],
  ['output_image', 'output'],
  ['web_search', 'other'],
  ['request', 'other'],
  ['audio_second', 'other'],
] as const)('%s is part of %s', (unit, part) => {
  expect(partOf(unit)).toBe(part)
})

describe('a cost that the span reports', () => {
  const CALL = { provider: 'openrouter', requestModel: 'openai/gpt-4o', usage: SMALL }
  const BILL = { currency: 'USD', source: 'provider', key: 'gen_ai.usage.cost.amount' } as const

  it('is taken where the provider billed it, and ours is kept beside it', () => {
    // By the card: 1000 x 2.5 + 100 x 10 = 3500 millionths.
    expect(cost(CALL)).toBe('0.0035')
    const rating = rate({ ...CALL, reportedCost: { ...BILL, amount: '0.00332500000000000049' } })
    expect(rating).toMatchObject({
      status: 'priced',
      source: 'provider',
      list: '0.0035',
      // At 1e-18, half to even.
      costAtto: 3_325_000_000_000_000n,
      lines: [{ unit: 'request', quantity: 1, costAtto: 3_325_000_000_000_000n }],
    })
    expect(sumParts(rating)).toMatchObject({ input: 0n, output: 0n, other: 3_325_000_000_000_000n })
  })

  it('prices a model that no card knows', () => {
    const reportedCost = { ...BILL, amount: '0.25' }
    const rating = rate({ provider: 'acme', requestModel: 'one', usage: SMALL, reportedCost })
    expect(rating).toMatchObject({ status: 'priced', costAtto: 250_000_000_000_000_000n })
    expect(rating).not.toHaveProperty('list')
    expect(rating).not.toHaveProperty('reason')
  })

  it('is free where the provider billed nothing', () => {
    const reportedCost = { ...BILL, amount: '0' }
    expect(rate({ ...CALL, reportedCost })).toMatchObject({ status: 'free', costAtto: 0n })
  })

  it.each([
    ['an estimate of the instrumentation', { source: 'local' }],
    ['another currency', { currency: 'EUR' }],
  ] as const)('is not taken from %s', (_, other) => {
    const reportedCost = { ...BILL, amount: '99', ...other }
    expect(rate({ ...CALL, reportedCost })).toMatchObject({
      source: 'book',
      costAtto: 3_500_000_000_000_000n,
    })
  })
})

describe('a call that ended early', () => {
  const call = { provider: 'openai', requestModel: 'gpt-4o' } as const
  // 1000 x 2.5 millionths; what it had put out is not known.
  const partial = { status: 'partial', reason: 'no_usage', costAtto: 2_500_000_000_000_000n }

  it('lacks the cost of its output', () => {
    expect(rate({ ...call, usage: { inputTokens: 1_000 } })).toMatchObject(partial)
    const usage = { inputTokens: 1_000, outputTokens: 0 }
    expect(rate({ ...call, usage, errorType: 'aborted' })).toMatchObject(partial)
    expect(rate({ ...call, usage }).status).toBe('priced')
  })

  it('is none where nothing is put out, as by embeddings', () => {
    const embedding = { provider: 'openai', requestModel: 'text-embedding-3-small' }
    const usage = { inputTokens: 1_000 }
    expect(rate({ ...embedding, usage, name: 'embeddings' }).status).toBe('priced')
    // Before 1.29 spans did not say that they were; their card has no rate for output.
    expect(rate({ ...embedding, usage }).status).toBe('priced')
    expect(rate({ ...call, usage, name: 'embeddings' }).status).toBe('priced')
  })
})
