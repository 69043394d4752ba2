import {
  assess,
  createWindows,
  NOTHING,
  type Assessment,
  type Budget,
  type Counter,
  type ForecastError,
  type Window,
} from '@spancost/budget'
import { signalKey, type BudgetStore, type StoredBudget } from '@spancost/ledger'
import type { Outlook } from './forecasts.ts'

/** Where one counter of an active budget stands in the window of a moment. */
export interface Standing {
  /** `''`, or the values of `each` as a JSON list. */
  readonly key: string
  readonly window: Window
  readonly assessment: Assessment
  /** Operations in `spent` whose cost is not known. */
  readonly unpriced: bigint
  /** How far off forecasts were in windows before. */
  readonly forecastError?: ForecastError
}

export type State =
  | 'pending'
  | 'rejected'
  | 'closed'
  | 'scheduled'
  | 'expired'
  | Assessment['state']

const EMPTY: Counter = { spent: NOTHING, held: NOTHING, unpriced: 0n }

/** Of a budget that counts for each value, those that have spent most. */
const MAX_SHOWN = 1_000

/**
 * Reads where a budget stands: one standing for each of its counters, and one that is empty where
 * nothing has been counted yet. Nothing where it is not active.
 */
export async function readStandings(
  { budget, life }: StoredBudget,
  store: BudgetStore,
  atUnixMs: number,
  forecasts: ReadonlyMap<string, Outlook> = new Map(),
): Promise<readonly Standing[]> {
  if (life !== 'approved' || describeTime(budget, atUnixMs) !== 'now') return []
  const windowOf = createWindows(budget.window)
  const window = windowOf(atUnixMs)
  const query = { budgetId: budget.id, limit: MAX_SHOWN }
  const counters = await store.counters({ ...query, windowId: window.id })
  const before = await readBefore(budget, window, windowOf, store)
  const shown =
    counters.length === 0 && budget.each.length === 0 ? [{ key: '', ...EMPTY }] : counters
  return shown.map(({ key, ...counter }) => {
    const { amount: forecast, error } = forecasts.get(signalKey(budget.id, key)) ?? {}
    const carried = before && {
      window: before.window,
      counter: before.counters.get(key) ?? EMPTY,
    }
    const more = {
      ...(carried !== undefined && { before: carried }),
      ...(forecast !== undefined && { forecast }),
    }
    const assessment = assess(budget, { window, counter }, more)
    const about = { key, window, assessment, unpriced: counter.unpriced }
    return { ...about, ...(error !== undefined && { forecastError: error }) }
  })
}

interface Before {
  readonly window: Window
  readonly counters: ReadonlyMap<string, Counter>
}

async function readBefore(
  budget: Budget,
  window: Window,
  windowOf: (unixMs: number) => Window,
  store: BudgetStore,
): Promise<Before | undefined> {
  if (!budget.carriesOver || !Number.isFinite(window.startUnixMs)) return undefined
  const past = windowOf(window.startUnixMs - 1)
  if (past.startUnixMs < (budget.validFromUnixMs ?? -Infinity)) return undefined
  const query = { budgetId: budget.id, windowId: past.id, limit: MAX_SHOWN }
  const found = await store.counters(query)
  return { window: past, counters: new Map(found.map((counter) => [counter.key, counter])) }
}

/** The worst of its counters is a budget's state. */
export function stateOf(
  { budget, life }: StoredBudget,
  standings: readonly Standing[],
  atUnixMs: number,
): State {
  if (life !== 'approved') return life
  const time = describeTime(budget, atUnixMs)
  if (time !== 'now') return time
  const states = new Set(standings.map(({ assessment }) => assessment.state))
  return states.has('exhausted') ? 'exhausted' : states.has('alert') ? 'alert' : 'active'
}

function describeTime(
  { validFromUnixMs, validToUnixMs }: Budget,
  atUnixMs: number,
): 'now' | 'scheduled' | 'expired' {
  if (atUnixMs < (validFromUnixMs ?? -Infinity)) return 'scheduled'
  return atUnixMs < (validToUnixMs ?? Infinity) ? 'now' : 'expired'
}
