import { expect, test } from 'vitest'
import { DEFAULT_THRESHOLDS, type Budget } from './budget.ts'
import { createCharger } from './charge.ts'
import { decodeBudget, encodeBudget } from './encode-budget.ts'

const NOW = Date.parse('2026-11-23T10:00:00Z')

function budget(id: string, more: Partial<Budget> = {}): Budget {
  return {
    id,
    name: id,
    scope: {},
    each: [],
    limit: { measure: 'cost', amount: 10n ** 21n },
    window: { period: 'month', zone: 'UTC', weekStart: 1, fiscalStart: 1 },
    carriesOver: false,
    mayOvercommit: false,
    thresholds: DEFAULT_THRESHOLDS,
    unpriced: 'allow',
    onFailure: 'allow',
    ...more,
  }
}

function charge(budgets: readonly Budget[], labels: Record<string, string>, at = NOW): string[] {
  return createCharger(budgets)(labels, at).map(
    ({ budget: { id }, key, window }) => `${id}|${key}|${window.id}`,
  )
}

test('an operation counts in each budget that it matches', () => {
  const budgets = [
    budget('all'),
    budget('search', { scope: { team: ['search'] } }),
    budget('users', { each: ['user'] }),
  ]
  expect(charge(budgets, { team: 'search', user: 'u1' })).toEqual([
    'all||month:2026-11-01',
    'search||month:2026-11-01',
    'users|["u1"]|month:2026-11-01',
  ])
  expect(charge(budgets, { team: 'ads' })).toEqual(['all||month:2026-11-01'])
})

test('what counts in a child counts once in all above it, though their scopes do not match', () => {
  const budgets = [
    budget('company', { scope: { company: ['acme'] } }),
    budget('search', { scope: { team: ['search'] }, parent: 'company' }),
    budget('gpt', { scope: { model: ['gpt-*'] }, parent: 'search' }),
  ]
  expect(charge(budgets, { model: 'gpt-5.4', team: 'search' })).toEqual([
    'search||month:2026-11-01',
    'company||month:2026-11-01',
    'gpt||month:2026-11-01',
  ])
  expect(charge(budgets, { model: 'gpt-5.4' })).toHaveLength(3)
  expect(charge(budgets, { company: 'acme' })).toEqual(['company||month:2026-11-01'])
})

test('a parent that counts for each value takes what has the value', () => {
  const budgets = [
    budget('teams', { each: ['team'] }),
    budget('search', { scope: { model: ['m'] }, parent: 'teams' }),
  ]
  expect(charge(budgets, { model: 'm', team: 'a' })).toEqual([
    'teams|["a"]|month:2026-11-01',
    'search||month:2026-11-01',
  ])
  expect(charge(budgets, { model: 'm' })).toEqual(['search||month:2026-11-01'])
})

test('an operation counts in the window of its start, if the budget was valid then', () => {
  const budgets = [budget('b', { validFromUnixMs: NOW, validToUnixMs: NOW + 40 * 86_400_000 })]
  const chargerOf = createCharger(budgets)
  const windowsAt = (at: number) => chargerOf({}, at).map(({ window }) => window.id)
  expect(windowsAt(NOW - 1)).toEqual([])
  expect(windowsAt(NOW)).toEqual(['month:2026-11-01'])
  expect(windowsAt(NOW + 10 * 86_400_000)).toEqual(['month:2026-12-01'])
  expect(windowsAt(NOW + 40 * 86_400_000)).toEqual([])
})

test('a budget is the same after it was kept as text', () => {
  const kept = budget('b', { limit: { measure: 'cost', amount: 10n ** 30n + 1n }, owner: 'olga' })
  expect(decodeBudget(encodeBudget(kept))).toEqual(kept)
  const rates = [{ since: '2026-11-02', from: '2026-11-01', usd: { num: 5586n, den: 4169n } }]
  const foreign = { currency: 'GBP', rates }
  const pounds = budget('b', { limit: { measure: 'cost', amount: 1n, foreign } })
  expect(decodeBudget(encodeBudget(pounds))).toEqual(pounds)
})
