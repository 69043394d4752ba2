/**
 * PromQL for the metrics that the processor writes, as OpenTelemetry translates their names for
 * Prometheus. Every variable of a dashboard is a matcher; `.*` also matches where a label is absent.
 */
export const DIMENSIONS = {
  service: 'service_name',
  provider: 'gen_ai_provider_name',
  model: 'gen_ai_response_model',
  tenant: 'spancost_tenant',
  team: 'spancost_team',
  project: 'spancost_project',
  feature: 'spancost_feature',
} as const

const MATCHERS = Object.entries(DIMENSIONS)
  .map(([variable, label]) => `${label}=~"$${variable}"`)
  .join(', ')

/** A metric of ours under the dashboard's variables. */
export function select(metric: string, ...more: readonly string[]): string {
  return `${metric}{${[MATCHERS, ...more].join(', ')}}`
}

/**
 * How much a sum of ours grew in the dashboard's time range. Our sums go on over restarts, so their
 * difference is exact where `increase()` would extrapolate; what was not there at the start was 0.
 */
export function growth(metric: string, by: readonly string[] = [], ...more: string[]): string {
  return difference(select(metric, ...more), by, ['', ' offset $__range'])
}

/** The same in the last `1d` or `7d`. */
export function growthOfLast(
  range: '1d' | '7d',
  metric: string,
  by: readonly string[] = [],
): string {
  return difference(select(metric), by, ['', ` offset ${range}`])
}

/** The same in the `1d` or `7d` before these. */
export function growthBefore(
  range: '1d' | '7d',
  metric: string,
  by: readonly string[] = [],
): string {
  const twice = { '1d': '2d', '7d': '14d' }[range]
  return difference(select(metric), by, [` offset ${range}`, ` offset ${twice}`])
}

function difference(
  selector: string,
  by: readonly string[],
  [until, from]: readonly [string, string],
): string {
  const sum = by.length === 0 ? 'sum' : `sum by (${by.join(', ')})`
  const end = `${sum} (${selector}${until})`
  return `(${end} - (${sum} (${selector}${from}) or ${end} * 0))`
}

/** Of a sum, per hour, over a window that follows the zoom. */
export function perHour(metric: string, by: readonly string[], ...more: string[]): string {
  return `(sum by (${by.join(', ')}) (rate(${select(metric, ...more)}[$__rate_interval])) * 3600)`
}

/** A quantile of a histogram, over a window that follows the zoom. */
export function quantile(q: number, histogram: string, by: readonly string[] = []): string {
  const labels = ['le', ...by].join(', ')
  const buckets = select(`${histogram}_bucket`)
  return `histogram_quantile(${q}, sum by (${labels}) (rate(${buckets}[$__rate_interval])))`
}
