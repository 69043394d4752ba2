import type { Logger } from 'pino'
import type { Store, StoredBudget } from '@spancost/ledger'
import type { BudgetDesk } from '../budgets/desk.ts'
import { findCrossing, type Crossing } from '../budgets/crossing.ts'
import { makeForecasts, type Outlook } from '../budgets/forecasts.ts'
import type { Signals } from '../budgets/signals.ts'
import { readStandings, type Standing } from '../budgets/standing.ts'
import { updateAlerts, type AlertRules } from './alerts.ts'
import { BUDGET_LOOKOUT, findPassed, listBudgetSigns } from './budget-signs.ts'
import type { Notice } from './notice.ts'
import type { Tell } from './tell.ts'

export interface Watching {
  readonly store: Store
  readonly desk: BudgetDesk
  readonly signals: Signals
  readonly tell: Tell
  readonly rules: AlertRules
  readonly log: Logger
  readonly intervalMs: number
}

/** Where everything stood when it was last looked at. */
export interface Watched {
  readonly atUnixMs: number
  readonly standings: readonly (readonly [StoredBudget, readonly Standing[]])[]
  readonly forecasts: ReadonlyMap<string, Outlook>
}

const FORECAST_INTERVAL_MS = 5 * 60_000
const MAX_EXPIRED_PER_STEP = 1_000

/** Looks at all budgets now and then: ends holds, forecasts, and tells people what has changed. */
export function watchBudgets(watching: Watching) {
  const { store, desk, signals, rules, log, intervalMs } = watching
  let last: Watched = { atUnixMs: 0, standings: [], forecasts: new Map() }
  let forecastAtMs = -Infinity
  let listed: readonly StoredBudget[] = []
  let pass: Promise<void> | undefined

  async function look(): Promise<void> {
    const nowMs = Date.now()
    while ((await store.budgets.expireHolds(nowMs, MAX_EXPIRED_PER_STEP)) === MAX_EXPIRED_PER_STEP);
    const budgets = await desk.list()
    let { forecasts } = last
    if (nowMs - forecastAtMs >= FORECAST_INTERVAL_MS) {
      forecasts = await makeForecasts(budgets, store, nowMs)
      forecastAtMs = nowMs
    }
    if (budgets !== listed) {
      const active = budgets.filter(({ life }) => life === 'approved')
      signals.setActive(active.map(({ budget }) => budget))
      listed = budgets
    }
    signals.setForecasts(forDecisions(budgets, forecasts))
    signals.setThrottled(idsOf(budgets, ({ action }) => action.kind === 'throttle'))
    const standings: [StoredBudget, readonly Standing[]][] = []
    for (const stored of budgets) {
      standings.push([stored, await readStandings(stored, store.budgets, nowMs, forecasts)])
    }
    last = { atUnixMs: nowMs, standings, forecasts }
    const signs = listBudgetSigns(standings)
    const { due, changes } = await updateAlerts(signs, BUDGET_LOOKOUT, store, rules, nowMs)
    for (const notice of changes) {
      const { traceId, spanId } = (await findCause(notice, standings, nowMs)) ?? {}
      const about = { event: 'spancost.budget.state', ...notice }
      log.info({ ...about, trace_id: traceId, span_id: spanId }, notice.title)
    }
    await watching.tell(due, BUDGET_LOOKOUT)
  }

  /** The call that took a budget over a threshold of what is spent. */
  async function findCause(
    { key, status }: Notice,
    standings: Watched['standings'],
    nowMs: number,
  ): Promise<Crossing | undefined> {
    const passed = status === 'firing' ? findPassed(key, standings) : undefined
    if (passed === undefined) return undefined
    const { budget, standing, amount } = passed
    return findCrossing(budget, standing, amount, { store, ...signals }, nowMs)
  }

  function run(): void {
    pass ??= look()
      .catch((error: unknown) => log.error({ err: error }, 'budgets could not be looked at'))
      .finally(() => {
        pass = undefined
      })
  }

  const timer = setInterval(run, intervalMs)
  timer.unref()
  run()
  return {
    read: () => last,
    async stop(): Promise<void> {
      clearInterval(timer)
      await pass
    },
  }
}

type Thresholds = StoredBudget['budget']['thresholds'][number]

function idsOf(
  budgets: readonly StoredBudget[],
  wanted: (threshold: Thresholds) => boolean,
): ReadonlySet<string> {
  const found = budgets.filter(({ budget }) => budget.thresholds.some(wanted))
  return new Set(found.map(({ budget }) => budget.id))
}

/** Only where a forecast does more than tell: these go along with every decision. */
function forDecisions(
  budgets: readonly StoredBudget[],
  forecasts: ReadonlyMap<string, Outlook>,
): ReadonlyMap<string, bigint> {
  const acting = idsOf(budgets, ({ of, action }) => of === 'forecast' && action.kind !== 'notify')
  const found = [...forecasts].filter(([key]) => acting.has(key.slice(0, key.indexOf('/'))))
  return new Map(found.map(([key, { amount }]) => [key, amount]))
}
