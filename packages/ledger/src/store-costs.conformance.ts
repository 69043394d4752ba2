import { expect, test } from 'vitest'
import { createSampleEntry, SAMPLE_START_UNIX_MS } from './testing/sample-entries.ts'
import { recordReversal, type Place } from './testing/place.ts'

/** The part of the conformance suite that is about what single operations cost. */

/** Cost, operations, saved, extra; by cost, as rows come in any order. */
async function list(
  store: Awaited<ReturnType<Place['open']>>,
  query: { fromUnixMs?: number; toUnixMs?: number; limit: number },
) {
  const rows = await store.costs(query)
  return rows
    .toSorted((a, b) => Number(a.costAtto - b.costAtto))
    .map((row) => [row.costAtto, row.operations, row.cacheSavedAtto, row.cacheExtraAtto])
}

export function describeCosts(place: Place): void {
  test('the newest operations come with what each cost and what caches did, the same ones together', async () => {
    const store = await place.open()
    const cache = { savedAtto: 5n * 10n ** 18n + 7n, extraAtto: 2n }
    await store.record([
      createSampleEntry({ span: 1, startUnixMs: SAMPLE_START_UNIX_MS + 1 }),
      createSampleEntry({ span: 2, trace: 2, startUnixMs: SAMPLE_START_UNIX_MS + 2 }),
      createSampleEntry({ span: 3, trace: 3, lines: [['input', 1, 30n * 10n ** 18n + 1n]], cache }),
      // Unknown is not nothing, and what is never billed says nothing of what calls cost.
      createSampleEntry({ span: 4, trace: 4, status: 'unpriced', reason: 'unknown_model' }),
      createSampleEntry({ span: 5, trace: 5, lines: [], operation: { role: 'free' } }),
    ])
    const dear = [30n * 10n ** 18n + 1n, 1, 5n * 10n ** 18n + 7n, 2n]
    expect(await list(store, { limit: 10 })).toEqual([[25n, 2, 0n, 0n], dear])
    expect(await list(store, { limit: 2 })).toEqual([[25n, 2, 0n, 0n]])
    const before = { toUnixMs: SAMPLE_START_UNIX_MS + 1, limit: 10 }
    expect(await list(store, before)).toEqual([dear])
    const [row] = await store.costs(before)
    expect(row!.labels).toEqual({ model: 'm1' })
  })

  test('are those that count now, at the prices that are in force', async () => {
    const store = await place.open()
    await recordReversal(store)
    // The better sighting: 4 x 2 + 6 x 1 would be wrong here, lines say 2 and 1.
    expect(await list(store, { limit: 10 })).toEqual([[3n, 1, 0n, 0n]])
    const entry = createSampleEntry({ span: 9, trace: 9 })
    await store.record([entry])
    const { traceId, spanId, rating } = entry
    const lines = rating.lines.map((line) => ({ ...line, costAtto: 70n }))
    await store.reprice([{ traceId, spanId, rating: { ...rating, lines, costAtto: 70n } }])
    expect(await list(store, { limit: 10 })).toEqual([
      [3n, 1, 0n, 0n],
      [70n, 1, 0n, 0n],
    ])
    await store.reprice([
      { traceId, spanId, rating: { status: 'unpriced', reason: 'no_rate', book: 'b', lines: [] } },
    ])
    expect(await list(store, { limit: 10 })).toEqual([[3n, 1, 0n, 0n]])
  })
}
