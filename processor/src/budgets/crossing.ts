import { measure, type Budget, type createCharger, type Labels } from '@spancost/budget'
import { countTokens, type Store, type StoredEntry } from '@spancost/ledger'
import type { Standing } from './standing.ts'

/** An operation that took a counter over a line. */
export interface Crossing {
  readonly traceId: string
  readonly spanId: string
}

/** What crossed a line between two looks has mostly begun in the hour before. */
const LOOK_BACK_MS = 3_600_000
const PAGE = 2_000
const MAX_PAGES = 10

/**
 * The operation that took a counter over an amount: of those recorded last, taken away from what is
 * spent one after the other, the first without which the amount is not reached. `undefined` where
 * that lies further back than an hour or 20 000 operations, or a correction did it.
 */
export async function findCrossing(
  budget: Budget,
  { key, window, assessment }: Standing,
  amount: bigint,
  { store, chargesOf }: { store: Store; chargesOf: ReturnType<typeof createCharger> },
  nowUnixMs: number,
): Promise<Crossing | undefined> {
  const counts = (labels: Labels, startUnixMs: number): boolean =>
    chargesOf(labels, startUnixMs).some(
      (charge) =>
        charge.budget.id === budget.id && charge.key === key && charge.window.id === window.id,
    )
  const fromUnixMs = Math.max(window.startUnixMs, nowUnixMs - LOOK_BACK_MS)
  const recent: StoredEntry[] = []
  for (let page = 0, after: StoredEntry | undefined; page < MAX_PAGES; page += 1) {
    const range = { fromUnixMs, limit: PAGE, ...(after !== undefined && { after }) }
    const entries = await store.entriesBetween(range)
    const counted = entries.filter(
      ({ standing, labels, startTimeUnixNano }) =>
        standing === 'counted' && counts(labels, Number(startTimeUnixNano / 1_000_000n)),
    )
    recent.push(...counted)
    after = entries.at(-1)
    if (entries.length < PAGE) break
  }
  let { spent } = assessment
  // Of those that were recorded together, the one that began last came last.
  for (const entry of recent.reverse().sort((a, b) => b.recordedAtUnixMs - a.recordedAtUnixMs)) {
    spent -= measureEntry(budget, entry)
    if (spent < amount) return { traceId: entry.traceId, spanId: entry.spanId }
  }
  return undefined
}

function measureEntry({ limit }: Budget, { rating, units }: StoredEntry): bigint {
  const costAtto = rating.costAtto ?? 0n
  return measure(limit, { costAtto, operations: 1n, tokens: countTokens(units) })
}
