import { DEFAULT_THRESHOLDS, NOTHING, type Amounts, type Budget } from '@spancost/budget'
import { expect } from 'vitest'
import type { StoredBudget } from '../budgets.ts'
import type { Store } from '../store.ts'
import { SAMPLE_START_UNIX_MS } from './sample-entries.ts'

const HOUR_MS = 3_600_000

/** For all there ever was, unless said otherwise; samples cost 25e-18 USD each. */
export function createBudget(id: string, amount: bigint, more: Partial<Budget> = {}): Budget {
  return {
    id,
    name: id,
    scope: {},
    each: [],
    limit: { measure: 'cost', amount },
    window: { period: 'total', zone: 'UTC', weekStart: 1, fiscalStart: 1 },
    carriesOver: false,
    mayOvercommit: true,
    thresholds: DEFAULT_THRESHOLDS,
    unpriced: 'allow',
    onFailure: 'allow',
    ...more,
  }
}

export function activate(budget: Budget): StoredBudget {
  return { budget, life: 'approved', origin: 'api', countsFromUnixMs: 0 }
}

export async function setBudgets(store: Store, ...budgets: readonly Budget[]): Promise<void> {
  const { version } = await store.budgets.readBudgets()
  expect(await store.budgets.writeBudgets(budgets.map(activate), version, [])).toBe(true)
}

/** By key: what was spent, and how often. */
export async function readSpent(store: Store, budgetId: string, windowId = 'total') {
  const states = await store.budgets.counters({ budgetId, windowId, limit: 10 })
  return Object.fromEntries(
    states.map(({ key, spent }) => [key, [spent.costAtto, spent.operations]]),
  )
}

export function createAsk(costAtto: bigint, labels: Record<string, string> = { model: 'm1' }) {
  const worstCase: Amounts = { ...NOTHING, costAtto, operations: 1n }
  return { labels, atUnixMs: SAMPLE_START_UNIX_MS, question: { worstCase, isPriced: true } }
}

export function createHold(
  id: string,
  costAtto: bigint,
  expiresAtUnixMs = SAMPLE_START_UNIX_MS + HOUR_MS,
) {
  return { ...createAsk(costAtto), hold: { id, expiresAtUnixMs } }
}
