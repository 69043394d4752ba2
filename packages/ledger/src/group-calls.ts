import {
  hasSameAnswer,
  isContradiction,
  isSameCall,
  type Family,
  type Sighting,
} from './same-call.ts'

/**
 * Sorts leaves of a trace into calls: each group is one call, and its leaves are what different
 * instrumentations saw of it. Groups depend on the leaves and their family alone, not on the order
 * in which these came; within a group, the earliest start comes first.
 */
export function groupCalls<Leaf extends Sighting>(
  leaves: readonly Leaf[],
  family: Family,
): readonly (readonly Leaf[])[] {
  const sorted = leaves.toSorted(compareStarts)
  const groupOf = new Map<Leaf, readonly Leaf[]>(sorted.map((leaf) => [leaf, [leaf]]))
  for (const { one, other } of listPairs(sorted, family)) {
    const [mine, theirs] = [groupOf.get(one)!, groupOf.get(other)!]
    if (mine === theirs) continue
    const isOneCall = mine.every((a) => theirs.every((b) => !isContradiction(a, b, family)))
    if (!isOneCall) continue
    const joined = [...mine, ...theirs]
    for (const leaf of joined) groupOf.set(leaf, joined)
  }
  return [...new Set(groupOf.values())].map((group) => group.toSorted(compareStarts))
}

/** Any order will do, as long as it is always the same. */
function compareStarts(a: Sighting, b: Sighting): number {
  const gap = a.startTimeUnixNano - b.startTimeUnixNano
  if (gap !== 0n) return gap < 0n ? -1 : 1
  return a.spanId < b.spanId ? -1 : 1
}

/** Two leaves that may be one call. */
interface Pair<Leaf> {
  readonly one: Leaf
  readonly other: Leaf
  /** 0: the same answer; 1: one lies above the other; 2: the same time, place and figures. */
  readonly doubt: 0 | 1 | 2
  /** By how much their times differ. */
  readonly gapNano: bigint
}

/** The surest first; of equal ones, that which comes first in `sorted`. */
function listPairs<Leaf extends Sighting>(sorted: readonly Leaf[], family: Family): Pair<Leaf>[] {
  const pairs: Pair<Leaf>[] = []
  for (const [index, one] of sorted.entries()) {
    for (let next = index + 1; next < sorted.length; next += 1) {
      const other = sorted[next]!
      if (!isSameCall(one, other, family)) continue
      const isNested = family.isNested(one, other)
      const doubt = hasSameAnswer(one, other) ? 0 : isNested ? 1 : 2
      const gapNano =
        differ(one.startTimeUnixNano, other.startTimeUnixNano) +
        differ(one.endTimeUnixNano, other.endTimeUnixNano)
      pairs.push({ one, other, doubt, gapNano })
    }
  }
  return pairs.sort((a, b) => a.doubt - b.doubt || Number(a.gapNano - b.gapNano))
}

function differ(a: bigint, b: bigint): bigint {
  return a < b ? b - a : a - b
}
