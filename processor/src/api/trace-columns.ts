import type { EntryOutline } from '@spancost/ledger'
import { toMoney } from './json.ts'
import type { TreeSpan } from './trace-tree.ts'

type Span = TreeSpan<EntryOutline>

/**
 * The spans of a trace as columns: what a list shows of each, in a tenth of the bytes of objects.
 * The details of an operation are asked for by its span id.
 */

/** Short texts that many spans share: each once, and for each span its place among them. */
interface Texts {
  readonly texts: readonly string[]
  /** -1: it has none. */
  readonly at: readonly number[]
}

export function toColumns(spans: readonly Span[]) {
  const ids = spans.map((span) => placeOf(span).spanId)
  const rows = new Map(ids.map((spanId, row) => [spanId, row]))
  const start = spans.reduce((least, span) => {
    const { startTimeUnixNano } = placeOf(span)
    return startTimeUnixNano < least ? startTimeUnixNano : least
  }, placeOf(spans[0]!).startTimeUnixNano)
  return {
    startTimeUnixNano: start.toString(),
    spanId: ids,
    // The row of the parent; -1: it has none, -2: it has one that is not here.
    parent: spans.map((span) => {
      const { parentSpanId } = placeOf(span)
      return parentSpanId === '' ? -1 : (rows.get(parentSpanId) ?? -2)
    }),
    startNano: spans.map((span) => placeOf(span).startTimeUnixNano - start),
    durationNano: spans.map((span) => {
      const { startTimeUnixNano, endTimeUnixNano } = placeOf(span)
      return endTimeUnixNano > startTimeUnixNano ? endTimeUnixNano - startTimeUnixNano : 0n
    }),
    name: toTexts(spans, ({ entry, relative }) => entry?.spanName ?? relative!.name),
    service: toTexts(spans, ({ entry, relative }) => entry?.labels['service'] ?? relative?.service),
    operation: toTexts(spans, ({ entry }) => entry?.operation.name),
    model: toTexts(spans, ({ entry }) => entry?.labels['model']),
    standing: toTexts(spans, ({ entry }) => entry?.standing),
    status: toTexts(spans, ({ entry }) => entry?.rating.status),
    cost: toTexts(spans, ({ entry }) => {
      const costAtto = entry?.rating.costAtto
      return costAtto === undefined ? undefined : toMoney(costAtto).amount
    }),
  }
}

function placeOf({ entry, relative }: Span) {
  return entry ?? relative
}

function toTexts(spans: readonly Span[], read: (span: Span) => string | undefined): Texts {
  const places = new Map<string, number>()
  const at = spans.map((span) => {
    const text = read(span)
    if (text === undefined || text === '') return -1
    const known = places.get(text) ?? places.size
    places.set(text, known)
    return known
  })
  return { texts: [...places.keys()], at }
}
