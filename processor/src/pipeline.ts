import type { Entry, Recorded, Store } from '@spancost/ledger'
import { scanTraces, type SpanPatch } from '@spancost/otlp'
import { lendBody, letGoOfBody } from './body-memory.ts'
import type { AttributeAlias, Dimension } from './config.ts'
import type { Consume, OtlpRequest } from './consume.ts'
import { addRollupAttributes, createCostAttributes } from './cost-attributes.ts'
import { createEntryReader, createScanKeys } from './entries.ts'
import type { Books } from './open-book.ts'
import { createRelativeReader } from './relatives.ts'
import { createRollup, type RollupLimits } from './rollup.ts'

export interface Pipeline {
  readonly books: Books
  readonly store: Store
  readonly dimensions: readonly Dimension[]
  readonly aliases: readonly AttributeAlias[]
  readonly rollup: RollupLimits
  /** Told of each request that could be read. */
  readonly onRead: (request: OtlpRequest, spanCount: number) => void
  /** Told what became of a request's operations, once they are safe. */
  readonly onRecorded: (entries: readonly Entry[], recorded: readonly Recorded[]) => void
  readonly forward: Consume
}

/**
 * The line for traces: scan, recognize, rate, record, roll up, patch, forward. A request is accepted only
 * when the ledger has committed its entries and the next hop has taken the spans. It is recorded
 * first: when the hop then refuses, the sender comes again, and its entries are duplicates, which
 * are forwarded again and add nothing. Other spans of the same traces are written down as well, so
 * that an agent's calls are known behind them, and say what is below them. A request without GenAI
 * spans and ancestors of some leaves as the bytes that came.
 */
export function createPipeline(pipeline: Pipeline): Consume {
  const { books, store, dimensions, aliases, onRead, onRecorded, forward } = pipeline
  const keys = createScanKeys(dimensions)
  const readEntries = createEntryReader(books, dimensions)
  const relatives = createRelativeReader()
  const rollup = createRollup(pipeline.rollup)
  return async (request, signal) => {
    const result = scanTraces(request.body, request.encoding, keys)
    if (result.kind === 'malformed') {
      return { kind: 'permanent', fault: 'malformed', message: result.reason }
    }
    const { scan } = result
    const found = readEntries(scan.spans)
    onRead(request, scan.spanCount)
    const entries = found.map(({ entry }) => entry)
    const { body, encoding } = request
    const { spans: others, relatives: kept } = relatives.read({ body, encoding, scan, found })
    if (entries.length + others.length === 0) return forward(request, signal)

    let recorded: readonly Recorded[]
    try {
      recorded = await store.record(entries, kept)
    } catch (error) {
      relatives.forget(entries)
      const message = `the ledger refused: ${(error as Error).message}`
      return { kind: 'retryable', message, cause: 'ledger' }
    }
    if (found.length > 0) onRecorded(entries, recorded)
    const rolled = rollup.add({ entries, recorded, relatives: kept })
    const patches = found.map(({ span, entry }, index): SpanPatch => {
      const { standing } = recorded[index]!
      const { block, attributes } = createCostAttributes(entry, standing, span, aliases)
      addRollupAttributes(rolled[index]!, attributes)
      return { span, block, attributes }
    })
    for (const [index, span] of others.entries()) {
      const attributes = addRollupAttributes(rolled[found.length + index]!)
      if (attributes.length > 0) patches.push({ span, attributes })
    }
    if (patches.length === 0) return forward(request, signal)
    const patched = scan.patch(patches)
    lendBody(patched)
    const answer = await forward({ ...request, body: patched }, signal)
    letGoOfBody(patched)
    return answer
  }
}
