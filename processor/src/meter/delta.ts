import type { CostMetric, CostPoint, MetricAttributes } from './cost-metric.ts'
import { toSetKey } from './cost-metric.ts'

/** The bookkeeping of delta export: what has been delivered, and what is new since. Pure. */

/** Cumulative figures by metric and set key. */
export type Snapshot = ReadonlyMap<string, ReadonlyMap<string, readonly bigint[]>>

export const EMPTY_SNAPSHOT: Snapshot = new Map()

/**
 * A snapshot of sums and histograms on top of an earlier one. A figure never goes down, because a
 * monotonic sum may not: should the ledger's be lower, what comes next makes the difference good.
 */
export function takeSnapshot(before: Snapshot, metrics: readonly CostMetric[]): Snapshot {
  const snapshot = new Map([...before].map(([name, sets]) => [name, new Map(sets)]))
  for (const { name, kind, points } of metrics) {
    if (kind === 'gauge') continue
    const sets = snapshot.get(name) ?? new Map<string, readonly bigint[]>()
    snapshot.set(name, sets)
    for (const { attributes, figures } of points) {
      const key = toSetKey(attributes)
      const old = sets.get(key) ?? []
      sets.set(
        key,
        figures.map((figure, index) => maxOf(figure, old[index] ?? 0n)),
      )
    }
  }
  return snapshot
}

/** What `next` has more than `base`: the given metrics with points of their differences. */
export function subtractSnapshot(
  next: Snapshot,
  base: Snapshot,
  described: readonly CostMetric[],
): CostMetric[] {
  return described.map((metric) => {
    if (metric.kind === 'gauge') return metric
    const exemplars = new Map(metric.points.map((point) => [toSetKey(point.attributes), point]))
    const points = Array.from(next.get(metric.name) ?? [], ([key, figures]): CostPoint => {
      const old = base.get(metric.name)?.get(key) ?? []
      const found = exemplars.get(key)?.exemplars
      return {
        attributes: readSetKey(key),
        figures: figures.map((figure, index) => figure - (old[index] ?? 0n)),
        ...(found !== undefined && { exemplars: found }),
      }
    })
    return { ...metric, points: points.filter(({ figures }) => figures.some((one) => one !== 0n)) }
  })
}

/** Whether two snapshots have the same figures; a missing one is 0. */
export function isSameSnapshot(a: Snapshot, b: Snapshot): boolean {
  return hasAllOf(a, b) && hasAllOf(b, a)
}

function hasAllOf(a: Snapshot, b: Snapshot): boolean {
  for (const [name, sets] of b) {
    for (const [key, figures] of sets) {
      const others = a.get(name)?.get(key) ?? []
      if (figures.some((figure, index) => figure !== (others[index] ?? 0n))) return false
    }
  }
  return true
}

/** As JSON, with figures as digits. */
export type SnapshotJson = Readonly<Record<string, readonly (readonly [string, ...string[]])[]>>

export function toSnapshotJson(snapshot: Snapshot): SnapshotJson {
  const metrics = Array.from(snapshot, ([name, sets]) => {
    const rows = Array.from(sets, ([key, figures]) => [key, ...figures.map(String)] as const)
    return [name, rows] as const
  })
  return Object.fromEntries(metrics)
}

export function readSnapshotJson(json: SnapshotJson): Snapshot {
  const metrics = Object.entries(json).map(([name, rows]) => {
    const sets = rows.map(([key, ...figures]) => [key, figures.map(BigInt)] as const)
    return [name, new Map(sets)] as const
  })
  return new Map(metrics)
}

function readSetKey(key: string): MetricAttributes {
  return Object.fromEntries(JSON.parse(key) as [string, string | boolean][])
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
