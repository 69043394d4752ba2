import { describe, expect, test } from 'vitest'
import { DEFAULT_THRESHOLDS, type Budget } from './budget.ts'
import { findTreeFaults, listAncestors } from './tree.ts'

const MONTH = { period: 'month', zone: 'UTC', weekStart: 1, fiscalStart: 1 } as const

function budget(id: string, amount: bigint, more: Partial<Budget> = {}): Budget {
  return {
    id,
    name: id,
    scope: {},
    each: [],
    limit: { measure: 'cost', amount },
    window: MONTH,
    carriesOver: false,
    mayOvercommit: false,
    thresholds: DEFAULT_THRESHOLDS,
    unpriced: 'allow',
    onFailure: 'allow',
    ...more,
  }
}

function faultsOf(...budgets: Budget[]): string[] {
  return findTreeFaults(budgets).map(({ id, message }) => `${id}: ${message}`)
}

describe('a tree of budgets', () => {
  test('is sound where the children share what there is', () => {
    const children = [budget('a', 60n, { parent: 'top' }), budget('b', 40n, { parent: 'top' })]
    expect(faultsOf(budget('top', 100n), ...children)).toEqual([])
  })

  test('names an id that comes twice, a missing parent and a circle', () => {
    expect(faultsOf(budget('a', 1n), budget('a', 1n))).toEqual(['a: the id "a" comes twice'])
    expect(faultsOf(budget('a', 1n, { parent: 'b' }))).toEqual(['a: its parent "b" does not exist'])
    const circle = [budget('a', 1n, { parent: 'b' }), budget('b', 1n, { parent: 'a' })]
    expect(faultsOf(...circle)).toEqual([
      'a: its parents lead in a circle: a > b > a',
      'b: its parents lead in a circle: b > a > b',
    ])
    expect(faultsOf(budget('a', 1n, { parent: 'a' }))).toEqual([
      'a: its parents lead in a circle: a > a',
    ])
  })

  test('is at most eight deep', () => {
    const chain = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((depth) =>
      budget(`b${depth}`, 1n, depth === 0 ? {} : { parent: `b${depth - 1}` }),
    )
    expect(faultsOf(...chain)).toEqual(['b8: it lies 9 deep; 8 is the most'])
  })

  test('does not let children promise more than their parent has, unless it allows that', () => {
    const child = budget('a', 101n, { parent: 'top' })
    expect(faultsOf(budget('top', 100n), child)).toEqual([
      'top: its children promise more than it has (1 too much, in 1e-18 USD); set mayOvercommit to allow that',
    ])
    expect(faultsOf(budget('top', 100n, { mayOvercommit: true }), child)).toEqual([])
  })

  test('compares one currency in itself, several in USD', () => {
    const euros = (amount: bigint) => {
      const usd = { num: 11n * 10n ** 17n, den: 1n }
      const rates = [{ since: '2026-11-01', from: '2026-11-01', usd }]
      return { measure: 'cost', amount, foreign: { currency: 'EUR', rates } } as const
    }
    const child = budget('a', 0n, { parent: 'top', limit: euros(101n) })
    expect(faultsOf(budget('top', 0n, { limit: euros(101n) }), child)).toEqual([])
    expect(faultsOf(budget('top', 0n, { limit: euros(100n) }), child)[0]).toContain(
      '(1 too much, in 1e-18 EUR)',
    )
    // 101 x 1.1 is 111.1, rounded down.
    expect(faultsOf(budget('top', 111n), child)).toEqual([])
    expect(faultsOf(budget('top', 110n), child)[0]).toContain('(1 too much, in 1e-18 USD)')
  })

  test('compares limits of the same measure only', () => {
    const calls = budget('a', 101n, {
      parent: 'top',
      limit: { measure: 'operations', amount: 101n },
    })
    expect(faultsOf(budget('top', 100n), calls)).toEqual([])
  })

  test.each([
    ['day', 31n],
    ['week', 6n],
    ['month', 1n],
    ['quarter', 1n],
  ] as const)('counts a child by the %s %s times in a month', (period, times) => {
    const child = budget('a', 10n, { parent: 'top', window: { ...MONTH, period } })
    expect(faultsOf(budget('top', 10n * times), child)).toEqual([])
    expect(faultsOf(budget('top', 10n * times - 1n), child)).toHaveLength(1)
  })

  test('counts one window more where the clocks differ, and what is carried over', () => {
    const elsewhere = { ...MONTH, zone: 'Asia/Tokyo' }
    const child = budget('a', 10n, { parent: 'top', window: elsewhere })
    expect(faultsOf(budget('top', 19n), child)).toHaveLength(1)
    expect(faultsOf(budget('top', 20n), child)).toEqual([])
    const carrying = budget('a', 10n, { parent: 'top', carriesOver: true })
    expect(faultsOf(budget('top', 19n), carrying)).toHaveLength(1)
    expect(faultsOf(budget('top', 20n), carrying)).toEqual([])
  })

  test('refuses promises without end', () => {
    const total = budget('top', 100n, { window: { ...MONTH, period: 'total' } })
    expect(faultsOf(total, budget('a', 1n, { parent: 'top' }))[0]).toContain('promises without end')
    const perUser = budget('a', 1n, { parent: 'top', each: ['user'] })
    expect(faultsOf(budget('top', 100n), perUser)[0]).toContain('promises without end')
    expect(faultsOf(budget('top', 1n, { each: ['user'] }), perUser)).toEqual([])
  })

  test('knows by which labels a parent counts', () => {
    const top = budget('top', 100n, { each: ['team'] })
    expect(faultsOf(top, budget('a', 1n, { parent: 'top' }))).toEqual([
      'a: "top" counts for each team, which "a" neither names nor counts by',
    ])
    expect(faultsOf(top, budget('a', 1n, { parent: 'top', scope: { team: ['x'] } }))).toEqual([])
  })
})

test('ancestors are listed from the inside out', () => {
  const budgets = [
    budget('a', 1n, { parent: 'b' }),
    budget('b', 1n, { parent: 'c' }),
    budget('c', 1n),
  ]
  const byId = new Map(budgets.map((each) => [each.id, each]))
  const [first] = budgets
  expect(first && listAncestors(first, byId).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
})
