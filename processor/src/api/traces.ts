import type { StoredEntry } from '@spancost/ledger'
import { owns } from './access.ts'
import { answerJson, defineRoute, notFound, refuse } from './answer.ts'
import { toEntryJson, toMoney, toSumsJson, toZonedInstant } from './json.ts'
import { oneOf, traceId, wholeNumber } from './parameters.ts'
import { RANGE_PARAMETERS, resolveAsked, toRangeJson } from './range.ts'

const MAX_TRACES = 1000
const MAX_ENTRIES = 10_000

/** The most expensive traces; each is summed as a whole, its operations outside the range included. */
export const topTracesRoute = defineRoute(
  '/api/v1/traces',
  { sort: oneOf('cost'), ...RANGE_PARAMETERS, limit: wholeNumber(MAX_TRACES) },
  async ({ store }, { limit = 20, ...asked }) => {
    const resolved = resolveAsked(asked)
    if ('kind' in resolved) return resolved
    const { zone, bounds } = resolved
    const traces = await store.topTraces({ ...bounds, limit })
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
)

/** Every entry of one trace, and what its counted ones cost. */
export const traceRoute = defineRoute(
  '/api/v1/traces/{traceId}',
  { traceId },
  async ({ store, caller }, { traceId: id = '' }) => {
    const all = await store.entries({ traceId: id, limit: MAX_ENTRIES + 1 })
    const found = all.filter(({ labels }) => owns(caller, labels))
    if (found.length === 0) return notFound(`no operation of trace ${id} is in the ledger`)
    const entries = found.slice(0, MAX_ENTRIES)
    return answerJson({
      traceId: id,
      ...sumCounted(entries),
      byModel: sumBy('model', entries),
      byService: sumBy('service', entries),
      entries: entries.map(toEntryJson),
      truncated: all.length > MAX_ENTRIES,
    })
  },
  { minds: 'labels' },
)

/** Entries of one trace, oldest first. */
export const entriesRoute = defineRoute(
  '/api/v1/entries',
  { traceId, limit: wholeNumber(MAX_ENTRIES) },
  async ({ store, caller }, { traceId: id, limit = 100 }) => {
    if (id === undefined) return refuse('traceId', `expected ${traceId.expected}, found nothing`)
    const found = await store.entries({ traceId: id, limit: limit + 1 })
    const own = found.slice(0, limit).filter(({ labels }) => owns(caller, labels))
    return answerJson({ entries: own.map(toEntryJson), truncated: found.length > limit })
  },
  { minds: 'labels' },
)

function sumCounted(entries: readonly StoredEntry[]) {
  const counted = entries.filter(({ standing }) => standing === 'counted')
  const costAtto = counted.reduce((sum, { rating }) => sum + (rating.costAtto ?? 0n), 0n)
  const unpriced = counted.filter(({ rating }) => rating.status === 'unpriced')
  return { cost: toMoney(costAtto), operations: counted.length, unpriced: unpriced.length }
}

/** One sum per value of a label, in the order of their first entry; entries without it share one. */
function sumBy(label: string, entries: readonly StoredEntry[]) {
  const groups = Map.groupBy(entries, ({ labels }) => labels[label])
  return [...groups].map(([value, group]) => ({
    ...(value !== undefined && { [label]: value }),
    ...sumCounted(group),
  }))
}
