import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  createCharger,
  createWindows,
  forecastEnd,
  measure,
  measureError,
  type ForecastError,
  type HourSpend,
} from '@spancost/budget'
import { signalKey, type Store, type StoredBudget } from '@spancost/ledger'

const HOUR_MS = 3_600_000
const HISTORY_MS = 8 * 7 * 24 * HOUR_MS

/** More rows than these are not worth a forecast; the budgets then have none. */
const MAX_ROWS = 200_000

/** A question groups by at most so many labels. */
const MAX_LABELS = 8

/** How good forecasts were is looked at for so many counters; the others are only forecast. */
const MAX_ERRORS = 500

/** What a window is expected to end with, and how far off that was in windows before. */
export interface Outlook {
  readonly amount: bigint
  readonly error?: ForecastError
}

/**
 * What present windows are expected to end with, by `signalKey`: from the hourly sums of eight
 * weeks. Windows without an end, and in their first hour, have no forecast.
 */
export async function makeForecasts(
  budgets: readonly StoredBudget[],
  store: Store,
  nowUnixMs: number,
): Promise<ReadonlyMap<string, Outlook>> {
  const active = budgets
    .filter(({ life, budget }) => life === 'approved' && budget.window.period !== 'total')
    .map(({ budget }) => budget)
  const labels = new Set(active.flatMap(({ scope, each }) => [...Object.keys(scope), ...each]))
  const forecasts = new Map<string, Outlook>()
  if (active.length === 0 || labels.size > MAX_LABELS) return forecasts
  const toUnixMs = Math.floor(nowUnixMs / HOUR_MS) * HOUR_MS
  const fromUnixMs = Math.max(toUnixMs - HISTORY_MS, store.beganAtUnixMs - HOUR_MS)
  const query = {
    by: [...labels],
    fromUnixMs: Math.floor(fromUnixMs),
    granularity: 'hour',
  } as const
  const rows = await store.spend(query)
  if (rows.length > MAX_ROWS) return forecasts

  const chargesOf = createCharger(active)
  const accounts = new Map<
    string,
    { readonly budget: (typeof active)[number]; hours: HourSpend[] }
  >()
  for (const row of rows) {
    const startUnixMs = row.startUnixMs ?? 0
    for (const { budget, key } of chargesOf(row.labels, startUnixMs)) {
      const name = signalKey(budget.id, key)
      const account = accounts.get(name) ?? { budget, hours: [] }
      accounts.set(name, account)
      const { costAtto, operations, tokens } = row
      account.hours.push({
        startUnixMs,
        amount: measure(budget.limit, { costAtto, operations, tokens }),
      })
    }
  }
  for (const [name, { budget, hours }] of accounts) {
    // Thousands of counters are work for a second, and others wait for this thread.
    await nextTurn()
    const windowOf = createWindows(budget.window)
    const window = windowOf(nowUnixMs)
    const spent = hours
      .filter(({ startUnixMs }) => startUnixMs >= window.startUnixMs)
      .reduce((sum, { amount }) => sum + amount, 0n)
    const known = {
      zone: budget.window.zone,
      knownSinceUnixMs: Math.max(fromUnixMs, store.beganAtUnixMs),
    }
    const history = hours.filter(({ startUnixMs }) => startUnixMs < toUnixMs)
    const forecast = forecastEnd({ window, nowUnixMs, spent, history, ...known })
    if (forecast === undefined) continue
    const error =
      forecasts.size < MAX_ERRORS
        ? measureError(windowOf, { nowUnixMs, history, ...known })
        : undefined
    forecasts.set(name, { amount: forecast.amount, ...(error !== undefined && { error }) })
  }
  return forecasts
}
