/**
 * PromQL for the metrics that the processor writes, as OpenTelemetry translates their names for
 * Prometheus. Every variable of a dashboard is a matcher; `.*` also matches where a label is absent.
 *
 * Processors that share a ledger all show the sums of that ledger, so of series that differ only in
 * `instance` and `pod` the highest counts, once. Processors with ledgers of their own are told apart
 * by another label, such as `ledger` (README.md of collector-config).
 */
export const DIMENSIONS = {
  service: 'service_name',
  provider: 'gen_ai_provider_name',
  model: 'gen_ai_response_model',
  operation: 'gen_ai_operation_name',
  tenant: 'spancost_tenant',
  team: 'spancost_team',
  project: 'spancost_project',
  feature: 'spancost_feature',
} as const

export const COST = 'spancost_cost_total'
export const TOKENS = 'spancost_tokens_total'
export const OPERATIONS = 'spancost_operations_total'

/** Sums never fall: what corrections took back is a sum of its own, which ours are shown without. */
const REVERSED: Readonly<Record<string, string>> = {
  [COST]: 'spancost_cost_reversed_total',
  [TOKENS]: 'spancost_tokens_reversed_total',
  [OPERATIONS]: 'spancost_operations_reversed_total',
}

const MATCHERS = Object.entries(DIMENSIONS)
  .map(([variable, label]) => `${label}=~"$${variable}"`)
  .join(', ')

/** A metric of ours under the dashboard's variables. */
function select(metric: string, ...more: readonly string[]): string {
  return `${metric}{${[MATCHERS, ...more].join(', ')}}`
}

/** `sum by` over what `ask` makes of a metric, less the same of what was taken back from it. */
function sumLessReversed(
  metric: string,
  by: readonly string[],
  ask: (metric: string) => string,
): string {
  const once = (name: string): string => `max without (instance, pod) (${ask(name)})`
  const sum = by.length === 0 ? 'sum' : `sum by (${by.join(', ')})`
  const reversed = REVERSED[metric]
  if (reversed === undefined) return `${sum} (${once(metric)})`
  // Without a label of their own, `or` would take the two for the same series.
  const negative = `label_replace(-${once(reversed)}, "of", "reversed", "", "")`
  return `${sum} (${once(metric)} or ${negative})`
}

/**
 * How much a sum of ours grew in the dashboard's time range. Our sums go on over restarts, so their
 * difference is exact where `increase()` would extrapolate; what was not there at the start was 0.
 */
export function growth(metric: string, by: readonly string[] = [], ...more: string[]): string {
  return difference(metric, by, more, ['', ' offset $__range'])
}

/** The same in the last `1d` or `7d`. */
export function growthOfLast(
  range: '1d' | '7d',
  metric: string,
  by: readonly string[] = [],
): string {
  return difference(metric, by, [], ['', ` offset ${range}`])
}

/** The same in the `1d` or `7d` before these. */
export function growthBefore(
  range: '1d' | '7d',
  metric: string,
  by: readonly string[] = [],
): string {
  const twice = { '1d': '2d', '7d': '14d' }[range]
  return difference(metric, by, [], [` offset ${range}`, ` offset ${twice}`])
}

function difference(
  metric: string,
  by: readonly string[],
  more: readonly string[],
  [until, from]: readonly [string, string],
): string {
  const at = (offset: string): string =>
    sumLessReversed(metric, by, (name) => `${select(name, ...more)}${offset}`)
  return `(${at(until)} - (${at(from)} or ${at(until)} * 0))`
}

/** Of a sum, per hour, over a window that follows the zoom. */
export function perHour(metric: string, by: readonly string[], ...more: string[]): string {
  const ask = (name: string): string => `rate(${select(name, ...more)}[$__rate_interval])`
  return `(${sumLessReversed(metric, by, ask)} * 3600)`
}

/** What the hour before a point in time cost; `offset` moves that point. */
export function spendOfHour(offset = ''): string {
  return sumLessReversed(COST, [], (name) => `increase(${select(name)}[1h]${offset})`)
}

/** A gauge that every processor of a ledger shows. */
export function gauge(metric: string, by: readonly string[] = []): string {
  return sumLessReversed(metric, by, (name) => select(name))
}

/** A quantile of a histogram, over a window that follows the zoom. */
export function quantile(q: number, histogram: string, by: readonly string[] = []): string {
  const ask = (name: string): string => `rate(${select(name)}[$__rate_interval])`
  return `histogram_quantile(${q}, ${sumLessReversed(`${histogram}_bucket`, ['le', ...by], ask)})`
}
