import { expect, test } from 'vitest'
import type { Store } from './store.ts'
import { expectCounted, type Place } from './testing/place.ts'
import { createSampleEntry, createTraceId, SAMPLE_START_UNIX_MS } from './testing/sample-entries.ts'

/** The part of the conformance suite that is about dropping what is old. */

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** After today, so that also a store that drops by days has nothing to keep. */
function afterToday(): number {
  return (Math.floor(Date.now() / DAY_MS) + 1) * DAY_MS
}

async function retain(store: Store, query: Omit<Parameters<Store['retain']>[0], 'limit'>) {
  const dropped = { entries: 0, hourly: 0, decisions: 0 }
  for (;;) {
    const step = await store.retain({ ...query, limit: 3 })
    dropped.entries += step.entries
    dropped.hourly += step.hourly
    dropped.decisions += step.decisions
    if (step.isDone) return dropped
  }
}

export function describeRetention(place: Place): void {
  test('entries that are dropped stay in every sum, which can still be verified', async () => {
    const store = await place.open()
    const entries = Array.from({ length: 8 }, (_, index) =>
      createSampleEntry({
        span: index + 1,
        trace: 1 + (index % 2),
        startUnixMs: SAMPLE_START_UNIX_MS + index * HOUR_MS,
        lines: [['input', index, BigInt(index) * 10n ** 17n]],
        ...(index === 7 && { operation: { role: 'container', errorType: 'timeout' } }),
      }),
    )
    await store.record(entries)
    const [totals, spend] = [
      await store.totals(),
      await store.spend({ by: [], granularity: 'hour' }),
    ]

    expect(await retain(store, { entriesBeforeUnixMs: SAMPLE_START_UNIX_MS })).toEqual({
      entries: 0,
      hourly: 0,
      decisions: 0,
    })
    expect(await store.entries({ traceId: createTraceId(1), limit: 10 })).toHaveLength(4)

    expect(await retain(store, { entriesBeforeUnixMs: afterToday() })).toEqual({
      entries: 8,
      hourly: 0,
      decisions: 0,
    })
    expect(await store.entries({ traceId: createTraceId(1), limit: 10 })).toEqual([])
    expect(await store.totals()).toEqual(totals)
    expect(await store.spend({ by: [], granularity: 'hour' })).toEqual(spend)
    expect(await store.verify({ limit: 10 })).toEqual([])

    // Beyond the window, a replay counts again; and so the sums have both.
    await store.close()
    const later = await place.open()
    const again = await later.record([entries[1]!])
    expect(again).toEqual([{ outcome: 'recorded', standing: 'counted' }])
    await expectCounted(later, 8)
    expect(await later.verify({ limit: 10 })).toEqual([])
  })

  test('an hour whose entries are gone belongs to the period that it begins in', async () => {
    const store = await place.open()
    // 10:15 and 10:45 UTC: 15:45 and 16:15 in Kolkata, whose hours begin at half past.
    await store.record([
      createSampleEntry({ span: 1, startUnixMs: SAMPLE_START_UNIX_MS - 15 * 60_000 }),
      createSampleEntry({ span: 2, startUnixMs: SAMPLE_START_UNIX_MS + 15 * 60_000 }),
    ])
    const count = async () => {
      const rows = await store.spend({ by: [], granularity: 'hour', zone: 'Asia/Kolkata' })
      return rows.map(({ startUnixMs, operations }) => [startUnixMs, operations])
    }
    const half = SAMPLE_START_UNIX_MS
    expect(await count()).toEqual([
      [half - HOUR_MS, 1n],
      [half, 1n],
    ])
    await retain(store, { entriesBeforeUnixMs: afterToday() })
    expect(await count()).toEqual([[half - HOUR_MS, 2n]])
    const fromUnixMs = half - HOUR_MS / 2
    const toUnixMs = half
    expect((await store.spend({ by: [], fromUnixMs, toUnixMs }))[0]!.operations).toBe(2n)
    expect(await store.spend({ by: [], fromUnixMs: half })).toEqual([])
  })

  test('hourly sums that are dropped leave totals, and nothing to find fault with', async () => {
    const store = await place.open()
    await store.record([
      createSampleEntry({ span: 1 }),
      createSampleEntry({ span: 2, startUnixMs: SAMPLE_START_UNIX_MS + DAY_MS }),
    ])
    const totals = await store.totals()
    await retain(store, {
      entriesBeforeUnixMs: afterToday(),
      hourlyBeforeUnixMs: SAMPLE_START_UNIX_MS + HOUR_MS,
    })
    await expectCounted(store, 1)
    expect(await store.totals()).toEqual(totals)
    expect(await store.verify({ limit: 10 })).toEqual([])
    // Such as a backfill: what comes to a dropped hour is counted, and dropped with the next step.
    await store.close()
    const later = await place.open()
    await later.record([createSampleEntry({ span: 3 })])
    expect(await later.verify({ limit: 10 })).toEqual([])
    await retain(later, { hourlyBeforeUnixMs: SAMPLE_START_UNIX_MS + HOUR_MS })
    expect(await later.verify({ limit: 10 })).toEqual([])
    await expectCounted(later, 1)
  })

  test('corrections are dropped with their entries', async () => {
    const store = await place.open()
    const container = createSampleEntry({ span: 1, operation: { role: 'container' } })
    await store.record([container])
    await store.settle({ beforeUnixMs: Date.now() + 1, limit: 10 })
    await expectCounted(store, 1)
    // The call below it comes late, and takes it back.
    await store.record([{ ...createSampleEntry({ span: 2 }), parentSpanId: container.spanId }])
    const totals = await store.totals()
    const spend = await store.spend({ by: [] })
    await retain(store, { entriesBeforeUnixMs: afterToday() })
    expect(await store.verify({ limit: 10 })).toEqual([])
    expect([await store.totals(), await store.spend({ by: [] })]).toEqual([totals, spend])
  })
}
