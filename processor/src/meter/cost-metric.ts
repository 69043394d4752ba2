/** What cost metrics are, before they take the form of a protocol. */

export type MetricAttributes = Readonly<Record<string, string | boolean>>

export interface CostMetric {
  readonly name: string
  readonly description: string
  readonly unit: string
  /**
   * - `sum`: monotonic, since the ledger began; one figure a point.
   * - `histogram`: the same; the figures of a point are its sum, and then the count of each bucket.
   * - `gauge`: as it is now; one figure a point.
   */
  readonly kind: 'sum' | 'histogram' | 'gauge'
  /** `atto`: values are in 1e-18 of the unit; `whole`: they are counts. Counts of buckets are whole. */
  readonly scale: 'atto' | 'whole'
  /** Of a histogram: upper bounds, inclusive, in the unit; one bucket more is above them. */
  readonly bounds?: readonly number[]
  readonly points: readonly CostPoint[]
}

export interface CostPoint {
  readonly attributes: MetricAttributes
  readonly figures: readonly bigint[]
  /** Of a histogram: by bucket; no more than one each. */
  readonly exemplars?: readonly (Exemplar | undefined)[]
}

/** An operation that stands for those of its bucket. */
export interface Exemplar {
  readonly traceId: string
  readonly spanId: string
  readonly costAtto: bigint
  /** When it was recorded. */
  readonly unixMs: number
}

/** What stands for all sets beyond those that have points of their own. */
export const OVERFLOW: MetricAttributes = { 'otel.metric.overflow': true }

/** One text for one set of attributes, whatever their order. */
export function toSetKey(attributes: MetricAttributes): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const keys = new WeakMap<MetricAttributes, string>()

/** The same, made once for an object: for attributes that are one object for one set. */
export function recallSetKey(attributes: MetricAttributes): string {
  const known = keys.get(attributes)
  if (known !== undefined) return known
  const key = toSetKey(attributes)
  keys.set(attributes, key)
  return key
}
