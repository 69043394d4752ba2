import type { Threshold } from '@spancost/budget'
import { stringify } from 'yaml'
import { levelOf } from '../watch/threshold-level.ts'

/** Of what the API says of a budget, what its rules are made of. */
export interface RuledBudget {
  readonly id: string
  readonly name: string
  readonly life: string
  readonly owner?: string
  readonly thresholds: readonly Pick<Threshold, 'percent' | 'of' | 'action'>[]
}

/** One alert for each of a budget's counters in its window; processors on one ledger show the same. */
const PER_COUNTER = 'spancost_budget_id, spancost_budget_key, spancost_budget_window'

/** A rule file for Prometheus: an alert for each threshold of the budgets that are in force. */
export function writeBudgetRules(budgets: readonly RuledBudget[]): string {
  const inForce = budgets.filter(({ life }) => life === 'approved')
  const rules = inForce.flatMap((budget) =>
    budget.thresholds.map((threshold) => writeRule(budget, threshold)),
  )
  return stringify({ groups: [{ name: 'spancost-budget-thresholds', rules }] }, { lineWidth: 0 })
}

function writeRule({ id, name, owner }: RuledBudget, threshold: RuledBudget['thresholds'][number]) {
  const { percent, of, action } = threshold
  const select = (gauge: string) =>
    `max by (${PER_COUNTER}) (spancost_budget_${gauge}{spancost_budget_id="${id}"})`
  const share =
    of === 'spent' ? select('utilization') : `${select('forecast')} / (${select('limit')} > 0)`
  const what = of === 'spent' ? 'is used to' : 'is forecast to reach'
  return {
    alert: of === 'spent' ? 'SpancostBudgetSpent' : 'SpancostBudgetForecast',
    expr: `${share} >= ${percent / 100}`,
    labels: {
      severity: levelOf(threshold),
      threshold: String(percent),
      action: action.kind,
      ...(owner !== undefined && { owner: asTemplate(owner) }),
    },
    annotations: {
      summary: `Budget ${asTemplate(name)} ${what} {{ $value | humanizePercentage }}`,
      description:
        `{{ with $labels.spancost_budget_key }}For {{ . }}. {{ end }}` +
        `Threshold: ${percent} % of its limit in {{ $labels.spancost_budget_window }}.`,
    },
  }
}

/** Prometheus expands templates in labels and annotations; what people wrote is no template. */
function asTemplate(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}')
}
