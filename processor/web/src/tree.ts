import type { Columns, Texts } from './answers.ts'
import type { Count } from './counts.ts'
import { toAtto } from './money.ts'

/** What one span and everything below it cost. */
export interface Subtree {
  readonly costAtto: bigint
  /** Operations that count. */
  readonly operations: number
  /** Those of them of which the cost is unknown. */
  readonly unpriced: number
}

/** A span; what is no operation has neither standing nor status. */
export interface Span {
  readonly spanId: string
  readonly name: string
  readonly service: string | undefined
  readonly operation: string | undefined
  readonly model: string | undefined
  readonly standing: string | undefined
  readonly status: string | undefined
  /** An exact decimal. */
  readonly cost: string | undefined
  /** Since the first span of the trace began. */
  readonly startNano: Count
  readonly durationNano: Count
}

export interface TreeRow {
  readonly span: Span
  readonly depth: number
  /** How many rows are below it. */
  readonly descendants: number
  readonly subtree: Subtree
  /** It has a parent, which is not in the ledger. */
  readonly isOrphan: boolean
}

/**
 * The spans of a trace in the order of a tree, each with the sums of what is below it. Spans of one
 * parent stay in the order in which they came, which is by their start. Whoever writes spans can
 * write circles of parents; one span of such a circle is then a root.
 */
export function buildTree(columns: Columns): readonly TreeRow[] {
  const { order, depths, above } = placeSpans(columns.parent)
  const costs = columns.cost.texts.map(toAtto)
  const sums = order.map((place) => measure(columns, costs, place))
  const descendants = order.map(() => 0)
  // From the last to the first: what is below a row is known before the row is added to another.
  for (let row = order.length - 1; row >= 0; row--) {
    const parent = above[row]!
    if (parent < 0) continue
    sums[parent] = addSubtrees(sums[parent]!, sums[row]!)
    descendants[parent] = descendants[parent]! + descendants[row]! + 1
  }
  return order.map((place, row) => ({
    span: readSpan(columns, place),
    depth: depths[row]!,
    descendants: descendants[row]!,
    subtree: sums[row]!,
    isOrphan: columns.parent[place] === -2,
  }))
}

interface Placing {
  /** The places of the spans, row by row. */
  readonly order: number[]
  readonly depths: number[]
  /** The row of the parent, -1 for a root. */
  readonly above: number[]
}

/** Without recursion: a trace may be as deep as it has spans. */
function placeSpans(parents: readonly number[]): Placing {
  const children = Map.groupBy(parents.keys(), (place) => Math.max(-1, parents[place]!))
  const seen = new Set<number>()
  const placing: Placing = { order: [], depths: [], above: [] }
  const place = (root: number): void => {
    const waiting = [{ span: root, depth: 0, parent: -1 }]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { span, depth, parent } = next
      if (seen.has(span)) continue
      seen.add(span)
      const row = placing.order.push(span) - 1
      placing.depths.push(depth)
      placing.above.push(parent)
      for (const child of (children.get(span) ?? []).toReversed())
        waiting.push({ span: child, depth: depth + 1, parent: row })
    }
  }
  for (const root of children.get(-1) ?? []) place(root)
  for (const span of parents.keys()) if (!seen.has(span)) place(span)
  return placing
}

function readSpan(columns: Columns, place: number): Span {
  return {
    spanId: columns.spanId[place]!,
    name: read(columns.name, place) ?? '',
    service: read(columns.service, place),
    operation: read(columns.operation, place),
    model: read(columns.model, place),
    standing: read(columns.standing, place),
    status: read(columns.status, place),
    cost: read(columns.cost, place),
    startNano: columns.startNano[place]!,
    durationNano: columns.durationNano[place]!,
  }
}

function read({ texts, at }: Texts, place: number): string | undefined {
  return texts[at[place]!]
}

const NOTHING: Subtree = { costAtto: 0n, operations: 0, unpriced: 0 }

/** Only what counts is spend; the others repeat it, or may. */
function measure(columns: Columns, costs: readonly bigint[], place: number): Subtree {
  if (read(columns.standing, place) !== 'counted') return NOTHING
  return {
    costAtto: costs[columns.cost.at[place]!] ?? 0n,
    operations: 1,
    unpriced: read(columns.status, place) === 'unpriced' ? 1 : 0,
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
    if (closed.has(row.span.spanId)) index += row.descendants
  }
  return open
}
