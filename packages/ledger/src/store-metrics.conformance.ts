import { expect, test } from 'vitest'
import { createSampleEntry, type SampleFields } from './testing/sample-entries.ts'
import type { Place } from './testing/place.ts'

/** The part of the conformance suite that is about what only metrics need. */

const USD = 10n ** 18n
const NOTHING = { costCounts: [0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n], cacheSavedAtto: 0n }

function createCost(costAtto: bigint): Pick<SampleFields, 'lines'> {
  return { lines: [['input', 1, costAtto]] }
}

export function describeMetrics(place: Place): void {
  test('operations are counted by the bounds of their cost, a bound being the last below', async () => {
    const store = await place.open()
    const costs = [0n, USD / 10_000n, USD / 10_000n + 1n, USD / 20n, USD - 1n, USD, 5n * USD]
    await store.record(costs.map((cost, span) => createSampleEntry({ span, ...createCost(cost) })))
    await store.record([createSampleEntry({ span: 7, ...createCost(5n * USD + 1n) })])
    // Copies, and what has no known cost or never a bill, are in no bucket.
    const free = { operation: { role: 'free' }, status: 'free', lines: [] } as const
    await store.record([
      createSampleEntry({ span: 7, ...createCost(USD) }),
      createSampleEntry({ span: 8, status: 'unpriced' }),
      createSampleEntry({ span: 9, ...free }),
      createSampleEntry({ span: 10, operation: { role: 'container' } }),
      createSampleEntry({ span: 11, labels: { model: 'm2' }, status: 'partial' }),
    ])
    const totals = await store.totals()
    const found = totals.map(({ labels, status, costCounts }) => [
      labels['model'],
      status,
      costCounts,
    ])
    expect(found).toHaveLength(4)
    expect(found).toContainEqual(['m1', 'priced', [2n, 1n, 0n, 1n, 0n, 0n, 2n, 1n, 1n]])
    expect(found).toContainEqual(['m1', 'unpriced', NOTHING.costCounts])
    expect(found).toContainEqual(['m1', 'free', NOTHING.costCounts])
    expect(found).toContainEqual(['m2', 'partial', [1n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n]])
    expect(await store.verify({ limit: 10 })).toEqual([])
  })

  test('what caches saved and cost adds up over calls and beyond 64 bits', async () => {
    const store = await place.open()
    const much = { savedAtto: 10n ** 24n - 1n, extraAtto: 999_999_999n }
    await store.record([1, 2, 3].map((span) => createSampleEntry({ span, cache: much })))
    await store.record([
      createSampleEntry({ span: 4, cache: { savedAtto: 0n, extraAtto: 3n } }),
      createSampleEntry({ span: 5 }),
      createSampleEntry({ span: 6, labels: { model: 'm2' } }),
    ])
    const totals = await store.totals()
    const found = totals.map((total) => [
      total.labels['model'],
      total.cacheSavedAtto,
      total.cacheExtraAtto,
    ])
    expect(found).toHaveLength(2)
    expect(found).toContainEqual(['m1', 2_999_999_999_999_999_999_999_997n, 3_000_000_000n])
    expect(found).toContainEqual(['m2', 0n, 0n])
    expect(await store.verify({ limit: 10 })).toEqual([])
  })
}

export function describeNotes(place: Place): void {
  test('a note is written by whoever knows its version, and outlives the store', async () => {
    const store = await place.open()
    expect(await store.readNote('a')).toBeUndefined()
    expect(await store.writeNote('a', 'too early', 1)).toBe(false)
    expect(await store.writeNote('a', 'first', 0)).toBe(true)
    expect(await store.writeNote('a', 'also first', 0)).toBe(false)
    expect(await store.writeNote('a', 'größe 🤖', 1)).toBe(true)
    expect(await store.writeNote('a', 'late', 1)).toBe(false)
    expect(await store.writeNote('b', '', 0)).toBe(true)
    await store.close()
    await expect(store.readNote('a')).rejects.toThrow('is closed')
    const again = await place.open()
    expect(await again.readNote('a')).toEqual({ version: 2, text: 'größe 🤖' })
    expect(await again.readNote('b')).toEqual({ version: 1, text: '' })
  })

  test('of many who write a note at once, one does', async () => {
    const store = await place.open()
    const writers = Array.from({ length: 8 }, (_, index) => store.writeNote('a', `${index}`, 0))
    const written = await Promise.all(writers)
    const winners = written.flatMap((isWritten, index) => (isWritten ? [`${index}`] : []))
    expect(winners).toHaveLength(1)
    expect(await store.readNote('a')).toEqual({ version: 1, text: winners[0] })
  })
}
