import type { Entry, Labels, Standing, Store } from '@spancost/ledger'
import { openSqliteStore } from '@spancost/ledger'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Dimension } from './config.ts'
import { readCostMetrics, type MetricAttributes } from './meter.ts'
import { createEntry } from './testing/api.ts'

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
  const metrics = await readCostMetrics(store, dimensions)
  return Object.fromEntries(
    metrics.map(({ name, points }) => [
      name,
      points.map(({ attributes, value }): [MetricAttributes, bigint] => [attributes, value]),
    ]),
  )
}

const sumOf = (points: [MetricAttributes, bigint][] = []): bigint =>
  points.reduce((sum, [, value]) => sum + value, 0n)

const CHAT = {
  'gen_ai.provider.name': 'acme',
  'gen_ai.response.model': 'one',
  'gen_ai.operation.name': 'chat',
  'service.name': 'shop',
}

test('an empty ledger has metrics without points', async () => {
  const metrics = await readCostMetrics(store, [])
  const about = metrics.map(({ name, unit, scale, points }) => [name, unit, scale, points])
  expect(about).toEqual([
    ['spancost.cost', '{USD}', 'atto', []],
    ['spancost.tokens', '{token}', 'whole', []],
    ['spancost.operations', '{operation}', 'whole', []],
  ])
})

test('calls add up by part and token type, under the names of the conventions', async () => {
  // Each: 20 in for 2 USD, 40 out for 8 USD.
  await record({}, {})
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

test('beyond 2000 sets the rest is one point that says so, and nothing is lost', async () => {
  const models = Array.from({ length: 2003 }, (_, index): Labels => ({ model: `m${index}` }))
  const rating = {
    status: 'priced',
    book: 'test@1',
    lines: [{ unit: 'input', quantity: 5, rate: '1', costAtto: 7n }],
    costAtto: 7n,
  } as const
  const units = new Map([['input', 5]] as const)
  await record(...models.map((labels) => ({ labels, rating, units })))
  const metrics = await read()
  const overflow = { 'otel.metric.overflow': true }
  const expected = { 'spancost.cost': 7n, 'spancost.tokens': 5n, 'spancost.operations': 1n }
  for (const [name, each] of Object.entries(expected)) {
    const points = metrics[name]!
    expect([points.length, points[2000]]).toEqual([2001, [overflow, 3n * each]])
    expect(points[0]?.[0]).toMatchObject({ 'gen_ai.response.model': 'm0' })
    expect(points[1999]?.[0]).toMatchObject({ 'gen_ai.response.model': 'm1999' })
    expect(sumOf(points)).toBe(2003n * each)
  }

  // Sets that are known keep counting for themselves, also from what comes last.
  const labels = { model: 'm0', user: 'x' }
  const again = createEntry({ traceId: 'f'.repeat(32), labels, rating, units })
  await store.record([again])
  expect((await read())['spancost.operations']?.[0]?.[1]).toBe(2n)
})
