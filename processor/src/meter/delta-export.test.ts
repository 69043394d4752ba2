import { openSqliteStore, type Store } from '@spancost/ledger'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createEntry } from '../testing/api.ts'
import { createCostMeter } from './cost-meter.ts'
import type { CostMetric } from './cost-metric.ts'
import { createDeltaExport } from './delta-export.ts'
import type { TimeRange } from './otlp-request.ts'

let store: Store
beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' })
})
afterEach(async () => {
  vi.useRealTimers()
  await store.close()
})

async function record(...spanIds: string[]): Promise<void> {
  await store.record(spanIds.map((id) => createEntry({ spanId: id.padStart(16, '0') })))
}

interface Sent extends TimeRange {
  readonly operations: bigint
}

/** An exporter whose receiver answers `answers` in turn, and then accepts. */
async function start(sent: Sent[], answers: boolean[] = [], leaseMs?: number) {
  const meter = createCostMeter(store, [])
  const exported = createDeltaExport({
    store,
    meter,
    dimensions: [],
    name: 'one',
    ...(leaseMs !== undefined && { leaseMs }),
    send: async (metrics, range) => {
      sent.push({ ...range, operations: countOperations(metrics) })
      return answers.shift() ?? true
    },
  })
  await exported.begin()
  return exported
}

function countOperations(metrics: readonly CostMetric[]): bigint {
  const found = metrics.find(({ name }) => name === 'spancost.operations')
  return found!.points.reduce((sum, { figures: [count = 0n] }) => sum + count, 0n)
}

test('a new ledger is delivered from its beginning on', async () => {
  const sent: Sent[] = []
  const exported = await start(sent)
  await exported.run()
  expect(sent).toEqual([])
  await record('1', '2')
  await exported.run()
  await exported.run()
  expect(sent).toEqual([
    { startUnixMs: store.beganAtUnixMs, endUnixMs: expect.any(Number), operations: 2n },
  ])
})

test('an exporter that is added later begins there', async () => {
  await record('1', '2')
  const sent: Sent[] = []
  const before = Date.now()
  const exported = await start(sent)
  await record('3')
  await exported.run()
  expect(sent).toMatchObject([{ operations: 1n }])
  expect(sent[0]!.startUnixMs).toBeGreaterThanOrEqual(before)
})

test('what was refused goes again as it was, also after a restart, and then what came since', async () => {
  const sent: Sent[] = []
  const exported = await start(sent, [false, false])
  await record('1')
  await exported.run()
  await record('2')
  await exported.run()
  const again = await start(sent)
  await again.run()
  await again.run()
  const [first, second, third, last] = sent
  expect(first!.operations).toBe(1n)
  expect([second, third]).toEqual([first, first])
  expect(last).toMatchObject({ startUnixMs: first!.endUnixMs, operations: 1n })
  expect(sent).toHaveLength(4)
})

test('a clock that is set back makes no range that ends before it starts', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
  const sent: Sent[] = []
  const exported = await start(sent)
  await record('1')
  await exported.run()
  vi.setSystemTime(Date.now() - 30_000)
  await record('2')
  await exported.run()
  expect(sent[1]).toEqual({
    startUnixMs: sent[0]!.endUnixMs,
    endUnixMs: sent[0]!.endUnixMs + 1,
    operations: 1n,
  })
})

test('on a shared ledger one processor delivers, until it has not for a while', async () => {
  const sent: Sent[] = []
  const one = await start(sent, [false], 60_000)
  const other = await start(sent, [], 60_000)
  await record('1')
  await one.run()
  await other.run()
  expect(sent).toHaveLength(1)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_001 })
  await other.run()
  expect(sent).toEqual([sent[0], sent[0]])
  await record('2')
  await one.run()
  expect(sent).toHaveLength(2)
  await other.run()
  expect(sent[2]).toMatchObject({ startUnixMs: sent[0]!.endUnixMs, operations: 1n })
})
