import type { Meter } from '@opentelemetry/api'
import type { StoredBudget } from '@spancost/ledger'
import { toDouble } from '@spancost/pricing'
import type { Staleness } from './staleness.ts'
import type { Standing } from './standing.ts'

export type ReadStandings = () => readonly (readonly [StoredBudget, readonly Standing[]])[]

/** Counters that are shown of all budgets together; those beyond are left out. */
const MAX_COUNTERS = 2_000

/** How old the spend is that decisions cannot know yet. */
export function observeStaleness(meter: Meter, staleness: Staleness): void {
  const gauge = meter.createObservableGauge('spancost.decision.staleness', {
    description:
      'The longest time from the start of an operation to its entry in the ledger, of the last ' +
      'minute: what decisions without holds cannot know yet.',
    unit: 's',
  })
  gauge.addCallback((result) => {
    const delayMs = staleness.read()
    if (delayMs !== undefined) result.observe(delayMs / 1000)
  })
}

/**
 * Gauges of each counter in its present window: USD, tokens or operations, as the budget says. They
 * are as old as the last look at the budgets.
 */
export function observeBudgets(meter: Meter, read: ReadStandings): void {
  const gauges = {
    limit: meter.createObservableGauge('spancost.budget.limit', {
      description: 'What may be spent in the window.',
    }),
    spent: meter.createObservableGauge('spancost.budget.spent', {
      description: 'What has been spent in the window.',
    }),
    held: meter.createObservableGauge('spancost.budget.held', {
      description: 'What is reserved for calls under way.',
    }),
    utilization: meter.createObservableGauge('spancost.budget.utilization', {
      description: 'Spent over limit.',
      unit: '1',
    }),
    forecast: meter.createObservableGauge('spancost.budget.forecast', {
      description: 'What the window is expected to end with.',
    }),
  }
  meter.addBatchObservableCallback((result) => {
    const shown = read().flatMap(([stored, standings]) =>
      standings.map((each) => ({ stored, each })),
    )
    for (const { stored, each } of shown.slice(0, MAX_COUNTERS)) {
      const { assessment, key, window } = each
      const isMoney = stored.budget.limit.measure === 'cost'
      const show = (amount: bigint) => (isMoney ? toDouble(amount) : Number(amount))
      const attributes = {
        'spancost.budget.id': stored.budget.id,
        'spancost.budget.window': window.id,
        'spancost.budget.state': assessment.state,
        ...(key !== '' && { 'spancost.budget.key': key }),
      }
      result.observe(gauges.limit, show(assessment.limit), attributes)
      result.observe(gauges.spent, show(assessment.spent), attributes)
      result.observe(gauges.held, show(assessment.held), attributes)
      result.observe(gauges.utilization, assessment.percent / 100, attributes)
      if (assessment.forecast === undefined) continue
      result.observe(gauges.forecast, show(assessment.forecast), attributes)
    }
  }, Object.values(gauges))
}
