import type { Entry, Recorded, Relative, Standing } from '@spancost/ledger'

/** What operations add up to; only counted ones do. */
export interface RollupSum {
  /** Of those whose cost is known, in 1e-18 USD. */
  readonly costAtto: bigint
  readonly operations: number
  /** How many of them have no known cost. */
  readonly unpriced: number
}

/** What is known of a span when it leaves. */
export interface SpanRollup {
  /** Itself included; absent: nothing below it counts. */
  readonly subtree?: RollupSum
  /** On the root of a trace; absent: nothing in the trace counts. */
  readonly trace?: RollupSum
}

export interface RollupLimits {
  /** Of all traces together; beyond it the traces that were quiet for longest are forgotten. */
  readonly maxSpans: number
  /** A trace is forgotten when nothing of it came for so long. */
  readonly maxIdleMs: number
}

/** What came of traces in one request. */
export interface Arrivals {
  readonly entries: readonly Entry[]
  /** What the ledger says of each entry. */
  readonly recorded: readonly Recorded[]
  readonly relatives: readonly Pick<Relative, 'traceId' | 'spanId' | 'parentSpanId'>[]
}

export interface Rollup {
  /**
   * Takes in the spans of one request, in any order, and answers for each, the entries first. A span
   * that came before is not added again; it gets what is known by now.
   */
  add(arrivals: Arrivals): readonly SpanRollup[]
}

interface Node extends Mutable<RollupSum> {
  /** Known once the span itself came; until then its sum waits here. */
  parent: Node | undefined
  hasCome: boolean
  /** What an operation adds to the sums while it counts. */
  own: RollupSum | undefined
  isCounted: boolean
  /** The ledger's word on an operation that has not come here. */
  turnedTo: Standing | undefined
}

interface Trace {
  readonly nodes: Map<string, Node>
  readonly total: Mutable<RollupSum>
  /** Over all traces. */
  readonly kept: { spans: number }
  usedAtMs: number
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/**
 * So many spans that have left are passed on the way up from a late one. It bounds the time for spans
 * whose ancestors all came before them, or are a circle.
 */
const MAX_STEPS = 1_000

/** So many traces are known to have been forgotten. */
const MAX_FORGOTTEN = 100_000

/**
 * Sums of what is below each span, as spans come: a span gives its sum to its parent, which mostly
 * comes later and then has it all. Nothing waits. A span that comes after its parent still reaches
 * those ancestors that come later. Of a trace that was forgotten nothing is said any more, for what
 * was said would be too little.
 */
export function createRollup(limits: RollupLimits, now: () => number = Date.now): Rollup {
  const traces = createTraces(limits)
  return {
    add({ entries, recorded, relatives }) {
      const nowMs = now()
      traces.forgetOld(nowMs)
      const spans = [...entries, ...relatives]
      const used = new Map<string, Trace | undefined>()
      for (const { traceId } of spans) {
        if (!used.has(traceId)) used.set(traceId, traces.use(traceId, nowMs))
      }
      for (const [index, entry] of entries.entries()) {
        const trace = used.get(entry.traceId)
        if (trace !== undefined) count(trace, entry, recorded[index]!.standing)
      }
      for (const relative of relatives) {
        const trace = used.get(relative.traceId)
        if (trace !== undefined) arrive(trace, relative)
      }
      for (const [index, { changed = [] }] of recorded.entries()) {
        const trace = used.get(entries[index]!.traceId)
        if (trace === undefined) continue
        for (const { spanId, standing } of changed) decide(trace, findNode(trace, spanId), standing)
      }
      const answers = spans.map((span) => {
        const trace = used.get(span.traceId)
        return trace === undefined ? {} : describe(trace, span)
      })
      traces.forgetOld(nowMs)
      return answers
    },
  }
}

/** The traces that are kept, within limits. */
function createTraces(limits: RollupLimits) {
  /** In the order in which they were last used. */
  const traces = new Map<string, Trace>()
  const forgotten = new Set<string>()
  const kept = { spans: 0 }

  return {
    /** `undefined`: it was forgotten. */
    use(traceId: string, nowMs: number): Trace | undefined {
      if (forgotten.has(traceId)) return undefined
      const trace = traces.get(traceId) ?? createTrace(kept)
      trace.usedAtMs = nowMs
      traces.delete(traceId)
      traces.set(traceId, trace)
      return trace
    },
    forgetOld(nowMs: number): void {
      for (const [traceId, { nodes, usedAtMs }] of traces) {
        if (usedAtMs + limits.maxIdleMs > nowMs && kept.spans <= limits.maxSpans) break
        kept.spans -= nodes.size
        traces.delete(traceId)
        forgotten.add(traceId)
      }
      for (const oldest of forgotten) {
        if (forgotten.size <= MAX_FORGOTTEN) break
        forgotten.delete(oldest)
      }
    },
  }
}

function findNode({ nodes, kept }: Trace, spanId: string): Node {
  let node = nodes.get(spanId)
  if (node === undefined) {
    node = createNode()
    nodes.set(spanId, node)
    kept.spans += 1
  }
  return node
}

function arrive(trace: Trace, { spanId, parentSpanId }: Place): Node {
  const node = findNode(trace, spanId)
  if (node.hasCome) return node
  node.hasCome = true
  if (parentSpanId === '' || parentSpanId === spanId) return node
  node.parent = findNode(trace, parentSpanId)
  addUpward(node.parent, node, 1)
  return node
}

function count(trace: Trace, entry: Entry, standing: Standing): void {
  const node = arrive(trace, entry)
  const turnedTo = node.own === undefined ? node.turnedTo : undefined
  node.own ??= valueOf(entry)
  decide(trace, node, turnedTo ?? standing)
}

function decide(trace: Trace, node: Node, standing: Standing): void {
  const isCounted = standing === 'counted'
  if (node.own === undefined) node.turnedTo = standing
  else if (node.isCounted !== isCounted) {
    node.isCounted = isCounted
    const sign = isCounted ? 1 : -1
    addTo(trace.total, node.own, sign)
    addUpward(node, node.own, sign)
  }
}

type Place = Arrivals['relatives'][number]

function createTrace(kept: Trace['kept']): Trace {
  return { nodes: new Map(), total: createSum(), kept, usedAtMs: 0 }
}

/** There are many: with each field named, all lie in the object itself. */
function createNode(): Node {
  return {
    costAtto: 0n,
    operations: 0,
    unpriced: 0,
    parent: undefined,
    hasCome: false,
    own: undefined,
    isCounted: false,
    turnedTo: undefined,
  }
}

function createSum(): Mutable<RollupSum> {
  return { costAtto: 0n, operations: 0, unpriced: 0 }
}

function valueOf({ rating }: Entry): RollupSum {
  const unpriced = rating.status === 'unpriced' ? 1 : 0
  return { costAtto: rating.costAtto ?? 0n, operations: 1, unpriced }
}

/** Adds to a span and to those above it, up to one that has not come: there it waits. */
function addUpward(from: Node, { costAtto, operations, unpriced }: RollupSum, sign: 1 | -1): void {
  // Most spans that are no operations have nothing below them. What turned may leave no operation.
  if (operations === 0) return
  const sum = { costAtto, operations, unpriced }
  let node: Node | undefined = from
  for (let steps = 0; node !== undefined && steps <= MAX_STEPS; steps++) {
    addTo(node, sum, sign)
    node = node.parent === from ? undefined : node.parent
  }
}

function addTo(sum: Mutable<RollupSum>, more: RollupSum, sign: 1 | -1): void {
  sum.costAtto += sign === 1 ? more.costAtto : -more.costAtto
  sum.operations += sign * more.operations
  sum.unpriced += sign * more.unpriced
}

function describe({ nodes, total }: Trace, { spanId, parentSpanId }: Place): SpanRollup {
  const { costAtto, operations, unpriced, isCounted } = nodes.get(spanId)!
  const isAncestor = operations > (isCounted ? 1 : 0)
  const isRoot = parentSpanId === '' && total.operations > 0
  return {
    ...(isAncestor && { subtree: { costAtto, operations, unpriced } }),
    ...(isRoot && { trace: { ...total } }),
  }
}
