import { toDouble } from '@spancost/pricing'
import type { CostMetric, CostPoint, MetricAttributes } from './cost-metric.ts'

/** From when until when points count, in milliseconds since 1970 UTC. */
export interface TimeRange {
  readonly startUnixMs: number
  readonly endUnixMs: number
}

export type Temporality = 'cumulative' | 'delta'

/** `AggregationTemporality` of OTLP. */
const TEMPORALITIES = { delta: 1, cumulative: 2 } as const

/**
 * Metrics as an OTLP export request in JSON; `undefined` where they have no points. The SDK's own
 * exporter would lose exemplars, and integers beyond 2^53.
 */
export function writeOtlpRequest(
  metrics: readonly CostMetric[],
  range: TimeRange,
  temporality: Temporality,
  resource: MetricAttributes,
): Uint8Array | undefined {
  const filled = metrics.filter(({ points }) => points.length > 0)
  if (filled.length === 0) return undefined
  const written = filled.map((metric) => writeMetric(metric, range, TEMPORALITIES[temporality]))
  const scopeMetrics = [{ scope: { name: 'spancost' }, metrics: written }]
  const resourceMetrics = [{ resource: { attributes: toKeyValues(resource) }, scopeMetrics }]
  return Buffer.from(JSON.stringify({ resourceMetrics }))
}

function writeMetric(metric: CostMetric, range: TimeRange, aggregationTemporality: number) {
  const { name, description, unit, kind, points } = metric
  const dataPoints = points.map((point) => ({
    attributes: toKeyValues(point.attributes),
    // A gauge does not count from anywhere on.
    ...(kind !== 'gauge' && { startTimeUnixNano: toNanos(range.startUnixMs) }),
    timeUnixNano: toNanos(range.endUnixMs),
    ...(kind === 'histogram' ? writeDistribution(metric, point, range) : writeValue(metric, point)),
  }))
  const about = { name, description, unit }
  if (kind === 'gauge') return { ...about, gauge: { dataPoints } }
  if (kind === 'histogram') return { ...about, histogram: { aggregationTemporality, dataPoints } }
  return { ...about, sum: { aggregationTemporality, isMonotonic: true, dataPoints } }
}

function writeValue({ scale }: CostMetric, { figures: [value = 0n] }: CostPoint) {
  return scale === 'atto' ? { asDouble: toDouble(value) } : { asInt: String(value) }
}

function writeDistribution({ bounds }: CostMetric, point: CostPoint, range: TimeRange) {
  const [sum = 0n, ...counts] = point.figures
  // Those of an earlier range have been sent with it; those of a later one will be.
  const exemplars = (point.exemplars ?? []).flatMap((exemplar) =>
    exemplar === undefined ||
    exemplar.unixMs < range.startUnixMs ||
    exemplar.unixMs > range.endUnixMs
      ? []
      : [
          {
            timeUnixNano: toNanos(exemplar.unixMs),
            asDouble: toDouble(exemplar.costAtto),
            traceId: exemplar.traceId,
            spanId: exemplar.spanId,
          },
        ],
  )
  return {
    count: String(counts.reduce((total, count) => total + count, 0n)),
    sum: toDouble(sum),
    bucketCounts: counts.map(String),
    explicitBounds: bounds,
    ...(exemplars.length > 0 && { exemplars }),
  }
}

function toKeyValues(attributes: MetricAttributes) {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'boolean' ? { boolValue: value } : { stringValue: value },
  }))
}

function toNanos(unixMs: number): string {
  return `${unixMs}000000`
}
