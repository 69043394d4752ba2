import { UNITS } from '@spancost/genai'
import { expect, test } from 'vitest'
import type { Labels } from './entry.ts'
import type { Place } from './testing/place.ts'
import { addUp, addUpBy, keySums, pickSums, takeBack } from './testing/plain-sums.ts'
import { createSampleEntry, createTraceId, type SampleFields } from './testing/sample-entries.ts'

/** The part of the conformance suite that is about sums: what is in them, and what by. */

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const NOON_MS = Date.UTC(2026, 2, 1, 12)

export function describeSums(place: Place): void {
  testFigures(place)
  testAgainstEntries(place)
  testLabels(place)
  testTotals(place)
  testTopTraces(place)
}

function testFigures(place: Place): void {
  test('cost by part, tokens by type, operations by status', async () => {
    const store = await place.open()
    await store.record([
      createSampleEntry({
        span: 1,
        lines: [
          ['input', 100, 1_000_000_000_000_000_001n],
          ['cache_read', 30, 20n],
          ['cache_write_1h', 5, 300n],
          ['reasoning', 7, 4_000n],
          ['output', 2, 50_000n],
          ['web_search', 1, 600_000n],
        ],
      }),
      createSampleEntry({ span: 2, lines: [['input', 11, 0n]], status: 'unpriced' }),
      createSampleEntry({ span: 3, lines: [['input_audio', 1, 9n]], status: 'partial' }),
      createSampleEntry({ span: 4, lines: [], status: 'free', operation: { role: 'free' } }),
    ])
    expect(await store.spend({ by: [] })).toEqual([
      {
        labels: {},
        operations: 4n,
        costAtto: 1_000_000_000_000_654_330n,
        parts: {
          input: 1_000_000_000_000_000_010n,
          output: 54_000n,
          cache_read: 20n,
          cache_write: 300n,
          other: 600_000n,
        },
        tokens: { input: 112n, output: 2n, cache_read: 30n, cache_write: 5n, reasoning: 7n },
        statuses: { priced: 1n, unpriced: 1n, partial: 1n, free: 1n },
      },
    ])
  })

  test('sums go on far beyond 2^63 atto, and corrections lower them', async () => {
    const store = await place.open()
    const most = 10n ** 24n
    const entries = Array.from({ length: 40 }, (_, index) =>
      createSampleEntry({ span: index + 1, lines: [['output', 1, most - 1n]] }),
    )
    const correction = createSampleEntry({
      span: 99,
      lines: [
        ['output', 0, -most],
        ['input', 0, -3n],
      ],
    })
    await store.record(entries)
    await store.record([correction])
    const [row] = await store.spend({ by: [] })
    expect(row!.parts.output).toBe(38_999_999_999_999_999_999_999_960n)
    expect(row!.parts.input).toBe(-3n)
    expect(row!.costAtto).toBe(38_999_999_999_999_999_999_999_957n)
    const [total] = await store.totals()
    expect(total!.costAtto).toBe(38_999_999_999_999_999_999_999_957n)
    const [trace] = await store.topTraces({ limit: 1 })
    expect(trace!.costAtto).toBe(38_999_999_999_999_999_999_999_957n)
  })
}

function testAgainstEntries(place: Place): void {
  test('all sums equal the entries, whatever way they are asked for', async () => {
    const store = await place.open()
    const entries = createVariedEntries()
    for (let start = 0; start < entries.length; start += 37) {
      await store.record(entries.slice(start, start + 37))
    }
    const traceIds = new Set(entries.map(({ traceId }) => traceId))
    const stored = await Promise.all(
      [...traceIds].map((traceId) => store.entries({ traceId, limit: 1_000 })),
    )
    const counted = stored.flat().filter(({ standing }) => standing === 'counted')
    expect(counted.length).toBeLessThan(entries.length)

    const all = await store.spend({ by: [] })
    expect(all.map(pickSums)).toEqual([addUp(counted)])

    const byHour = await store.spend({ by: ['team', 'model'], granularity: 'hour' })
    expect(keySums(byHour, (row) => keyOf(row.labels, row.startUnixMs))).toEqual(
      addUpBy(counted, ({ startTimeUnixNano, labels }) => {
        const startMs = Number(startTimeUnixNano / 1_000_000n)
        return keyOf(labels, startMs - (startMs % HOUR_MS))
      }),
    )

    const totals = await store.totals()
    expect(
      keySums(takeBack(totals), (row) => keyOf(row.labels, row.status, row.errorType)),
    ).toEqual(
      addUpBy(counted, ({ labels, rating, operation }) =>
        keyOf(labels, rating.status, operation.errorType),
      ),
    )

    const traces = await store.topTraces({ limit: 1_000 })
    expect(keySums(traces, ({ traceId }) => traceId)).toEqual(
      addUpBy(counted, ({ traceId }) => traceId),
    )
  })
}

function keyOf({ team, model }: Labels, ...rest: unknown[]): string {
  return JSON.stringify([team, model, ...rest])
}

/** Every unit, status and role, three days, several traces, missing labels, a few repeats. */
function createVariedEntries() {
  const statuses = ['priced', 'partial', 'estimated', 'unpriced'] as const
  const roles = ['leaf', 'leaf', 'leaf', 'container', 'free'] as const
  return Array.from({ length: 400 }, (_, index) =>
    createSampleEntry({
      trace: 1 + (index % 7),
      span: 1 + Math.floor(index / 7) - (index % 11 === 10 ? 1 : 0),
      startUnixMs: NOON_MS + ((index * 7_919) % 4_320) * MINUTE_MS,
      operation: {
        role: roles[index % roles.length]!,
        ...(index % 4 === 0 && { responseId: `r${index % 24}` }),
        ...(index % 13 === 0 && { errorType: 'timeout' }),
      },
      lines: [
        [UNITS[index % UNITS.length]!, index, BigInt(index) ** 9n],
        ['reasoning', 3 * index, -(BigInt(index) ** 4n)],
      ],
      status: statuses[index % statuses.length]!,
      labels: {
        model: `m${index % 3}`,
        ...(index % 2 === 0 && { team: `t${index % 5}` }),
      },
    }),
  )
}

function testLabels(place: Place): void {
  test('rows are by the labels asked for; missing and unknown labels are left out', async () => {
    const store = await place.open()
    const labelSets: Labels[] = [
      { model: 'm1', team: 'a' },
      { team: 'b', model: 'm1' },
      { model: 'm2', team: 'a' },
      { model: 'm2' },
      {},
    ]
    await store.record(labelSets.map((labels, span) => createSampleEntry({ span, labels })))
    const ask = async (by: string[]) => {
      const rows = await store.spend({ by })
      const found = rows.map(({ labels, operations }) => `${JSON.stringify(labels)} ${operations}`)
      return found.sort()
    }
    expect(await ask([])).toEqual(['{} 5'])
    expect(await ask(['team'])).toEqual(['{"team":"a"} 2', '{"team":"b"} 1', '{} 2'])
    expect(await ask(['team', 'model', 'team'])).toEqual([
      '{"model":"m2"} 1',
      '{"team":"a","model":"m1"} 1',
      '{"team":"a","model":"m2"} 1',
      '{"team":"b","model":"m1"} 1',
      '{} 1',
    ])
    expect(await ask(['nothing', '__proto__', 'constructor'])).toEqual(['{} 5'])
  })

  test('the order in which labels are given makes no difference', async () => {
    const store = await place.open()
    await store.record([
      createSampleEntry({ span: 1, labels: { a: '1', b: '2' } }),
      createSampleEntry({ span: 2, labels: { b: '2', a: '1' } }),
    ])
    expect(await store.totals()).toHaveLength(1)
  })

  test('labels of a megabyte, and labels named like parts of objects, are kept', async () => {
    const store = await place.open()
    const long = 'größe'.repeat(175_000)
    const labels = Object.fromEntries([
      ['__proto__', 'p'],
      ['model', long],
    ])
    await store.record([createSampleEntry({ span: 1, labels })])
    await store.record([
      createSampleEntry({ span: 2, labels }),
      createSampleEntry({ span: 3, labels: { ...labels, model: `${long}!` } }),
    ])
    const rows = await store.spend({ by: ['model', '__proto__'] })
    const found = rows.map((row) => [row.operations, Object.entries(row.labels)])
    expect(found).toHaveLength(2)
    expect(found).toContainEqual([
      2n,
      [
        ['model', long],
        ['__proto__', 'p'],
      ],
    ])
    expect(await store.totals()).toHaveLength(2)
    const [stored] = await store.entries({ traceId: createTraceId(1), limit: 1 })
    expect(new Map(Object.entries(stored!.labels))).toEqual(new Map(Object.entries(labels)))
  })
}

function testTotals(place: Place): void {
  test('totals are by labels, status and error type, and go on after opening again', async () => {
    const store = await place.open()
    const failed = { errorType: 'timeout' }
    await store.record([
      createSampleEntry({ span: 1 }),
      createSampleEntry({ span: 2, operation: failed, status: 'unpriced' }),
      createSampleEntry({ span: 3, operation: failed }),
    ])
    await store.close()
    const again = await place.open()
    await again.record([
      createSampleEntry({ span: 4, startUnixMs: 0 }),
      createSampleEntry({ span: 5, labels: { model: 'm2' } }),
    ])
    const totals = await again.totals()
    const found = totals.map((total) => [
      total.labels['model'],
      total.status,
      total.errorType,
      total.operations,
      total.costAtto,
    ])
    expect(found).toHaveLength(4)
    expect(found).toContainEqual(['m1', 'priced', undefined, 2n, 50n])
    expect(found).toContainEqual(['m1', 'priced', 'timeout', 1n, 25n])
    expect(found).toContainEqual(['m1', 'unpriced', 'timeout', 1n, 0n])
    expect(found).toContainEqual(['m2', 'priced', undefined, 1n, 25n])
    expect(totals.filter((total) => 'errorType' in total)).toHaveLength(2)
  })
}

function testTopTraces(place: Place): void {
  test('the most expensive traces first, whole, if a counted operation is in the range', async () => {
    const store = await place.open()
    const container = { operation: { role: 'container' } } as const
    const dollar = 10n ** 18n
    await store.record([
      createSampleEntry({ trace: 1, startUnixMs: NOON_MS, ...createCost(dollar + 1_100_000_000n) }),
      createSampleEntry({ trace: 2, span: 1, startUnixMs: NOON_MS, ...createCost(5n) }),
      createSampleEntry({ trace: 2, span: 2, startUnixMs: NOON_MS + 5, ...container }),
      createSampleEntry({ trace: 2, span: 3, startUnixMs: NOON_MS + 9, status: 'unpriced' }),
      // Two amounts that must be added up whole to be more than the first trace's.
      createSampleEntry({
        trace: 3,
        span: 1,
        startUnixMs: NOON_MS + 1,
        ...createCost(dollar + 600_000_000n),
      }),
      createSampleEntry({
        trace: 3,
        span: 2,
        startUnixMs: NOON_MS + 2,
        ...createCost(600_000_000n),
      }),
      createSampleEntry({ trace: 4, startUnixMs: NOON_MS, ...container }),
      createSampleEntry({
        trace: 5,
        startUnixMs: NOON_MS + 2,
        ...createCost(dollar + 1_200_000_001n),
      }),
    ])
    const ask = async (query: { fromUnixMs?: number; toUnixMs?: number; limit: number }) => {
      const traces = await store.topTraces(query)
      return traces.map(({ traceId }) => Number(traceId))
    }
    expect(await ask({ limit: 10 })).toEqual([5, 3, 1, 2])
    expect(await ask({ limit: 2 })).toEqual([5, 3])
    expect(await ask({ fromUnixMs: NOON_MS + 2, limit: 10 })).toEqual([5, 3, 2])
    expect(await ask({ toUnixMs: NOON_MS + 1, limit: 10 })).toEqual([1, 2])
    expect(await ask({ fromUnixMs: NOON_MS + 3, toUnixMs: NOON_MS + 9, limit: 10 })).toEqual([])

    const [trace] = await store.topTraces({ fromUnixMs: NOON_MS + 9, limit: 10 })
    expect(trace).toMatchObject({
      traceId: createTraceId(2),
      startUnixMs: NOON_MS,
      operations: 2n,
      unpriced: 1n,
      costAtto: 5n,
    })
  })

  test('with a filter, the traces and unpriced groups of what matches, and no more of them', async () => {
    const store = await place.open()
    const call = (trace: number, span: number, team: string, costAtto?: bigint) =>
      createSampleEntry({
        trace,
        span,
        startUnixMs: NOON_MS,
        labels: { ...(team !== '' && { team }), model: 'm', provider: 'p' },
        ...(costAtto === undefined ? { status: 'unpriced' } : createCost(costAtto)),
      })
    await store.record([
      call(1, 1, 'web', 7n),
      call(1, 2, 'search', 100n),
      call(2, 3, 'web', 9n),
      call(3, 4, '', 50n),
      call(3, 5, 'web'),
      call(4, 6, 'search'),
    ])
    const ask = async (...teams: readonly string[]) => {
      const where = { team: teams }
      const traces = await store.topTraces({ where, limit: 10 })
      const unpriced = await store.unpriced({ where, limit: 10 })
      const costs = traces.map((one) => [Number(one.traceId), one.costAtto, one.operations])
      return [costs, unpriced.map(({ operations, example }) => [operations, example?.labels])]
    }
    const web = { team: 'web', model: 'm', provider: 'p' }
    expect(await ask('web')).toEqual([
      [
        [2, 9n, 1n],
        [1, 7n, 1n],
        [3, 0n, 1n],
      ],
      [[1n, web]],
    ])
    expect(await ask('')).toEqual([[[3, 50n, 1n]], []])
    expect(await ask('web', '')).toEqual([
      [
        [3, 50n, 2n],
        [2, 9n, 1n],
        [1, 7n, 1n],
      ],
      [[1n, web]],
    ])
    expect(await ask('nobody')).toEqual([[], []])
    expect(await ask()).toEqual([[], []])
  })
}

function createCost(costAtto: bigint): Pick<SampleFields, 'lines'> {
  return { lines: [['input', 1, costAtto]] }
}
