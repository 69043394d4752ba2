import {
  openSqliteStore,
  type Entry,
  type Labels,
  type Standing,
  type Store,
} from '@spancost/ledger'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Dimension } from '../config.ts'
import { createEntry } from '../testing/api.ts'
import { createCostMeter } from './cost-meter.ts'
import type { MetricAttributes } from './cost-metric.ts'

const USD = 10n ** 18n

let store: Store
beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' })
})
afterEach(() => store.close())

/** Records entries under ids of their own. */
async function record(...changes: Partial<Entry>[]): Promise<Standing[]> {
  const entries = changes.map((change, index) =>
    createEntry({ spanId: (index + 1).toString(16).padStart(16, '0'), ...change }),
  )
  return (await store.record(entries)).map(({ standing }) => standing)
}

/** Points by metric, in any order. */
async function read(dimensions: readonly Dimension[] = []) {
  const { metrics } = await createCostMeter(store, dimensions).read()
  return Object.fromEntries(
    metrics.map(({ name, points }) => [
      name,
      points.map(({ attributes, figures }): [MetricAttributes, bigint, ...bigint[]] => {
        const [value = 0n, ...counts] = figures
        return [attributes, value, ...counts]
      }),
    ]),
  )
}

const sumOf = (points: [MetricAttributes, bigint, ...bigint[]][] = []): bigint =>
  points.reduce((sum, [, value]) => sum + value, 0n)

const CHAT = {
  'gen_ai.provider.name': 'acme',
  'gen_ai.response.model': 'one',
  'gen_ai.operation.name': 'chat',
  'service.name': 'shop',
}

test('an empty ledger has metrics without points', async () => {
  const { metrics } = await createCostMeter(store, []).read()
  const about = metrics.map(({ name, unit, kind, scale, points }) => [
    `${name} ${unit} ${kind} ${scale}`,
    points,
  ])
  expect(about).toEqual([
    ['spancost.cost {USD} sum atto', []],
    ['spancost.tokens {token} sum whole', []],
    ['spancost.operations {operation} sum whole', []],
    ['spancost.cost.reversed {USD} sum atto', []],
    ['spancost.tokens.reversed {token} sum whole', []],
    ['spancost.operations.reversed {operation} sum whole', []],
    ['spancost.operation.cost {USD} histogram atto', []],
    ['spancost.cache.savings {USD} sum atto', []],
    ['spancost.cache.premium {USD} sum atto', []],
    ['spancost.cost.rate {USD}/h gauge atto', []],
  ])
  expect(metrics[6]!.bounds).toEqual([0.0001, 0.001, 0.01, 0.05, 0.1, 0.5, 1, 5])
})

test('calls add up by part and token type, under the names of the conventions', async () => {
  // Each: 20 in for 2 USD, 40 out for 8 USD.
  const cache = { savedAtto: 5n, extraAtto: 7n }
  await record({ rating: { ...createEntry({}).rating, cache } }, {})
  expect(await read()).toEqual({
    'spancost.cost': [
      [{ ...CHAT, 'spancost.cost.part': 'input' }, 4n * USD],
      [{ ...CHAT, 'spancost.cost.part': 'output' }, 16n * USD],
    ],
    'spancost.tokens': [
      [{ ...CHAT, 'gen_ai.token.type': 'input' }, 40n],
      [{ ...CHAT, 'gen_ai.token.type': 'output' }, 80n],
    ],
    'spancost.operations': [[{ ...CHAT, 'spancost.cost.status': 'priced' }, 2n]],
    'spancost.cost.reversed': [],
    'spancost.tokens.reversed': [],
    'spancost.operations.reversed': [],
    'spancost.operation.cost': [[CHAT, 20n * USD, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 2n]],
    'spancost.cache.savings': [[CHAT, 5n]],
    'spancost.cache.premium': [[CHAT, 7n]],
    // The sample calls were some time ago.
    'spancost.cost.rate': [],
  })
})

test('every unit goes into one part and one token type: they add up to the whole', async () => {
  const lines = [
    { unit: 'input', quantity: 1, rate: '1', costAtto: 1n },
    { unit: 'input_image', quantity: 2, rate: '1', costAtto: 20n },
    { unit: 'cache_read', quantity: 3, rate: '1', costAtto: 300n },
    { unit: 'cache_write', quantity: 4, rate: '1', costAtto: 4000n },
    { unit: 'cache_write_1h', quantity: 5, rate: '1', costAtto: 50_000n },
    { unit: 'output', quantity: 6, rate: '1', costAtto: 600_000n },
    { unit: 'reasoning', quantity: 7, rate: '1', costAtto: 7_000_000n },
    { unit: 'web_search', quantity: 8, rate: '1', costAtto: 80_000_000n },
  ] as const
  const units = new Map(lines.map(({ unit, quantity }) => [unit, quantity]))
  const rating = { status: 'priced', book: 'test@1', lines, costAtto: 87_654_321n } as const
  await record({ labels: {}, units, rating })
  const metrics = await read()
  expect(metrics['spancost.cost']).toEqual([
    [{ 'spancost.cost.part': 'input' }, 21n],
    [{ 'spancost.cost.part': 'output' }, 7_600_000n],
    [{ 'spancost.cost.part': 'cache_read' }, 300n],
    [{ 'spancost.cost.part': 'cache_write' }, 54_000n],
    [{ 'spancost.cost.part': 'other' }, 80_000_000n],
  ])
  expect(sumOf(metrics['spancost.cost'])).toBe(87_654_321n)
  expect(metrics['spancost.tokens']).toEqual([
    [{ 'gen_ai.token.type': 'input' }, 3n],
    [{ 'gen_ai.token.type': 'output' }, 6n],
    [{ 'gen_ai.token.type': 'cache_read' }, 3n],
    [{ 'gen_ai.token.type': 'cache_write' }, 9n],
    [{ 'gen_ai.token.type': 'reasoning' }, 7n],
  ])
})

test('operations are told apart by status and error; what costs nothing has no cost', async () => {
  const unpriced = { status: 'unpriced', reason: 'no_usage', book: 'test@1', lines: [] } as const
  const free = { status: 'free', book: 'test@1', lines: [], costAtto: 0n } as const
  const none = { labels: {}, units: new Map() }
  const { operation } = createEntry({})
  const failed = { ...operation, errorType: 'timeout' }
  const standings = await record(
    { ...none, rating: unpriced },
    { ...none, rating: unpriced, operation: failed },
    { ...none, rating: free },
    { ...none, rating: unpriced, operation: { ...operation, role: 'container' } },
  )
  expect(standings).toEqual(['counted', 'counted', 'counted', 'held'])
  const metrics = await read()
  expect(metrics['spancost.cost']).toEqual([])
  expect(metrics['spancost.tokens']).toEqual([])
  // A free model's call costs 0, which is known; what is unpriced is not 0.
  expect(metrics['spancost.operation.cost']).toEqual([[{}, 0n, 1n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n]])
  expect(new Set(metrics['spancost.operations'])).toEqual(
    new Set([
      [{ 'spancost.cost.status': 'unpriced' }, 1n],
      [{ 'spancost.cost.status': 'unpriced', 'error.type': 'timeout' }, 1n],
      [{ 'spancost.cost.status': 'free' }, 1n],
    ]),
  )
})

describe('dimensions', () => {
  const TEAM: Dimension = { name: 'team', from: ['team.id', 'team'], metric: true }
  const USER: Dimension = { name: 'user', from: ['user.id'], metric: false }
  const label = (labels: Labels): Partial<Entry> => ({ labels })

  test('are named by their first key; those that metrics lack are summed over', async () => {
    await record(
      label({ team: 'a', user: 'x' }),
      label({ team: 'a', user: 'y' }),
      label({ team: 'b', user: 'x' }),
      label({ user: 'z' }),
    )
    const { 'spancost.operations': operations } = await read([TEAM, USER])
    const priced = { 'spancost.cost.status': 'priced' }
    expect(operations).toEqual([
      [{ 'team.id': 'a', ...priced }, 2n],
      [{ 'team.id': 'b', ...priced }, 1n],
      [priced, 1n],
    ])
  })

  test('that are not configured any more drop out', async () => {
    await record(label({ team: 'a' }), label({ team: 'b' }))
    const { 'spancost.cost': cost } = await read([])
    expect(cost).toEqual([
      [{ 'spancost.cost.part': 'input' }, 4n * USD],
      [{ 'spancost.cost.part': 'output' }, 16n * USD],
    ])
  })
})

test('what corrections took back is told beside the sums, which do not fall', async () => {
  await record({})
  const [total] = await store.totals()
  const tokens = { input: 20n, output: 40n, cache_read: 0n, cache_write: 0n, reasoning: 0n }
  const parts = { input: 2n * USD, output: 8n * USD, cache_read: 0n, cache_write: 0n, other: 0n }
  const reversed = { ...total!, operations: 1n, costAtto: 10n * USD, parts, tokens }
  const { metrics } = await createCostMeter(store, []).read([{ ...total!, reversed }])
  const sumsOf = (name: string) =>
    metrics.find((metric) => metric.name === name)!.points.map(({ figures }) => figures[0])
  expect(sumsOf('spancost.cost')).toEqual([2n * USD, 8n * USD])
  expect(sumsOf('spancost.cost.reversed')).toEqual([2n * USD, 8n * USD])
  expect(sumsOf('spancost.tokens.reversed')).toEqual([20n, 40n])
  expect(sumsOf('spancost.operations.reversed')).toEqual([1n])
})

test('the newest counted operation of a bucket is its exemplar', async () => {
  const meter = createCostMeter(store, [])
  const entries = [
    createEntry({ spanId: '000000000000000a' }),
    createEntry({ spanId: '000000000000000b' }),
    createEntry({ spanId: '000000000000000c', operation: { ...CONTAINER } }),
  ]
  const before = Date.now()
  const attributes = entries.map(({ labels }) => meter.attributesOf(labels))
  meter.exemplars.offer(entries, await store.record(entries), attributes)
  // Again: a duplicate is no new example.
  const again = entries.slice(0, 1)
  meter.exemplars.offer(again, await store.record(again), attributes)
  const { metrics } = await meter.read()
  const exemplars = metrics[6]!.points[0]!.exemplars!
  const unixMs = exemplars[8]!.unixMs
  expect([...exemplars.keys()].filter((bucket) => exemplars[bucket] !== undefined)).toEqual([8])
  expect(exemplars[8]).toEqual({
    traceId: entries[0]!.traceId,
    spanId: '000000000000000b',
    costAtto: 10n * USD,
    unixMs,
  })
  expect(unixMs).toBeGreaterThanOrEqual(before)
})

const CONTAINER = { dialect: 'otel', role: 'container', name: 'invoke_agent', usage: {} } as const

describe('beyond 2000 sets', () => {
  const rating = {
    status: 'priced',
    book: 'test@1',
    lines: [{ unit: 'input', quantity: 5, rate: '1', costAtto: 7n }],
    costAtto: 7n,
  } as const
  const units = new Map([['input', 5]] as const)
  const list = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      traceId: prefix.repeat(32),
      labels: { model: `${prefix}${index}` },
      rating,
      units,
    }))
  const overflow = { 'otel.metric.overflow': true }

  test('the rest is one point that says so, and nothing is lost', async () => {
    await record(...list('b', 2003))
    const metrics = await read()
    const expected = { 'spancost.cost': 7n, 'spancost.tokens': 5n, 'spancost.operations': 1n }
    for (const [name, each] of Object.entries(expected)) {
      const points = metrics[name]!
      expect([points.length, points[2000]]).toEqual([2001, [overflow, 3n * each]])
      expect(points[0]?.[0]).toMatchObject({ 'gen_ai.response.model': 'b0' })
      expect(points[1999]?.[0]).toMatchObject({ 'gen_ai.response.model': 'b1999' })
      expect(sumOf(points)).toBe(2003n * each)
    }
    expect(metrics['spancost.operation.cost']![2000]).toEqual([
      overflow,
      21n,
      3n,
      0n,
      0n,
      0n,
      0n,
      0n,
      0n,
      0n,
      0n,
    ])

    // Sets that are known keep counting for themselves, also from what comes last.
    await record({ traceId: 'f'.repeat(32), labels: { model: 'b0', user: 'x' }, rating, units })
    expect((await read())['spancost.operations']?.[0]?.[1]).toBe(2n)
  })

  test('a set that had a point keeps it, whatever stands before it in the ledger later', async () => {
    await record(...list('b', 1999))
    const first = createCostMeter(store, [])
    await first.read()
    // Sorted before all others by whom it belongs to: the first label set gets a second status.
    await record({
      ...list('b', 1)[0]!,
      traceId: 'e'.repeat(32),
      rating: { ...rating, status: 'partial', reason: 'no_rate' },
    })
    await record(...list('c', 3))
    const modelsOf = (points: [MetricAttributes, bigint, ...bigint[]][] = []) =>
      points.map(([attributes]) => attributes['gen_ai.response.model'])
    for (const read2 of [() => read(), () => read()]) {
      const { 'spancost.operations': points } = await read2()
      expect(points).toHaveLength(2001)
      expect(points![2000]).toEqual([overflow, 3n])
      expect(modelsOf(points)).toContain('b1998')
      expect(modelsOf(points)).not.toContain('c0')
    }
  })
})
