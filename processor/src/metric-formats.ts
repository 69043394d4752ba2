import { ValueType, type HrTime } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  DataPointType,
  type MetricProducer,
  type SumMetricData,
} from '@opentelemetry/sdk-metrics'
import { formatAmount, toDouble } from '@spancost/pricing'
import type { CostMetric, MetricAttributes } from './meter.ts'

/**
 * Cost metrics in the Prometheus text format, named as the OpenTelemetry specification translates
 * them. Values are exact decimals: a Prometheus server makes doubles of them, a person need not.
 */
export function formatPrometheus(metrics: readonly CostMetric[]): string {
  const lines: string[] = []
  for (const { name, description, scale, points } of metrics) {
    const prometheusName = `${translateName(name)}_total`
    lines.push(`# HELP ${prometheusName} ${description}`, `# TYPE ${prometheusName} counter`)
    for (const { attributes, value } of points) {
      const number = scale === 'atto' ? formatAmount(value) : value.toString()
      lines.push(`${prometheusName}${formatLabels(attributes)} ${number}`)
    }
  }
  return `${lines.join('\n')}\n`
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

/**
 * Hands cost metrics to an OpenTelemetry metric reader as cumulative sums that began with the
 * ledger, so that they go on over a restart, which the SDK's own counters cannot.
 */
export function createMetricProducer(
  beganAtUnixMs: number,
  read: () => Promise<readonly CostMetric[]>,
): MetricProducer {
  const startTime = toHrTime(beganAtUnixMs)
  return {
    collect: async () => {
      const endTime = toHrTime(Date.now())
      // A metric without points is none, and so is a scope without metrics.
      const filled = (await read()).filter(({ points }) => points.length > 0)
      const metrics = filled.map(({ name, description, unit, scale, points }): SumMetricData => ({
        descriptor: {
          name,
          description,
          unit,
          valueType: scale === 'atto' ? ValueType.DOUBLE : ValueType.INT,
        },
        aggregationTemporality: AggregationTemporality.CUMULATIVE,
        dataPointType: DataPointType.SUM,
        isMonotonic: true,
        dataPoints: points.map(({ attributes, value }) => ({
          startTime,
          endTime,
          attributes,
          value: scale === 'atto' ? toDouble(value) : Number(value),
        })),
      }))
      const scopeMetrics = metrics.length === 0 ? [] : [{ scope: { name: 'spancost' }, metrics }]
      // The reader puts its own resource in the place of this one.
      const resourceMetrics = { resource: resourceFromAttributes({}), scopeMetrics }
      return { resourceMetrics, errors: [] }
    },
  }
}

function toHrTime(unixMs: number): HrTime {
  return [Math.floor(unixMs / 1000), (unixMs % 1000) * 1_000_000]
}
