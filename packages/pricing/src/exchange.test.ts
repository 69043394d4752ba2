import { describe, expect, test } from 'vitest'
import { createBook } from './book.ts'
import { loadExchange, readExchange } from './exchange.ts'
import { formatAmount, formatRate } from './money.ts'
import { rateOperation } from './rate.ts'
import { createOverrides } from './sources/cards.ts'

const LIST = {
  provider: 'acme',
  currency: 'CNY',
  source: 'their list',
  checked: '2026-11-01',
  models: [
    {
      model: 'm',
      cards: [
        {
          from: '2026-01-15',
          to: '2026-03-15',
          rates: { input: '4', output: '16' },
          above: { '1000': { input: '8' } },
        },
        { tier: 'batch', times: '0.5' },
      ],
    },
  ],
}
const EXCHANGE = readExchange({ CNY: { '2026-01-01': '0.14', '2026-02-01': '1/7' } })

function find(at: string, serviceTier?: string) {
  const own = createOverrides([{ name: 'own', value: LIST }], '1', { exchange: EXCHANGE })
  const book = createBook([own])
  return book.find({ provider: 'acme', model: 'm', serviceTier, atMs: Date.parse(at) })
}

describe('a list in another currency', () => {
  test('is in USD by the exchange rate of the day, and keeps its own figures', () => {
    const january = find('2026-01-31T23:59:59.999Z')
    if (january.kind === 'refused') throw new Error(january.detail)
    const { card } = january
    // 4 x 0.14 and 16 x 0.14 per million; above 1000 tokens 8 x 0.14
    expect([card.rates.input?.text, card.rates.output?.text]).toEqual(['0.00000056', '0.00000224'])
    expect(card.tiers?.[0]?.rates.input?.text).toBe('0.00000112')
    expect(card.currency).toBe('USD')
    expect(card.listed?.currency).toBe('CNY')
    expect(card.listed?.rates.input?.text).toBe('0.000004')
    expect(card.id).toBe('override:acme/m@2026-01-15+cny@2026-01-01')
    expect(card.source).toMatch(/^listed in CNY, exchanged as of 2026-01-01: their list; /)
  })

  test('is exact where no decimal is, rounded once at the end', () => {
    const own = createOverrides([{ name: 'own', value: LIST }], '1', { exchange: EXCHANGE })
    const usage = { inputTokens: 100, outputTokens: 0 }
    const call = { dialect: 'otel', role: 'leaf', name: 'chat', provider: 'acme', usage } as const
    const rating = rateOperation(
      { ...call, requestModel: 'm' },
      Date.parse('2026-02-01'),
      createBook([own]),
    )
    // 100 x 4 / 7 millionths: 0.000057142857142857142857...
    expect(formatAmount(rating.costAtto ?? 0n)).toBe('0.000057142857142857')
  })

  test('holds for as long as it and an exchange rate do, in its tiers as well', () => {
    for (const at of ['2026-01-14', '2026-03-15']) {
      expect(find(at)).toMatchObject({ kind: 'refused', reason: 'no_rate' })
    }
    const batch = find('2026-03-14', 'batch')
    if (batch.kind === 'refused') throw new Error(batch.detail)
    // 4 / 7 / 2 millionths
    expect(batch.card.rates.input?.text).toBe('1/3500000')
  })

  test('without an exchange rate is an error that says which', () => {
    const make = () => createOverrides([{ name: 'own', value: LIST }], '1')
    expect(make).toThrow('no exchange rates of CNY are known')
  })
})

describe('the exchange rates that come with us', () => {
  test('are of the European Central Bank, by the month', () => {
    const exchange = loadExchange()
    expect([...exchange.keys()]).toEqual(['EUR', 'GBP', 'JPY', 'CNY'])
    // One euro on 2026-10-30: 1.1172 USD, 7.4326 CNY, 175.68 JPY, 0.8338 GBP.
    const newest = [...exchange].map(([currency, rates]) => [
      currency,
      rates.at(-1)?.from,
      formatRate(rates.at(-1)!.usd),
    ])
    expect(newest).toEqual([
      ['EUR', '2026-11-01', '1.1172'],
      ['GBP', '2026-11-01', '5586/4169'],
      ['JPY', '2026-11-01', '931/146400'],
      ['CNY', '2026-11-01', '798/5309'],
    ])
    for (const rates of exchange.values()) expect(rates[0]?.from).toBe('2023-12-01')
  })

  test('give way to those of the user, by currency', () => {
    const exchange = loadExchange({ CNY: { '2026-01-01': '0.2' } })
    expect(exchange.get('CNY')).toHaveLength(1)
    expect(exchange.get('EUR')?.length).toBeGreaterThan(30)
    expect(() => loadExchange({ CNY: { soon: '0.2' } })).toThrow('CNY: expected a date')
    expect(() => loadExchange({ CNY: { '2026-01-01': '0' } })).toThrow('above 0')
  })
})
