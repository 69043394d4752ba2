import type { Entry } from './answers.ts'
import { toAtto } from './money.ts'

/** What one span and everything below it cost. */
export interface Subtree {
  readonly costAtto: bigint
  /** Operations that count. */
  readonly operations: number
  /** Those of them of which the cost is unknown. */
  readonly unpriced: number
}

export interface TreeRow {
  readonly entry: Entry
  readonly depth: number
  /** How many rows are below it. */
  readonly descendants: number
  readonly subtree: Subtree
  /** It has a parent, which is not in the ledger: no operation, or not seen. */
  readonly isOrphan: boolean
}

interface Placed {
  readonly entry: Entry
  readonly depth: number
  /** The row of its parent, -1 for a root. */
  readonly above: number
}

/**
 * The entries of a trace in the order of a tree, each with the sums of what is below it. Spans of
 * one parent come by their start. Whoever writes spans can write circles of parents; one span of
 * such a circle is then a root.
 */
export function buildTree(entries: readonly Entry[]): readonly TreeRow[] {
  const byId = new Map(entries.map((entry) => [entry.spanId, entry]))
  const order = placeRows(byId)
  const sums = order.map(({ entry }) => measure(entry))
  const descendants = order.map(() => 0)
  // From the last to the first: what is below a row is known before the row is added to another.
  for (let row = order.length - 1; row >= 0; row--) {
    const { above } = order[row]!
    if (above < 0) continue
    sums[above] = addSubtrees(sums[above]!, sums[row]!)
    descendants[above] = descendants[above]! + descendants[row]! + 1
  }
  return order.map(({ entry, depth }, row) => ({
    entry,
    depth,
    descendants: descendants[row]!,
    subtree: sums[row]!,
    isOrphan: (entry.parentSpanId ?? '') !== '' && !byId.has(entry.parentSpanId!),
  }))
}

/** Without recursion: a trace may be as deep as it has spans. */
function placeRows(byId: ReadonlyMap<string, Entry>): readonly Placed[] {
  const children = Map.groupBy(byId.values(), ({ parentSpanId = '' }) =>
    byId.has(parentSpanId) ? parentSpanId : '',
  )
  for (const group of children.values()) group.sort(compareStarts)
  const seen = new Set<string>()
  const order: Placed[] = []
  const place = (root: Entry): void => {
    const waiting: Placed[] = [{ entry: root, depth: 0, above: -1 }]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { entry, depth } = next
      if (seen.has(entry.spanId)) continue
      seen.add(entry.spanId)
      const above = order.push(next) - 1
      const below = children.get(entry.spanId) ?? []
      for (const child of below.toReversed())
        waiting.push({ entry: child, depth: depth + 1, above })
    }
  }
  for (const root of children.get('') ?? []) place(root)
  for (const entry of byId.values()) if (!seen.has(entry.spanId)) place(entry)
  return order
}

function compareStarts(one: Entry, other: Entry): number {
  const [start, otherStart] = [BigInt(one.startTimeUnixNano), BigInt(other.startTimeUnixNano)]
  if (start === otherStart) return 0
  return start < otherStart ? -1 : 1
}

/** Only what counts is spend; the others repeat it, or may. */
function measure({ standing, status, cost }: Entry): Subtree {
  if (standing !== 'counted') return { costAtto: 0n, operations: 0, unpriced: 0 }
  return {
    costAtto: cost === undefined ? 0n : toAtto(cost.amount),
    operations: 1,
    unpriced: status === 'unpriced' ? 1 : 0,
  }
}

function addSubtrees(one: Subtree, other: Subtree): Subtree {
  return {
    costAtto: one.costAtto + other.costAtto,
    operations: one.operations + other.operations,
    unpriced: one.unpriced + other.unpriced,
  }
}

/** The rows that are to be seen where some are closed. */
export function listOpen(
  rows: readonly TreeRow[],
  closed: ReadonlySet<string>,
): readonly TreeRow[] {
  if (closed.size === 0) return rows
  const open: TreeRow[] = []
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!
    open.push(row)
    if (closed.has(row.entry.spanId)) index += row.descendants
  }
  return open
}
