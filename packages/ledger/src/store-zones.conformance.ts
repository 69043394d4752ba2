import { expect, test } from 'vitest'
import type { SpendQuery } from './store.ts'
import type { Place } from './testing/place.ts'
import { createSampleEntry } from './testing/sample-entries.ts'

/** The part of the conformance suite that is about calendars, filters and what has no price. */

/** When operations 0 to 7 start. Operation n costs 2^n: a sum names its operations. */
const STARTS = [
  '2026-02-28T18:29:59.999Z', // the last of February in Kolkata
  '2026-02-28T18:30:00Z', // the first of March in Kolkata, still February in Berlin
  '2026-02-28T23:00:00Z', // the first of March in Berlin
  '2026-03-01T22:59:00Z', // the last of Sunday in Berlin, Monday in Kolkata
  '2026-03-01T23:00:00Z', // Monday in Berlin
  '2026-03-29T21:59:59Z', // the last of a day of 23 hours in Berlin
  '2026-03-29T22:00:00Z', // the day after it
  '2027-01-01T00:00:00Z',
]

type Expected = readonly (readonly [start: string, operations: readonly number[]])[]

const CALENDARS: [question: Partial<SpendQuery>, expected: Expected][] = [
  [
    { zone: 'Europe/Berlin', granularity: 'day' },
    [
      ['2026-02-27T23:00Z', [0, 1]],
      ['2026-02-28T23:00Z', [2, 3]],
      ['2026-03-01T23:00Z', [4]],
      ['2026-03-28T23:00Z', [5]],
      ['2026-03-29T22:00Z', [6]],
      ['2026-12-31T23:00Z', [7]],
    ],
  ],
  [
    { zone: 'Europe/Berlin', granularity: 'week' },
    [
      ['2026-02-22T23:00Z', [0, 1, 2, 3]],
      ['2026-03-01T23:00Z', [4]],
      ['2026-03-22T23:00Z', [5]],
      ['2026-03-29T22:00Z', [6]],
      ['2026-12-27T23:00Z', [7]],
    ],
  ],
  [
    { zone: 'Asia/Kolkata', granularity: 'month' },
    [
      ['2026-01-31T18:30Z', [0]],
      ['2026-02-28T18:30Z', [1, 2, 3, 4, 5, 6]],
      ['2026-12-31T18:30Z', [7]],
    ],
  ],
  [
    { zone: 'Asia/Kolkata', granularity: 'day', toUnixMs: Date.parse('2026-03-01T23:00:00Z') },
    [
      ['2026-02-27T18:30Z', [0]],
      ['2026-02-28T18:30Z', [1, 2]],
      ['2026-03-01T18:30Z', [3]],
    ],
  ],
  [
    { zone: 'Asia/Kathmandu', granularity: 'hour', toUnixMs: Date.parse('2026-03-02T00:00:00Z') },
    [
      ['2026-02-28T18:15Z', [0, 1]],
      ['2026-02-28T22:15Z', [2]],
      ['2026-03-01T22:15Z', [3, 4]],
    ],
  ],
  [
    { granularity: 'month' },
    [
      ['2026-02-01T00:00Z', [0, 1, 2]],
      ['2026-03-01T00:00Z', [3, 4, 5, 6]],
      ['2027-01-01T00:00Z', [7]],
    ],
  ],
]

export function describeZones(place: Place): void {
  describeCalendars(place)
  describeUnpriced(place)
}

function describeCalendars(place: Place): void {
  test.each(CALENDARS)('calendar: %o', async (question, expected) => {
    const store = await place.open()
    await store.record(
      STARTS.map((start, n) =>
        createSampleEntry({
          span: n + 1,
          startUnixMs: Date.parse(start),
          lines: [['input', 1, 2n ** BigInt(n)]],
        }),
      ),
    )
    const rows = await store.spend({ by: [], ...question })
    expect(rows.map((row) => [row.startUnixMs, row.costAtto])).toEqual(
      expected.map(([start, operations]) => [
        Date.parse(start),
        operations.reduce((sum, n) => sum + 2n ** BigInt(n), 0n),
      ]),
    )
  })

  test('a zone that there is not is refused', async () => {
    const store = await place.open()
    await expect(store.spend({ by: [], zone: 'Europe/Atlantis' })).rejects.toThrow(RangeError)
  })

  test('filters by labels, which need not be asked for', async () => {
    const store = await place.open()
    await store.record([
      createSampleEntry({ span: 1, labels: { model: 'a', team: 'web' } }),
      createSampleEntry({ span: 2, labels: { model: 'a', team: 'search' } }),
      createSampleEntry({ span: 3, labels: { model: 'b', team: 'search' } }),
      createSampleEntry({ span: 4, labels: { model: 'b' } }),
    ])
    const count = async (where: NonNullable<SpendQuery['where']>) => {
      const rows = await store.spend({ by: ['model'], where })
      return rows.map((row) => [row.labels['model'], row.operations])
    }
    expect(await count({ team: ['search'] })).toEqual([
      ['a', 1n],
      ['b', 1n],
    ])
    expect(await count({ team: ['search', 'web'], model: ['a'] })).toEqual([['a', 2n]])
    expect(await count({ team: [''] })).toEqual([['b', 1n]])
    expect(await count({ team: ['sales'] })).toEqual([])
    expect(await count({ toString: [''] })).toHaveLength(2)
  })
}

function describeUnpriced(place: Place): void {
  test('what has no price, or not all of it', async () => {
    const store = await place.open()
    const labels = { provider: 'acme', model: 'new' }
    const unpriced = { status: 'unpriced', reason: 'unknown_model', labels } as const
    await store.record([
      createSampleEntry({ span: 1, ...unpriced, startUnixMs: Date.UTC(2026, 2, 1, 10, 30) }),
      createSampleEntry({ span: 2, ...unpriced, startUnixMs: Date.UTC(2026, 2, 3, 10, 59) }),
      createSampleEntry({
        span: 3,
        ...unpriced,
        labels: { ...labels, team: 'web' },
        startUnixMs: Date.UTC(2026, 2, 3, 10, 58),
      }),
      createSampleEntry({ span: 4, status: 'partial', reason: 'no_rate', labels }),
      createSampleEntry({ span: 5, ...unpriced, labels: {}, operation: { role: 'container' } }),
      createSampleEntry({ span: 6 }),
    ])
    const groups = await store.unpriced({ limit: 10 })
    expect(groups.map(({ example, ...group }) => [group, example?.rating.reason])).toEqual([
      [
        {
          ...labels,
          status: 'unpriced',
          operations: 3n,
          firstUnixMs: Date.UTC(2026, 2, 1, 10),
          lastUnixMs: Date.UTC(2026, 2, 3, 10),
        },
        'unknown_model',
      ],
      [
        {
          ...labels,
          status: 'partial',
          operations: 1n,
          firstUnixMs: Date.UTC(2026, 2, 1, 10),
          lastUnixMs: Date.UTC(2026, 2, 1, 10),
        },
        'no_rate',
      ],
    ])
    expect(await store.unpriced({ limit: 1 })).toHaveLength(1)
    const day = { fromUnixMs: Date.UTC(2026, 2, 2), toUnixMs: Date.UTC(2026, 2, 3) }
    expect(await store.unpriced({ ...day, limit: 10 })).toEqual([])
  })
}
