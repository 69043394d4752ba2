import { findCostBucket, type Entry, type Recorded } from '@spancost/ledger'
import { MAX_ATTRIBUTE_SETS } from './attribute-sets.ts'
import { recallSetKey, type Exemplar, type MetricAttributes } from './cost-metric.ts'

/**
 * The newest operation in each bucket of the histogram of costs, by attribute set: in memory, and of
 * this processor only. At most 2000 sets of nine; of more, the set that came first is forgotten.
 */
export interface Exemplars {
  /**
   * Offers what was recorded, with the attributes of each entry; only what counts and has a known
   * cost is taken.
   */
  offer(
    entries: readonly Entry[],
    recorded: readonly Recorded[],
    attributes: readonly MetricAttributes[],
  ): void
  find(attributes: MetricAttributes): readonly (Exemplar | undefined)[] | undefined
}

export function createExemplars(): Exemplars {
  const sets = new Map<string, (Exemplar | undefined)[]>()
  return {
    offer(entries, recorded, attributes) {
      const unixMs = Date.now()
      for (const [index, entry] of entries.entries()) {
        const { outcome, standing } = recorded[index]!
        const bucket = findCostBucket(entry)
        if (outcome !== 'recorded' || standing !== 'counted' || bucket === undefined) continue
        const { traceId, spanId, rating } = entry
        const key = recallSetKey(attributes[index]!)
        const set = sets.get(key) ?? []
        set[bucket] = { traceId, spanId, costAtto: rating.costAtto ?? 0n, unixMs }
        if (sets.size >= MAX_ATTRIBUTE_SETS && !sets.has(key)) {
          for (const oldest of sets.keys()) {
            sets.delete(oldest)
            break
          }
        }
        sets.set(key, set)
      }
    },
    find: (attributes) => sets.get(recallSetKey(attributes)),
  }
}
