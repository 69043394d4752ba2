import { foreignOf, percentOf, rateIn, type Budget, type Threshold } from '@spancost/budget'
import type { StoredBudget } from '@spancost/ledger'
import { formatAmount, formatRate } from '@spancost/pricing'
import type { Standing } from '../budgets/standing.ts'
import type { Lookout, Sign } from './alerts.ts'
import { levelOf } from './threshold-level.ts'

export const BUDGET_LOOKOUT: Lookout = {
  note: 'alerts',
  describeGone(key) {
    const [, budgetId = ''] = key.split('/')
    return {
      title: `Budget ${budgetId}: the window is over`,
      text: 'A new window has begun, or the budget is gone.',
      facts: [],
      budgetId,
    }
  },
}

/** Each threshold of each counter in its present window. */
export function listBudgetSigns(
  standings: readonly (readonly [StoredBudget, readonly Standing[]])[],
): Sign[] {
  return standings.flatMap(([stored, each]) =>
    each.flatMap((standing) =>
      stored.budget.thresholds.map((threshold): Sign => {
        const isWrong = standing.assessment.passed.includes(threshold)
        return {
          key: keyOf(stored, standing, threshold),
          isWrong,
          level: levelOf(threshold),
          describe: () => describe(stored, standing, threshold, isWrong),
        }
      }),
    ),
  )
}

/** The threshold of what is spent that a sign is about, as an amount. */
export function findPassed(
  key: string,
  standings: readonly (readonly [StoredBudget, readonly Standing[]])[],
) {
  for (const [stored, each] of standings) {
    const { budget } = stored
    for (const standing of each) {
      const threshold = budget.thresholds.find((one) => keyOf(stored, standing, one) === key)
      if (threshold?.of !== 'spent') continue
      const amount = percentOf(standing.assessment.limit, threshold.percent)
      return { budget, standing, amount }
    }
  }
  return undefined
}

function keyOf({ budget }: StoredBudget, { key, window }: Standing, threshold: Threshold): string {
  const who = key === '' ? '' : `/${encodeURIComponent(key)}`
  return `budget/${budget.id}${who}/${window.id}/${threshold.of}/${threshold.percent}`
}

function describe(
  { budget }: StoredBudget,
  standing: Standing,
  threshold: Threshold,
  isWrong: boolean,
): ReturnType<Sign['describe']> {
  const { assessment, window, unpriced } = standing
  const show = (amount: bigint) =>
    budget.limit.measure === 'cost'
      ? `${formatAmount(amount)} USD`
      : `${amount} ${budget.limit.measure}`
  const who = standing.key === '' ? '' : ` for ${(JSON.parse(standing.key) as string[]).join(', ')}`
  const what = threshold.of === 'spent' ? 'is used to' : 'is forecast to reach'
  const { owner } = budget
  return {
    title: isWrong
      ? `Budget ${budget.name}${who} ${what} ${threshold.percent} %`
      : `Budget ${budget.name}${who} is below ${threshold.percent} % again`,
    text: `${show(assessment.spent)} of ${show(assessment.limit)} are spent in ${window.id}.`,
    facts: [
      { name: 'spent', value: show(assessment.spent) },
      { name: 'limit', value: show(assessment.limit) },
      ...describeExchange(budget, window),
      { name: 'held', value: show(assessment.held) },
      ...(assessment.forecast === undefined
        ? []
        : [{ name: 'forecast', value: show(assessment.forecast) }]),
      ...(unpriced === 0n ? [] : [{ name: 'operations without a price', value: `${unpriced}` }]),
      { name: 'window', value: window.id },
      ...(owner === undefined ? [] : [{ name: 'owner', value: owner }]),
    ],
    budgetId: budget.id,
    ...(owner !== undefined && { owner }),
  }
}

/** Of a limit in another currency: how much of it was granted, and by which rate. */
function describeExchange(budget: Budget, window: Standing['window']) {
  const { limit } = budget
  const [rate, foreign] = [rateIn(budget, window), foreignOf(limit)]
  if (rate === undefined || foreign === undefined) return []
  const granted = `${formatAmount(limit.amount)} ${foreign.currency}`
  return [{ name: 'granted', value: `${granted} at ${formatRate(rate.usd)} of ${rate.from}` }]
}
