import { expect, test } from 'vitest'
import type { SpendQuery, Store } from './store.ts'
import type { Place } from './testing/place.ts'
import { createSampleEntry } from './testing/sample-entries.ts'

/** The part of the conformance suite that is about time: ranges, hours and days. */

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const NOON_MS = Date.UTC(2026, 2, 1, 12)

/** When operations 0 to 7 start, from noon on. Operation n costs 2^n: a sum names its operations. */
const STARTS_MS = [
  -HOUR_MS,
  -1,
  0,
  20 * MINUTE_MS,
  40 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  12 * HOUR_MS,
]

const RANGES: [name: string, range: Omit<SpendQuery, 'by'>, operations: number[]][] = [
  ['no bounds', {}, [0, 1, 2, 3, 4, 5, 6, 7]],
  ['from the hour', from(0), [2, 3, 4, 5, 6, 7]],
  ['to the hour', to(0), [0, 1]],
  ['one hour', { ...from(0), ...to(HOUR_MS) }, [2, 3, 4]],
  ['within an hour', { ...from(1), ...to(40 * MINUTE_MS) }, [3]],
  ['to the end of an hour', { ...from(20 * MINUTE_MS), ...to(HOUR_MS) }, [3, 4]],
  ['two parts that meet', { ...from(-1), ...to(1) }, [1, 2]],
  ['parts and hours', { ...from(-1), ...to(3 * HOUR_MS + 1) }, [1, 2, 3, 4, 5, 6]],
  ['a part at the start', { ...from(40 * MINUTE_MS), ...to(3 * HOUR_MS) }, [4, 5]],
  ['a part at the end', { ...from(-HOUR_MS), ...to(20 * MINUTE_MS) }, [0, 1, 2]],
  ['nothing', { ...from(HOUR_MS + 1), ...to(3 * HOUR_MS) }, []],
  ['an empty range', { ...from(0), ...to(0) }, []],
  ['a backward range', { ...from(HOUR_MS), ...to(0) }, []],
  ['before 1970', { fromUnixMs: -5, toUnixMs: -1 }, []],
]

export function describeRanges(place: Place): void {
  test.each(RANGES)('range: %s', async (_, range, operations) => {
    const store = await openWithOperations(place)
    const rows = await store.spend({ by: [], ...range })
    const costAtto = operations.reduce((sum, operation) => sum + 2n ** BigInt(operation), 0n)
    expect(rows.map((row) => row.costAtto)).toEqual(operations.length === 0 ? [] : [costAtto])
  })

  test('by hour and by day of UTC, also where the range cuts into one', async () => {
    const store = await openWithOperations(place)
    const range = { by: [], ...from(-1), ...to(12 * HOUR_MS + 1) }
    const byHour = await store.spend({ ...range, granularity: 'hour' })
    expect(byHour.map((row) => [(row.startUnixMs! - NOON_MS) / HOUR_MS, row.costAtto])).toEqual([
      [-1, 2n],
      [0, 28n],
      [1, 32n],
      [3, 64n],
      [12, 128n],
    ])
    const byDay = await store.spend({ ...range, granularity: 'day' })
    expect(byDay.map((row) => [row.startUnixMs, row.costAtto])).toEqual([
      [Date.UTC(2026, 2, 1), 126n],
      [Date.UTC(2026, 2, 2), 128n],
    ])
    const [row] = await store.spend(range)
    expect(row).not.toHaveProperty('startUnixMs')
  })

  test('an operation from the last hour that OTLP can say is in the sums', async () => {
    const store = await place.open()
    const startTimeUnixNano = 2n ** 64n - 1n
    await store.record([{ ...createSampleEntry({ startTimeUnixNano }), endTimeUnixNano: 0n }])
    const [row] = await store.spend({ by: [], granularity: 'hour' })
    expect(row!.startUnixMs).toBe(5_124_095 * HOUR_MS)
  })
}

/** Beside each operation there is a container, which is not spend. */
async function openWithOperations(place: Place): Promise<Store> {
  const store = await place.open()
  const entries = STARTS_MS.flatMap((startMs, operation) => {
    const startUnixMs = NOON_MS + startMs
    const container = { trace: 2, operation: { role: 'container' } } as const
    return [
      createSampleEntry({
        span: operation,
        startUnixMs,
        lines: [['input', 1, 2n ** BigInt(operation)]],
      }),
      createSampleEntry({ span: operation, startUnixMs, ...container }),
    ]
  })
  await store.record(entries)
  return store
}

function from(fromNoonMs: number) {
  return { fromUnixMs: NOON_MS + fromNoonMs }
}

function to(fromNoonMs: number) {
  return { toUnixMs: NOON_MS + fromNoonMs }
}
