import { describe, expect, test } from 'vitest'
import { loadBook, createBook } from './book.ts'
import { formatAmount } from './money.ts'
import { rateOperation } from './rate.ts'
import { loadSources } from './sources/index.ts'
import { createOverrides } from './sources/cards.ts'
import { NO_TERMS, type Terms } from './terms.ts'

const sources = await loadSources()
const AT_MS = Date.parse('2026-09-15T00:00:00Z')

interface Call {
  readonly provider?: string
  readonly model: string
  readonly usage?: object
  readonly atMs?: number
  readonly more?: object
}

function rate(terms: Partial<Terms>, { provider = 'openai', model, usage, atMs, more }: Call) {
  const book = createBook(sources, { ...NO_TERMS, ...terms })
  const rating = rateOperation(
    {
      dialect: 'otel',
      role: 'leaf',
      name: 'chat',
      provider,
      requestModel: model,
      usage: usage ?? { inputTokens: 1000, outputTokens: 100 },
      ...more,
    },
    atMs ?? AT_MS,
    book,
  )
  const { status, reason, card, list, costAtto } = rating
  return [status, costAtto && formatAmount(costAtto), list, card, reason].filter((one) => one)
}

describe('an alias', () => {
  const aliases = [
    { provider: 'azure', model: 'our-*-4o', means: { provider: 'openai', model: 'gpt-4o' } },
    {
      model: 'arn:aws:bedrock:*:application-inference-profile/a1*',
      means: { model: 'global.anthropic.claude-sonnet-4-5-20250929-v1:0' },
    },
  ]

  test('stands for a model, of the providers that it names', () => {
    const found = ['priced', '0.0035', 'openai/gpt-4o']
    expect(rate({ aliases }, { provider: 'azure.ai.openai', model: 'Our-EU-4o' })).toEqual(found)
    const refused = ['unpriced', 'unknown_model']
    expect(rate({ aliases }, { provider: 'openai', model: 'our-eu-4o' })).toEqual(refused)
    expect(rate({}, { provider: 'azure', model: 'our-eu-4o' })).toEqual([
      'unpriced',
      'custom_deployment',
    ])
  })

  test('looks behind an id that hides its model', () => {
    const model = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2'
    // 1000 x 3 + 100 x 15 millionths
    expect(rate({ aliases }, { provider: 'aws.bedrock', model }).slice(0, 2)).toEqual([
      'priced',
      '0.0045',
    ])
    expect(rate({}, { provider: 'aws.bedrock', model })).toEqual(['unpriced', 'opaque_id'])
  })

  test('wants all of its letters, in order', () => {
    for (const model of ['our-4o', 'our--4o-x', 'xour-a-4o', '-4our-']) {
      expect(rate({ aliases }, { provider: 'azure', model })).toEqual([
        'unpriced',
        'custom_deployment',
      ])
    }
  })
})

describe('a discount', () => {
  test('is dated, for a provider, models and units, and keeps the list cost', () => {
    const discounts = [
      {
        name: '2026',
        provider: 'openai',
        model: 'gpt-4*',
        units: ['input', 'cache_read'],
        times: '0.85',
        fromMs: Date.parse('2026-09-01'),
        toMs: Date.parse('2026-10-01'),
      },
      { name: 'rest', times: '0.5', provider: 'anthropic' },
    ] as const
    // 1000 x 2.125 + 100 x 10 millionths
    expect(rate({ discounts }, { model: 'gpt-4o' })).toEqual([
      'priced',
      '0.003125',
      '0.0035',
      'openai/gpt-4o',
    ])
    for (const day of ['2026-08-31T23:59:59.999Z', '2026-10-01']) {
      const atMs = Date.parse(day)
      expect(rate({ discounts }, { model: 'gpt-4o', atMs })[1]).toBe('0.0035')
    }
    // 1000 x 1.5 + 100 x 7.5 millionths
    const claude = { provider: 'anthropic', model: 'claude-sonnet-4-5' }
    expect(rate({ discounts }, claude).slice(0, 3)).toEqual(['priced', '0.00225', '0.0045'])
  })

  test('the first that matches a unit holds; they do not add up', () => {
    const discounts = [
      { name: 'input', units: ['input'], times: '0' },
      { name: 'all', times: '0.5' },
    ] as const
    // A commitment that is paid otherwise: nothing for input; 100 x 5 millionths for output.
    expect(rate({ discounts }, { model: 'gpt-4o' }).slice(0, 3)).toEqual([
      'priced',
      '0.0005',
      '0.0035',
    ])
  })

  test('is for list prices, not for what a user wrote down or a provider billed', async () => {
    const discounts = [{ name: 'all', times: '0.5' }]
    const file = {
      provider: 'openai',
      source: 'contract',
      checked: '2026-11-01',
      models: [{ model: 'gpt-4o', cards: [{ rates: { input: '2', output: '8' } }] }],
    }
    const own = createOverrides([{ name: 'own', value: file }], '1')
    const book = createBook([own, ...sources], { ...NO_TERMS, discounts })
    const usage = { inputTokens: 1000, outputTokens: 100 }
    const call = { dialect: 'otel', role: 'leaf', name: 'chat', provider: 'openai', usage } as const
    const rating = rateOperation({ ...call, requestModel: 'gpt-4o' }, AT_MS, book)
    expect([rating.costAtto, rating.list]).toEqual([2_800_000_000_000_000n, undefined])

    const reportedCost = { amount: '0.003', currency: 'USD', source: 'provider', key: 'x' }
    expect(rate({ discounts }, { model: 'gpt-4o', more: { reportedCost } })).toEqual([
      'priced',
      '0.003',
      '0.0035',
      'openai/gpt-4o',
    ])
  })
})

describe('a fallback', () => {
  const fallback = { provider: 'openai', model: 'gpt-4o' }

  test('prices what nobody knows, as an estimate', () => {
    expect(rate({ fallback }, { model: 'gpt-9' })).toEqual([
      'estimated',
      '0.0035',
      'openai/gpt-4o',
      'unknown_model',
    ])
  })

  test('leaves alone what is known, be it without a price for the tier', () => {
    expect(rate({ fallback }, { model: 'gpt-4o', more: { serviceTier: 'flex' } })).toEqual([
      'unpriced',
      'no_rate',
    ])
    expect(rate({ fallback }, { model: 'gpt-9', usage: {} })).toEqual(['unpriced', 'no_usage'])
  })
})

test('without terms the book has the name that it always had', async () => {
  expect(createBook(sources, NO_TERMS).id).toBe((await loadBook()).id)
})
