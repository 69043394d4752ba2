import { MAX_RELATIVES, type EntryOutline } from '@spancost/ledger'
import { limitTo, owns } from './access.ts'
import { answerJson, defineRoute, notFound, refuse, type Asked } from './answer.ts'
import { toEntryJson, toMoney, toSumsJson, toZonedInstant } from './json.ts'
import { labelFilter, oneOf, oneSpanId, traceId, wholeNumber } from './parameters.ts'
import { RANGE_PARAMETERS, resolveAsked, toRangeJson } from './range.ts'
import { toColumns } from './trace-columns.ts'
import {
  listTreeSpans,
  sumEntries,
  sumSubtrees,
  type CountedSum,
  type TreeSpan,
} from './trace-tree.ts'

const MAX_TRACES = 1000
const MAX_ENTRIES = 10_000
const MAX_SUBTREES = 10

/**
 * The most expensive traces; each is summed as a whole, its operations outside the range included.
 * With a filter only what matches in the range is.
 */
export const topTracesRoute = defineRoute(
  '/api/v1/traces',
  { sort: oneOf('cost'), ...RANGE_PARAMETERS, where: labelFilter, limit: wholeNumber(MAX_TRACES) },
  async ({ store, caller }, { limit = 20, where, ...asked }) => {
    const resolved = resolveAsked(asked)
    if ('kind' in resolved) return resolved
    const { zone, bounds } = resolved
    const traces = await store.topTraces({ ...bounds, ...limitTo(caller, where), limit })
    return answerJson({
      ...toRangeJson(resolved),
      traces: traces.map((trace) => ({
        traceId: trace.traceId,
        start: toZonedInstant(trace.startUnixMs, zone),
        ...toSumsJson(trace),
        unpriced: trace.unpriced,
      })),
    })
  },
  { minds: 'labels' },
)

/**
 * Every span that is known of one trace, and what its counted operations cost. Sums are made from
 * what the ledger has now, so late and remote children are in them, and corrections.
 */
export const traceRoute = defineRoute(
  '/api/v1/traces/{traceId}',
  { traceId, spans: oneOf('columns') },
  async (asked, { traceId: id = '', spans: form }) => {
    const question = { traceId: id, limit: MAX_ENTRIES + 1 }
    if (form === 'columns') {
      const found = await readTrace(asked, id, asked.store.outlines(question))
      if (found === undefined) return notFound(`no operation of trace ${id} is in the ledger`)
      return answerJson({ ...found.sums, columns: toColumns(found.spans) })
    }
    const found = await readTrace(asked, id, asked.store.entries(question))
    if (found === undefined) return notFound(`no operation of trace ${id} is in the ledger`)
    const { sums, spans, entries, subtrees } = found
    return answerJson({
      ...sums,
      spans: spans.map((span) => toSpanJson(span, subtrees)),
      entries: entries.map(toEntryJson),
    })
  },
  { minds: 'labels' },
)

/** What is the same of a trace, however its spans are told; `undefined`: it is not there. */
async function readTrace<Operation extends EntryOutline>(
  { store, caller }: Asked,
  id: string,
  asked: Promise<readonly Operation[]>,
) {
  const [all, others] = await Promise.all([asked, store.relatives({ traceId: id })])
  const found = all.filter(({ labels }) => owns(caller, labels))
  if (found.length === 0) return undefined
  const entries = found.slice(0, MAX_ENTRIES)
  // Spans without labels may be anybody's: they are told only who may see the whole trace.
  const relatives = found.length === all.length ? others : []
  const spans = listTreeSpans(entries, relatives)
  const subtrees = sumSubtrees(spans)
  const sums = {
    traceId: id,
    ...toCountedJson(sumEntries(entries)),
    byModel: sumBy('model', entries),
    byService: sumBy('service', entries),
    byAgent: sumBy('agent', entries),
    topSubtrees: listTopSubtrees(spans, subtrees),
    truncated: all.length > MAX_ENTRIES || others.length >= MAX_RELATIVES,
  }
  return { sums, entries, spans, subtrees }
}

/** Entries of one trace, oldest first, or the one of a span. */
export const entriesRoute = defineRoute(
  '/api/v1/entries',
  { traceId, spanId: oneSpanId, limit: wholeNumber(MAX_ENTRIES) },
  async ({ store, caller }, { traceId: id, spanId: span, limit = 100 }) => {
    if (id === undefined) return refuse('traceId', `expected ${traceId.expected}, found nothing`)
    const found = await store.entries({
      traceId: id,
      ...(span !== undefined && { spanId: span }),
      limit: limit + 1,
    })
    const own = found.slice(0, limit).filter(({ labels }) => owns(caller, labels))
    return answerJson({ entries: own.map(toEntryJson), truncated: found.length > limit })
  },
  { minds: 'labels' },
)

/** One sum per value of a label, in the order of their first entry; entries without it share one. */
function sumBy(label: string, entries: readonly EntryOutline[]) {
  const groups = Map.groupBy(entries, ({ labels }) => labels[label])
  return [...groups].map(([value, group]) => ({
    ...(value !== undefined && { [label]: value }),
    ...toCountedJson(sumEntries(group)),
  }))
}

type Subtrees = ReturnType<typeof sumSubtrees>

/** The most expensive first; of the same cost, the one that began first, which is mostly above. */
function listTopSubtrees(spans: readonly TreeSpan<EntryOutline>[], subtrees: Subtrees) {
  return spans
    .filter((span) => subtrees.get(idOf(span))!.costAtto > 0n)
    .toSorted((a, b) => {
      const difference = subtrees.get(idOf(b))!.costAtto - subtrees.get(idOf(a))!.costAtto
      return difference === 0n ? 0 : difference < 0n ? -1 : 1
    })
    .slice(0, MAX_SUBTREES)
    .map((span) => ({ ...placeOf(span), ...toCountedJson(subtrees.get(idOf(span))!) }))
}

function idOf({ entry, relative }: TreeSpan<EntryOutline>): string {
  return (entry ?? relative).spanId
}

/** What every span has. */
function placeOf({ entry, relative }: TreeSpan<EntryOutline>) {
  const { spanId, parentSpanId, startTimeUnixNano, endTimeUnixNano } = entry ?? relative
  const service = entry === undefined ? relative.service : entry.labels['service']
  return {
    spanId,
    ...(parentSpanId !== '' && { parentSpanId }),
    name: entry?.spanName ?? relative!.name,
    ...(service !== undefined && service !== '' && { service }),
    startTimeUnixNano: startTimeUnixNano.toString(),
    endTimeUnixNano: endTimeUnixNano.toString(),
  }
}

/** Of an operation, what of its entry a tree shows. */
function toSpanJson(span: TreeSpan, subtrees: Subtrees) {
  const place = { ...placeOf(span), subtree: toCountedJson(subtrees.get(idOf(span))!) }
  if (span.entry === undefined) return place
  const { operation, standing, status, reason, card, cost, units } = toEntryJson(span.entry)
  return {
    ...place,
    operation,
    standing,
    status,
    ...(reason !== undefined && { reason }),
    ...(card !== undefined && { card }),
    ...(cost !== undefined && { cost }),
    units,
  }
}

function toCountedJson({ costAtto, operations, unpriced }: CountedSum) {
  return { cost: toMoney(costAtto), operations, unpriced }
}
