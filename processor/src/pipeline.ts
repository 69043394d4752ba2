import type { Entry, Recorded, Store } from '@spancost/ledger'
import { scanTraces, type ScannedSpan, type SpanPatch } from '@spancost/otlp'
import type { AttributeAlias, Dimension } from './config.ts'
import type { Consume, OtlpRequest } from './consume.ts'
import { createCostAttributes } from './cost-attributes.ts'
import { createScanKeys, readEntry } from './entries.ts'
import type { Books } from './open-book.ts'
import { createRelativeReader } from './relatives.ts'

export interface Pipeline {
  readonly books: Books
  readonly store: Store
  readonly dimensions: readonly Dimension[]
  readonly aliases: readonly AttributeAlias[]
  /** Told of each request that could be read. */
  readonly onRead: (request: OtlpRequest, spanCount: number) => void
  /** Told what became of a request's operations, once they are safe. */
  readonly onRecorded: (entries: readonly Entry[], recorded: readonly Recorded[]) => void
  readonly forward: Consume
}

/**
 * The line for traces: scan, recognize, rate, record, patch, forward. A request is accepted only
 * when the ledger has committed its entries and the next hop has taken the spans. It is recorded
 * first: when the hop then refuses, the sender comes again, and its entries are duplicates, which
 * are forwarded again and add nothing. Other spans of the same traces are written down as well, so
 * that an agent's calls are known behind them. Without GenAI spans a request leaves as the bytes
 * that came.
 */
export function createPipeline(pipeline: Pipeline): Consume {
  const { books, store, dimensions, aliases, onRead, onRecorded, forward } = pipeline
  const keys = createScanKeys(dimensions)
  const relatives = createRelativeReader()
  return async (request, signal) => {
    const result = scanTraces(request.body, request.encoding, keys)
    if (result.kind === 'malformed') {
      return { kind: 'permanent', fault: 'malformed', message: result.reason }
    }
    const { scan } = result
    const found: { span: ScannedSpan; entry: Entry }[] = []
    for (const span of scan.spans) {
      const entry = readEntry(span, books, dimensions)
      if (entry !== undefined) found.push({ span, entry })
    }
    onRead(request, scan.spanCount)
    const entries = found.map(({ entry }) => entry)
    const others = relatives.read(request, entries)
    if (entries.length + others.length === 0) return forward(request, signal)

    let recorded: readonly Recorded[]
    try {
      recorded = await store.record(entries, others)
    } catch (error) {
      const message = `the ledger refused: ${(error as Error).message}`
      return { kind: 'retryable', message, cause: 'ledger' }
    }
    if (found.length === 0) return forward(request, signal)
    onRecorded(entries, recorded)
    const patches = found.map(({ span, entry }, index): SpanPatch => {
      const { standing } = recorded[index]!
      return { span, ...createCostAttributes(entry, standing, span, aliases) }
    })
    return forward({ ...request, body: scan.patch(patches) }, signal)
  }
}
