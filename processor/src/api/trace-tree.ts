import type { EntryOutline, Relative, StoredEntry } from '@spancost/ledger'

/** A span of a trace as the ledger has it: an operation, or one that is between or above some. */
export type TreeSpan<Operation extends EntryOutline = StoredEntry> =
  | { readonly entry: Operation; readonly relative?: never }
  | { readonly relative: Relative; readonly entry?: never }

/** In the order of their starts. A span that is both is the operation. */
export function listTreeSpans<Operation extends EntryOutline>(
  entries: readonly Operation[],
  relatives: readonly Relative[],
): readonly TreeSpan<Operation>[] {
  const operations = new Set(entries.map(({ spanId }) => spanId))
  const others = relatives.filter(({ spanId }) => !operations.has(spanId))
  const spans: TreeSpan<Operation>[] = [
    ...entries.map((entry) => ({ entry })),
    ...others.map((relative) => ({ relative })),
  ]
  return spans.toSorted((a, b) => {
    const difference = startOf(a) - startOf(b)
    return difference === 0n ? 0 : difference < 0n ? -1 : 1
  })
}

function startOf({ entry, relative }: TreeSpan<EntryOutline>): bigint {
  return (entry ?? relative).startTimeUnixNano
}

/** What counted operations add up to. */
export interface CountedSum {
  readonly costAtto: bigint
  readonly operations: number
  readonly unpriced: number
}

export function sumEntries(entries: readonly EntryOutline[]): CountedSum {
  return entries.map(valueOf).reduce(add, NOTHING)
}

/**
 * What each span comes to with all that is below it, by span id: from the whole trace at once, so
 * whatever the order it came in. Spans that are each other's ancestors stay without those below.
 */
export function sumSubtrees(
  spans: readonly TreeSpan<EntryOutline>[],
): ReadonlyMap<string, CountedSum> {
  const sums = new Map<string, CountedSum>()
  const parents = new Map<string, string>()
  const childrenLeft = new Map<string, number>()
  for (const { entry, relative } of spans) {
    const { spanId, parentSpanId } = entry ?? relative
    sums.set(spanId, entry === undefined ? NOTHING : valueOf(entry))
    parents.set(spanId, parentSpanId)
    childrenLeft.set(parentSpanId, (childrenLeft.get(parentSpanId) ?? 0) + 1)
  }
  const ready = [...sums.keys()].filter((spanId) => !childrenLeft.has(spanId))
  // Grows while it is walked: whose children are all done is ready.
  for (const spanId of ready) {
    const parent = parents.get(spanId)!
    const sum = sums.get(parent)
    if (sum === undefined) continue
    sums.set(parent, add(sum, sums.get(spanId)!))
    const left = childrenLeft.get(parent)! - 1
    childrenLeft.set(parent, left)
    if (left === 0) ready.push(parent)
  }
  return sums
}

const NOTHING: CountedSum = { costAtto: 0n, operations: 0, unpriced: 0 }

function valueOf({ standing, rating }: EntryOutline): CountedSum {
  if (standing !== 'counted') return NOTHING
  const unpriced = rating.status === 'unpriced' ? 1 : 0
  return { costAtto: rating.costAtto ?? 0n, operations: 1, unpriced }
}

function add(one: CountedSum, other: CountedSum): CountedSum {
  return {
    costAtto: one.costAtto + other.costAtto,
    operations: one.operations + other.operations,
    unpriced: one.unpriced + other.unpriced,
  }
}
