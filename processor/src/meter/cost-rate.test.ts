import { openSqliteStore, type SpendRow, type Store } from '@spancost/ledger'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEntry } from '../testing/api.ts'
import { createCostRate } from './cost-rate.ts'

const USD = 10n ** 18n
/** Half past ten. */
const NOW_MS = Date.UTC(2026, 2, 1, 10, 30)
const MINUTE_MS = 60_000

let store: Store
beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' })
})
afterEach(() => store.close())

/** Records calls of 10 USD each that started so many minutes before now. */
async function record(minutes: readonly number[], labels = { model: 'm' }): Promise<void> {
  const entries = minutes.map((minute, index) => {
    const startTimeUnixNano = BigInt(NOW_MS - minute * MINUTE_MS) * 1_000_000n
    const spanId = (index + 1).toString(16).padStart(16, '0')
    return createEntry({ spanId, startTimeUnixNano, endTimeUnixNano: startTimeUnixNano, labels })
  })
  await store.record(entries)
}

test('is what the calls of the last 60 minutes cost, by labels', async () => {
  await record([-1, 0, 1 / 60_000, 29, 31, 60, 60 + 1 / 60_000, 300])
  const rows = await createCostRate(store, ['model'])(NOW_MS)
  expect(rows.map(({ labels, costAtto }) => [labels, costAtto])).toEqual([
    // From 9:30 on, up to and without now.
    [{ model: 'm' }, 40n * USD],
  ])
})

test('is read again after ten seconds', async () => {
  const read = createCostRate(store, [])
  expect(await read(NOW_MS)).toEqual([])
  await record([5])
  expect(await read(NOW_MS + 9_999)).toEqual([])
  expect((await read(NOW_MS + 10_000))[0]!.costAtto).toBe(10n * USD)
  // Also where the clock was set back.
  await record([6], { model: 'n' })
  expect(await read(NOW_MS - MINUTE_MS)).toHaveLength(1)
})

test('where there are many calls, the first clock hour gives its share', async () => {
  const startOf = (hour: number) => Date.UTC(2026, 2, 1, hour)
  const asked: unknown[] = []
  const row = (hour: number, model: string, costAtto: bigint) => ({
    startUnixMs: startOf(hour),
    labels: { model },
    costAtto,
    operations: 10_000n,
  })
  const spend: Store['spend'] = async (query) => {
    asked.push(query)
    const rows = [row(9, 'a', 41n), row(10, 'a', 7n), row(10, 'b', 9n)]
    return rows as unknown as SpendRow[]
  }
  const rows = await createCostRate({ ...store, spend }, ['model'])(NOW_MS)
  expect(rows).toEqual([
    // Half of the hour from 9 to 10 lies within the last 60 minutes.
    { labels: { model: 'a' }, costAtto: 20n },
    { labels: { model: 'a' }, costAtto: 7n },
    { labels: { model: 'b' }, costAtto: 9n },
  ])
  expect(asked).toEqual([
    { fromUnixMs: startOf(9), toUnixMs: startOf(11), by: ['model'], granularity: 'hour' },
  ])
})
