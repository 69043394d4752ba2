import { formatAmount } from '@spancost/pricing'
import type { CostMetric, CostPoint, Exemplar, MetricAttributes } from './cost-metric.ts'

/** `text`: 0.0.4, which everybody reads. `openmetrics`: 1.0, which has exemplars. */
export type PrometheusFormat = 'text' | 'openmetrics'

export const CONTENT_TYPES: Readonly<Record<PrometheusFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/** OpenMetrics where the reader names it, and does not like plain text better. */
export function chooseFormat(accept: string): PrometheusFormat {
  const wanted = new Map<string, number>()
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    const quality = parameters.find((parameter) => parameter.startsWith('q='))
    const weight = quality === undefined ? 1 : Number(quality.slice(2))
    wanted.set(type, Math.max(wanted.get(type) ?? 0, Number.isNaN(weight) ? 0 : weight))
  }
  const openMetrics = wanted.get('application/openmetrics-text') ?? 0
  return openMetrics > 0 && openMetrics >= (wanted.get('text/plain') ?? 0) ? 'openmetrics' : 'text'
}

/**
 * Cost metrics in a Prometheus format, named as the OpenTelemetry specification translates them,
 * without units in names. Values are exact decimals: a Prometheus server makes doubles of them, a
 * person need not.
 */
export function formatCosts(metrics: readonly CostMetric[], format: PrometheusFormat): string {
  const lines: string[] = []
  for (const metric of metrics) {
    const name = translateName(metric.name)
    const sampleName = metric.kind === 'sum' ? `${name}_total` : name
    const type = metric.kind === 'sum' ? 'counter' : metric.kind
    const family = format === 'openmetrics' ? name : sampleName
    lines.push(`# HELP ${family} ${metric.description}`, `# TYPE ${family} ${type}`)
    for (const point of metric.points) {
      if (metric.kind === 'histogram') lines.push(...formatBuckets(name, metric, point, format))
      else
        lines.push(`${sampleName}${formatLabels(point.attributes)} ${formatValue(metric, point)}`)
    }
  }
  return `${lines.join('\n')}\n`
}

/**
 * What the SDK wrote as text 0.0.4, as OpenMetrics: counters are named without `_total` where their
 * type is told, and units, which are no part of our names, are left out.
 */
export function toOpenMetrics(text: string): string {
  return text
    .replaceAll(/^# UNIT .*\n/gm, '')
    .replaceAll(/^# HELP (\S+)_total (.*\n# TYPE )\1_total counter$/gm, '# HELP $1 $2$1 counter')
}

/** The last line of OpenMetrics, by which a reader knows that nothing is missing. */
export const END_OF_OPEN_METRICS = '# EOF\n'

function formatValue({ scale }: CostMetric, { figures: [value = 0n] }: CostPoint): string {
  return scale === 'atto' ? formatAmount(value) : value.toString()
}

function formatBuckets(
  name: string,
  { bounds = [] }: CostMetric,
  { attributes, figures, exemplars = [] }: CostPoint,
  format: PrometheusFormat,
): string[] {
  const [sum = 0n, ...counts] = figures
  const ends = [...bounds.map(formatBound), '+Inf']
  let count = 0n
  const buckets = ends.map((le, bucket) => {
    count += counts[bucket] ?? 0n
    const exemplar = format === 'openmetrics' ? exemplars[bucket] : undefined
    return `${name}_bucket${formatLabels({ ...attributes, le })} ${count}${formatExemplar(exemplar)}`
  })
  const labels = formatLabels(attributes)
  return [
    ...buckets,
    `${name}_sum${labels} ${formatAmount(sum)}`,
    `${name}_count${labels} ${count}`,
  ]
}

/** OpenMetrics has canonical bounds, with a point; one label in both formats is one series. */
function formatBound(bound: number): string {
  return Number.isInteger(bound) ? bound.toFixed(1) : String(bound)
}

function formatExemplar(exemplar: Exemplar | undefined): string {
  if (exemplar === undefined) return ''
  const { traceId, spanId, costAtto, unixMs } = exemplar
  const seconds = (unixMs / 1000).toFixed(3)
  return ` # {trace_id="${traceId}",span_id="${spanId}"} ${formatAmount(costAtto)} ${seconds}`
}

/** A scrape with one label twice is refused whole, so keys that become one name share a label. */
function formatLabels(attributes: MetricAttributes): string {
  const values = new Map<string, string>()
  for (const [key, value] of Object.entries(attributes)) {
    const name = translateName(key)
    const before = values.get(name)
    values.set(name, before === undefined ? String(value) : `${before};${value}`)
  }
  const labels = Array.from(values, ([name, value]) => `${name}="${escapeValue(value)}"`)
  return labels.length === 0 ? '' : `{${labels.join(',')}}`
}

function escapeValue(value: string): string {
  return value
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)
}

/** Attribute keys come from the config; Prometheus names have letters, digits and `_` only. */
function translateName(name: string): string {
  const translated = name.replaceAll(/[^a-zA-Z0-9_]/g, '_')
  return /^\d/.test(translated) ? `_${translated}` : translated
}
