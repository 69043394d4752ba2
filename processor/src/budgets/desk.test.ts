import { DEFAULT_THRESHOLDS, type Budget } from '@spancost/budget'
import { openSqliteStore, type Store } from '@spancost/ledger'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createBudgetDesk } from './desk.ts'

const USD = 10n ** 18n
const NOW = Date.parse('2026-11-23T10:00:00Z')
const MONTH_START = Date.parse('2026-11-01T00:00:00Z')
const LEVELS = [
  { role: 'project_manager', upToAtto: 1_000n * USD, alertAtPercent: 80 },
  { role: 'finance_director', alertAtPercent: 90 },
]
const RATES = new Map([['EUR', [{ from: '2026-11-01', usd: { num: 11n * 10n ** 17n, den: 1n } }]]])
const ROB = { name: 'rob', roles: ['requester'] }
const MIA = { name: 'mia', roles: ['project_manager'] }
const DORA = { name: 'dora', roles: ['finance_director'] }

function createBudget(id: string, usd: bigint, more: Partial<Budget> = {}): Budget {
  return {
    id,
    name: id,
    scope: { team: [id] },
    each: [],
    limit: { measure: 'cost', amount: usd * USD },
    window: { period: 'month', zone: 'UTC', weekStart: 1, fiscalStart: 1 },
    carriesOver: false,
    mayOvercommit: false,
    thresholds: DEFAULT_THRESHOLDS,
    unpriced: 'allow',
    onFailure: 'allow',
    ...more,
  }
}

let store: Store

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' })
})

afterEach(() => store.close())

function openDesk() {
  return createBudgetDesk(store.budgets, LEVELS, RATES, () => NOW)
}

describe('a request', () => {
  test('is approved by somebody of the right rank, and active from its window on', async () => {
    const desk = openDesk()
    const budget = createBudget('search', 5_000n)
    expect(await desk.request(budget, ROB, 'new index')).toMatchObject({
      kind: 'done',
      stored: { life: 'pending', origin: 'api', requestedBy: 'rob' },
    })
    expect(await desk.step('approve', 'search', MIA)).toMatchObject({ kind: 'forbidden' })
    expect(await desk.step('approve', 'search', DORA, 'fits the plan')).toMatchObject({
      kind: 'done',
      stored: {
        life: 'approved',
        countsFromUnixMs: MONTH_START,
        budget: { thresholds: [{ percent: 90 }, { percent: 100 }, { percent: 100 }] },
      },
    })
    const audit = await desk.audit({ limit: 10 })
    expect(audit.map(({ what, who, why }) => [what, who, why])).toEqual([
      ['approved', 'dora', 'fits the plan'],
      ['requested', 'rob', 'new index'],
    ])
  })

  test('keeps the thresholds that it asked for', async () => {
    const desk = openDesk()
    const thresholds = [{ percent: 60, of: 'spent', action: { kind: 'notify' } }] as const
    await desk.request(createBudget('search', 10n, { thresholds }), ROB)
    const answer = await desk.step('approve', 'search', MIA)
    expect(answer).toMatchObject({ stored: { budget: { thresholds } } })
  })

  test('that was rejected or closed may be asked for again', async () => {
    const desk = openDesk()
    await desk.request(createBudget('search', 10n), ROB)
    expect(await desk.request(createBudget('search', 10n), ROB)).toEqual({
      kind: 'conflict',
      reason: 'there is a budget "search" already; it is pending',
    })
    expect(await desk.step('reject', 'search', MIA)).toMatchObject({ kind: 'done' })
    expect(await desk.step('close', 'search', MIA)).toMatchObject({ kind: 'conflict' })
    expect(await desk.request(createBudget('search', 10n), ROB)).toMatchObject({ kind: 'done' })
    expect(await desk.list()).toHaveLength(1)
  })

  test('that does not fit what there is changes nothing', async () => {
    const desk = openDesk()
    await desk.request(createBudget('top', 100n), ROB)
    await desk.request(createBudget('a', 60n, { parent: 'top' }), ROB)
    expect(await desk.request(createBudget('b', 41n, { parent: 'top' }), ROB)).toMatchObject({
      kind: 'invalid',
      reason: expect.stringContaining('"top": its children promise more than it has') as unknown,
    })
    expect(await desk.request(createBudget('c', 1n, { parent: 'x' }), ROB)).toEqual({
      kind: 'invalid',
      reason: '"c": its parent "x" does not exist',
    })
    expect(await desk.step('approve', 'nobody', MIA)).toEqual({
      kind: 'unknown',
      reason: 'there is no budget "nobody"',
    })
    expect((await desk.list()).map(({ budget }) => budget.id)).toEqual(['top', 'a'])
    expect(await desk.audit({ limit: 10 })).toHaveLength(2)
  })

  test('comes through though several are made at once', async () => {
    const desk = openDesk()
    const ids = ['a', 'b', 'c', 'd', 'e', 'f']
    await Promise.all(ids.map((id) => desk.request(createBudget(id, 1n), ROB)))
    const listed = (await desk.list()).map(({ budget }) => budget.id)
    expect(new Set(listed)).toEqual(new Set(ids))
  })
})

describe('budgets of the config', () => {
  test('are active, follow the config, and are nobody else’s to change', async () => {
    const desk = openDesk()
    await desk.declare([createBudget('a', 1n), createBudget('b', 1n)])
    await desk.declare([createBudget('a', 2n)])
    expect(await desk.list()).toMatchObject([
      { budget: { id: 'a', limit: { amount: 2n * USD } }, life: 'approved', origin: 'config' },
    ])
    expect((await desk.audit({ limit: 10 })).map(({ what, budgetId }) => [what, budgetId])).toEqual(
      [
        ['removed', 'b'],
        ['declared', 'a'],
        ['declared', 'b'],
        ['declared', 'a'],
      ],
    )
    expect(await desk.step('close', 'a', DORA)).toEqual({
      kind: 'conflict',
      reason: '"a" stands in the config, which alone changes it',
    })
  })

  test('in another currency keep the rate of a window that has begun', async () => {
    const euros = (id: string): Budget => {
      const foreign = { currency: 'EUR', rates: [] }
      return createBudget(id, 1n, { limit: { measure: 'cost', amount: 100n * USD, foreign } })
    }
    const kept = (since: string, from: string, tenths: bigint) => {
      return { since, from, usd: { num: tenths * 10n ** 17n, den: 1n } }
    }
    const desk = openDesk()
    await desk.declare([euros('a')])
    await desk.request(euros('b'), ROB)
    await desk.step('approve', 'b', MIA)
    const first = [kept('2026-11-01', '2026-11-01', 11n)]
    const rates = async () =>
      (await desk.list()).map(({ budget: { limit } }) =>
        limit.measure === 'cost' ? limit.foreign?.rates : undefined,
      )
    expect(await rates()).toEqual([first, first])
    const revised = new Map([
      ['EUR', [{ from: '2026-11-01', usd: { num: 12n * 10n ** 17n, den: 1n } }]],
    ])
    await createBudgetDesk(store.budgets, LEVELS, revised, () => NOW).declare([euros('a')])
    const both = [...first, kept('2026-12-01', '2026-11-01', 12n)]
    expect(await rates()).toEqual([both, both])
    const audit = await desk.audit({ limit: 2 })
    expect(audit.map(({ budgetId, what, why }) => [budgetId, what, why])).toEqual([
      ['a', 'declared', undefined],
      ['b', 'exchanged', 'EUR: 1.2 USD (2026-11-01) since 2026-12-01'],
    ])
    expect(audit[0]).toMatchObject({
      budget: { limit: { foreign: { rates: [{ usd: '1.1' }, { usd: '1.2' }] } } },
    })
    const again = createBudgetDesk(store.budgets, LEVELS, revised, () => NOW)
    await again.declare([euros('a')])
    expect(await desk.audit({ limit: 10 })).toHaveLength(5)
  })

  test('in a currency without a rate are refused', async () => {
    const limit = { measure: 'cost', amount: 1n, foreign: { currency: 'CHF', rates: [] } } as const
    const reason = 'CHF: no exchange rate is known for 2026-11-01; `prices.exchange` can name one'
    expect(await openDesk().request(createBudget('a', 1n, { limit }), ROB)).toEqual({
      kind: 'invalid',
      reason: `budget.limit: ${reason}`,
    })
    await expect(openDesk().declare([createBudget('a', 1n, { limit })])).rejects.toThrow(reason)
    expect(await openDesk().list()).toEqual([])
  })

  test('that have not changed leave no trace of a restart', async () => {
    await openDesk().declare([createBudget('a', 1n)])
    await openDesk().declare([createBudget('a', 1n)])
    expect(await openDesk().audit({ limit: 10 })).toHaveLength(1)
    expect((await store.budgets.readBudgets()).version).toBe(1)
  })
})
