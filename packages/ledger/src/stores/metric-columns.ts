import { COST_BUCKETS, findCostBucket, type RatedOperation } from '../cost-buckets.ts'
import { joinLimbs, splitAtto } from '../money-limbs.ts'
import type { MetricSums } from '../store.ts'

/** What only metrics need: it stands on entries and in `totals`, not in `hourly`. */

type CacheColumn = `cache_${'saved' | 'extra'}_${'nano' | 'atto'}`
type BucketColumn = `cost_bucket_${number}`

const CACHE_COLUMNS: readonly CacheColumn[] = [
  'cache_saved_nano',
  'cache_saved_atto',
  'cache_extra_nano',
  'cache_extra_atto',
]
const BUCKETS = Array.from({ length: COST_BUCKETS }, (_, bucket) => bucket)
const BUCKET_COLUMNS = BUCKETS.map((bucket): BucketColumn => `cost_bucket_${bucket}`)

/** The columns of `entries`; the bucket of an operation without a known cost is -1. */
export const METRIC_ENTRY_COLUMNS = ['cost_bucket', ...CACHE_COLUMNS] as const

/** The columns of `totals`. */
export const METRIC_TOTAL_COLUMNS = [...BUCKET_COLUMNS, ...CACHE_COLUMNS] as const

/** Of one entry, what it adds to each of `METRIC_TOTAL_COLUMNS`. */
export const METRICS_OF_ENTRY = [
  ...BUCKETS.map((at) => `CASE WHEN cost_bucket = ${at} THEN 1 ELSE 0 END`),
  ...CACHE_COLUMNS,
]

export type MetricRow = Readonly<Record<(typeof METRIC_TOTAL_COLUMNS)[number], bigint>>

/** The values of `METRIC_ENTRY_COLUMNS`. */
export function encodeMetrics(entry: RatedOperation): bigint[] {
  const saved = splitAtto(entry.rating.cache?.savedAtto ?? 0n)
  const extra = splitAtto(entry.rating.cache?.extraAtto ?? 0n)
  const bucket = BigInt(findCostBucket(entry) ?? -1)
  return [bucket, saved.nano, saved.atto, extra.nano, extra.atto]
}

/** The values of `METRIC_TOTAL_COLUMNS` that an entry with those of `encodeMetrics` adds. */
export function spreadMetrics([bucket, ...cache]: readonly bigint[]): bigint[] {
  return [...BUCKETS.map((at) => (BigInt(at) === bucket ? 1n : 0n)), ...cache]
}

export function decodeMetrics(row: MetricRow): MetricSums {
  return {
    costCounts: BUCKET_COLUMNS.map((column) => row[column]!),
    cacheSavedAtto: joinLimbs(row.cache_saved_nano, row.cache_saved_atto),
    cacheExtraAtto: joinLimbs(row.cache_extra_nano, row.cache_extra_atto),
  }
}
