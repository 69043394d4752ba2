import { ValueType, type HrTime } from '@opentelemetry/api'
import { emptyResource } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  DataPointType,
  type CollectionResult,
  type DataPoint,
  type Histogram,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics'
import { MAX_ATTRIBUTE_SETS } from './meter/attribute-sets.ts'
import { OVERFLOW, recallSetKey, type MetricAttributes } from './meter/cost-metric.ts'

/**
 * The histogram `spancost.ingest.lag`. One that the SDK keeps would put the attributes of every
 * operation in order and join them to a text, which took a tenth of what an operation allocates.
 */
export interface IngestLag {
  /** The same attributes are to be the same object: they are found by it. */
  record(lagS: number, attributes: MetricAttributes): void
  /** For one reader. Of `delta`, each point is told once. */
  createProducer(temporality: AggregationTemporality): MetricProducer
}

/** From what a Collector holds back to be sent in batches, to what one kept over an outage. */
const BOUNDS_S = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 3600]

const DESCRIPTOR = {
  name: 'spancost.ingest.lag',
  description: 'From the end of a GenAI operation to its entry in the ledger.',
  unit: 's',
  valueType: ValueType.DOUBLE,
}

type Lags = Mutable<Histogram> & { readonly attributes: MetricAttributes }
type Mutable<Type> = { -readonly [Key in keyof Type]-?: Type[Key] }

/** By the key of their attributes. */
type Table = Map<string, Lags>

export function createIngestLag(now: () => number = Date.now): IngestLag {
  const tables: Table[] = []
  return {
    record(lagS, attributes) {
      for (const table of tables) add(findLags(table, attributes), lagS)
    },
    createProducer(temporality) {
      const table: Table = new Map()
      tables.push(table)
      let sinceMs = now()
      return {
        collect: async () => {
          const nowMs = now()
          const times = { startTime: toHrTime(sinceMs), endTime: toHrTime(nowMs) }
          const points = Array.from(table.values(), (lags) => toPoint(lags, times))
          if (temporality === AggregationTemporality.DELTA) {
            table.clear()
            sinceMs = nowMs
          }
          return toResult(points, temporality)
        },
      }
    },
  }
}

/** Beyond 2000 sets, the rest goes into one that says so, as the SDK has it. */
function findLags(table: Table, attributes: MetricAttributes): Lags {
  const key = recallSetKey(attributes)
  const known = table.get(key)
  if (known !== undefined) return known
  if (table.size >= MAX_ATTRIBUTE_SETS && attributes !== OVERFLOW) return findLags(table, OVERFLOW)
  const counts = Array.from({ length: BOUNDS_S.length + 1 }, () => 0)
  const buckets = { boundaries: BOUNDS_S, counts }
  const lags = { attributes, buckets, count: 0, sum: 0, min: Infinity, max: -Infinity }
  table.set(key, lags)
  return lags
}

function add(lags: Lags, lagS: number): void {
  let bucket = 0
  while (bucket < BOUNDS_S.length && lagS > BOUNDS_S[bucket]!) bucket++
  lags.buckets.counts[bucket]!++
  lags.count++
  lags.sum += lagS
  if (lagS < lags.min) lags.min = lagS
  if (lagS > lags.max) lags.max = lagS
}

/** A copy: a reader may still be sending it while the next lag comes. */
function toPoint(
  { attributes, buckets, count, sum, min, max }: Lags,
  times: Pick<DataPoint<Histogram>, 'startTime' | 'endTime'>,
): DataPoint<Histogram> {
  const { boundaries, counts } = buckets
  const value = { buckets: { boundaries, counts: [...counts] }, count, sum, min, max }
  return { ...times, attributes, value }
}

function toResult(
  dataPoints: DataPoint<Histogram>[],
  aggregationTemporality: AggregationTemporality,
): CollectionResult {
  const metric = {
    descriptor: DESCRIPTOR,
    aggregationTemporality,
    dataPointType: DataPointType.HISTOGRAM as const,
    dataPoints,
  }
  const metrics = dataPoints.length === 0 ? [] : [metric]
  const scopeMetrics = [{ scope: { name: 'spancost' }, metrics }]
  // Readers put their own resource in its place.
  return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] }
}

function toHrTime(unixMs: number): HrTime {
  const seconds = Math.floor(unixMs / 1000)
  return [seconds, Math.round((unixMs - seconds * 1000) * 1e6)]
}
