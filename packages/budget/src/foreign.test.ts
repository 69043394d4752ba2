import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limitOf, NOTHING } from './assess.ts'
import type { Budget, Foreign } from './budget.ts'
import { exchangeBudget, foreignOf, rateIn, type RateTable } from './foreign.ts'
import { createWindows, PERIODS, type WindowRule } from './window.ts'

const ATTO = 10n ** 18n
const NOW = Date.parse('2026-11-23T10:00:00Z')
const MONTH: WindowRule = {
  period: 'month',
  zone: 'Europe/Berlin',
  weekStart: 1,
  fiscalStart: 1,
}

function euros(amount: bigint, more: Partial<Budget> = {}): Budget {
  return {
    id: 'a',
    name: 'a',
    scope: {},
    each: [],
    limit: { measure: 'cost', amount, foreign: { currency: 'EUR', rates: [] } },
    window: MONTH,
    carriesOver: false,
    mayOvercommit: false,
    thresholds: [],
    unpriced: 'allow',
    onFailure: 'allow',
    ...more,
  }
}

/** USD in ten thousandths, by day. */
function table(rates: Readonly<Record<string, bigint>>): RateTable {
  const known = Object.entries(rates).map(([from, num]) => {
    return { from, usd: { num: num * 10n ** 14n, den: 1n } }
  })
  return new Map([['EUR', known]])
}

function exchange(budget: Budget, rates: RateTable, atMs = NOW, kept?: Foreign): Budget {
  const exchanged = exchangeBudget(budget, rates, atMs, kept)
  if (exchanged.kind === 'unknown') throw new Error(exchanged.reason)
  return exchanged.budget
}

function limitAt(budget: Budget, at: string): bigint {
  return limitOf(budget, createWindows(budget.window)(Date.parse(at)))
}

describe('a limit in another currency', () => {
  test('is in USD by the rate of the day that its window is named by, rounded down', () => {
    const rates = table({ '2026-10-15': 11_000n, '2026-11-01': 11_172n, '2026-11-20': 12_000n })
    const budget = exchange(euros(1_000n * ATTO), rates)
    // 1000 x 1.1172; midnight in Berlin is still October in UTC, and the day is November's.
    expect(limitAt(budget, '2026-10-31T23:00:00Z')).toBe(11_172n * 10n ** 17n)
    expect(limitAt(budget, '2026-11-30T22:59:59Z')).toBe(11_172n * 10n ** 17n)
    expect(limitAt(budget, '2026-11-30T23:00:00Z')).toBe(1_200n * ATTO)
    expect(rateIn(budget, { id: 'month:2026-11-01' })?.from).toBe('2026-11-01')
    // A third of a cent is no whole number of 1e-18.
    const third = new Map([['EUR', [{ from: '2026-11-01', usd: { num: ATTO, den: 300n } }]]])
    expect(limitAt(exchange(euros(ATTO), third), '2026-11-02')).toBe(3_333_333_333_333_333n)
  })

  test('carries over what was left of the window before, at that window’s rate', () => {
    const rates = table({ '2026-10-01': 10_000n, '2026-11-01': 12_000n })
    const budget = exchange(euros(100n * ATTO, { carriesOver: true }), rates)
    const spent = { ...NOTHING, costAtto: 30n * ATTO }
    const counter = { spent, held: NOTHING, unpriced: 0n }
    const before = { window: { id: 'month:2026-10-01' }, counter }
    // 100 x 1.2, and 100 x 1.0 less 30.
    expect(limitOf(budget, { id: 'month:2026-11-01' }, before)).toBe(190n * ATTO)
  })

  test('without windows has the rate of the day on which it begins, for ever', () => {
    const total = euros(10n * ATTO, {
      window: { ...MONTH, period: 'total' },
      validFromUnixMs: Date.parse('2026-05-01'),
    })
    const rates = table({ '2026-01-01': 10_000n, '2026-05-01': 13_000n, '2026-11-01': 20_000n })
    const budget = exchange(total, rates)
    expect(limitAt(budget, '2030-01-01')).toBe(13n * ATTO)
    const { validFromUnixMs: _, ...always } = total
    expect(exchangeBudget(always, rates, NOW)).toEqual({
      kind: 'unknown',
      reason: 'EUR: without windows `validFrom` says whose day’s exchange rate holds',
    })
  })

  test('is unknown before the first rate and without any', () => {
    const reason = 'EUR: no exchange rate is known for 2026-11-01; `prices.exchange` can name one'
    const late = table({ '2026-11-02': 10_000n })
    expect(exchangeBudget(euros(1n), late, NOW)).toEqual({ kind: 'unknown', reason })
    expect(exchangeBudget(euros(1n), new Map(), NOW)).toEqual({ kind: 'unknown', reason })
  })

  test('leaves a budget in USD alone', () => {
    const budget = euros(1n, { limit: { measure: 'cost', amount: 1n } })
    expect(exchange(budget, new Map())).toBe(budget)
  })
})

const day = fc
  .integer({
    min: Date.parse('2026-01-01') / 86_400_000,
    max: Date.parse('2027-06-30') / 86_400_000,
  })
  .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10))
const anyTable = fc
  .dictionary(day, fc.bigInt({ min: 1n, max: 99_999n }), { maxKeys: 8 })
  .map((rates) =>
    table({
      '2025-01-01': 10_000n,
      ...Object.fromEntries(Object.entries(rates).sort(([a], [b]) => (a < b ? -1 : 1))),
    }),
  )
const anyRule = fc.record({
  period: fc.constantFrom(...PERIODS.filter((period) => period !== 'total')),
  zone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Auckland'),
  weekStart: fc.integer({ min: 1, max: 7 }),
  fiscalStart: fc.integer({ min: 1, max: 12 }),
})
const AMOUNT = 7n * 10n ** 17n + 1n

test('every window to come has the last rate known for its day, by a table that does not change', () => {
  const at = fc.integer({ min: 0, max: 400 }).map((days) => NOW + days * 86_400_000)
  fc.assert(
    fc.property(anyTable, anyRule, at, (rates, window, later) => {
      const budget = exchange(euros(AMOUNT, { window }), rates)
      const { id } = createWindows(window)(later)
      const [named = ''] = /\d{4}-\d\d-\d\d/.exec(id) ?? []
      const { num } = rates.get('EUR')!.findLast(({ from }) => from <= named)!.usd
      expect(limitOf(budget, { id })).toBe((AMOUNT * num) / ATTO)
      // Looking again later, with what was kept, changes nothing that it grants.
      const again = exchange(budget, rates, later, foreignOf(budget.limit))
      expect(limitOf(again, { id })).toBe(limitOf(budget, { id }))
    }),
  )
})

test('a new table changes no window that has begun, and all that come', () => {
  fc.assert(
    fc.property(anyTable, anyTable, anyRule, (old, fresh, window) => {
      const before = exchange(euros(AMOUNT, { window }), old)
      const after = exchange(before, fresh, NOW, foreignOf(before.limit))
      const windowOf = createWindows(window)
      const present = windowOf(NOW)
      expect(limitOf(after, present)).toBe(limitOf(before, present))
      const untouched = exchange(euros(AMOUNT, { window }), fresh)
      const next = windowOf(present.endUnixMs + 26 * 3_600_000)
      expect(limitOf(after, next)).toBe(limitOf(untouched, next))
    }),
  )
})
