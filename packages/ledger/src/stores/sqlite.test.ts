import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeStore } from '../store.conformance.ts'
import type { Entry } from '../entry.ts'
import type { Store } from '../store.ts'
import { recordReversal } from '../testing/place.ts'
import { REPRICING_FAULTS, recordRepricings } from '../testing/planted-faults.ts'
import {
  createSampleEntry,
  createTraceId,
  SAMPLE_START_UNIX_MS,
} from '../testing/sample-entries.ts'
import { SUM_PARTS_OF_HOURS } from './sqlite-spend.ts'
import { openSqliteStore } from './sqlite.ts'

describeStore('SQLite', (folder) => openSqliteStore({ path: join(folder, 'ledger.db') }))

let folder = ''
let path = ''
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'))
  path = join(folder, 'ledger.db')
  store = await openSqliteStore({ path })
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

/** Closes the ledger, changes its file behind its back, and opens it again. */
async function tamper(sql: string): Promise<void> {
  await store.close()
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
  store = await openSqliteStore({ path })
}

test.each([
  ['UPDATE totals SET cost_bucket_2 = cost_bucket_2 + 1', 'costCounts', [1n, 0n, 0n]],
  ['UPDATE totals SET cache_extra_atto = cache_extra_atto - 1', 'cacheExtraAtto', 7n],
  ['UPDATE entries SET cache_saved_nano = 0', 'cacheSavedAtto', 0n],
] as const)('what metrics need is verified, too: %s', async (sql, figure, truth) => {
  const cache = { savedAtto: 10n ** 9n, extraAtto: 7n }
  await store.record([createSampleEntry({ cache })])
  expect(await store.verify({ limit: 10 })).toEqual([])
  await tamper(sql)
  const faults = await store.verify({ limit: 10 })
  const found = faults.map((fault) => {
    const value = 'entries' in fault ? fault.entries?.[figure] : undefined
    return [fault.table, typeof value === 'object' ? value.slice(0, 3) : value]
  })
  expect(found).toEqual([['totals', truth]])
})

test.each([
  [
    'a correction',
    'UPDATE corrections SET cost_input_atto = cost_input_atto - 1',
    ['hourly', 'reversals', 'corrections', 'trace_hours'],
  ],
  ['a correction that is gone', 'DELETE FROM corrections', ['hourly', 'reversals', 'trace_hours']],
  ['reversals', 'UPDATE reversals SET operations = 5', ['reversals']],
])('a planted fault in %s is found', async (_, sql, shown) => {
  await recordReversal(store)
  expect(await store.verify({ limit: 10 })).toEqual([])
  await tamper(sql)
  const tables = (await store.verify({ limit: 10 })).map(({ table }) => table)
  expect(tables).toEqual(shown)
})

test.each(REPRICING_FAULTS)(
  'a re-pricing that was tampered with is found: %s',
  async (sql, shown) => {
    await recordRepricings(store)
    expect(await store.verify({ limit: 10 })).toEqual([])
    await tamper(sql)
    expect(await listFaultyTables()).toEqual(shown)
  },
)

async function listFaultyTables(): Promise<string[]> {
  return [...new Set((await store.verify({ limit: 10 })).map(({ table }) => table))]
}

test.each([
  ['UPDATE trace_hours SET cost_atto = cost_atto + 1', ['trace_hours']],
  ['UPDATE trace_hours SET operations = 0', ['trace_hours']],
  ['UPDATE trace_hours SET hour = hour + 5', ['trace_hours']],
  ['UPDATE trace_hours SET is_spread = 0', ['trace_hours']],
  ['DELETE FROM trace_hours', ['trace_hours']],
  // A mark may outlive the other hours; it costs time, and no truth.
  ['UPDATE trace_hours SET is_spread = 1', []],
])('costs of traces by the hour are verified: %s', async (sql, shown) => {
  const startUnixMs = SAMPLE_START_UNIX_MS + 3_600_000
  await store.record([createSampleEntry({ span: 1 }), createSampleEntry({ span: 2, startUnixMs })])
  await store.record([createSampleEntry({ trace: 2 })])
  expect(await store.verify({ limit: 10 })).toEqual([])
  await tamper(sql)
  expect(await listFaultyTables()).toEqual(shown)
})

test('whole hours are never read from entries, parts of them always', async () => {
  await store.record([createSampleEntry()])
  await tamper('DELETE FROM entries')
  // The sample starts in the middle of an hour.
  const fromUnixMs = SAMPLE_START_UNIX_MS - 30 * 60_000
  const toUnixMs = fromUnixMs + 60 * 60_000
  expect(await store.spend({ by: [], fromUnixMs, toUnixMs })).toHaveLength(1)
  expect(await store.spend({ by: [], fromUnixMs: fromUnixMs + 1, toUnixMs })).toEqual([])
})

test('when the transaction fails, all of its calls reject and nothing is written', async () => {
  await store.record([createSampleEntry({ span: 1 })])
  await tamper(`CREATE TRIGGER fault BEFORE INSERT ON entries
    WHEN NEW.span_id = x'0000000000000003' BEGIN SELECT RAISE(ABORT, 'planted fault'); END`)
  const before = await store.totals()

  const fresh = { labels: { model: 'new' } }
  const results = await Promise.allSettled([
    store.record([createSampleEntry({ span: 2, ...fresh })]),
    store.record([createSampleEntry({ span: 3 })]),
    store.record([createSampleEntry({ span: 4 })]),
  ])
  const message = `cannot write to the ledger ${path}: planted fault`
  expect(results).toMatchObject(results.map(() => ({ status: 'rejected', reason: { message } })))
  expect(await store.totals()).toEqual(before)
  expect(await store.entries({ traceId: createTraceId(1), limit: 10 })).toHaveLength(1)

  // The label set of the failed transaction is gone, so it must be written anew.
  const again = await store.record([createSampleEntry({ span: 2, ...fresh })])
  expect(again).toEqual([{ outcome: 'recorded', standing: 'counted' }])
  expect((await store.spend({ by: ['model'] })).map((row) => row.labels['model'])).toEqual([
    'm1',
    'new',
  ])
})

test('totals of more label sets than are read at a time are all told, once', async () => {
  const entries = Array.from({ length: 1_001 }, (_, at) =>
    createSampleEntry({ trace: at + 1, labels: { model: `m${at}` } }),
  )
  await store.record(entries)
  const models = (await store.totals()).map(({ labels }) => labels['model'])
  expect(models).toEqual(entries.map(({ labels }) => labels['model']))
})

test('the dearest traces are those by all of their operations, wherever they lie', async () => {
  const hourMs = 3_600_000
  const at = SAMPLE_START_UNIX_MS
  const create = (trace: number, span: number, startUnixMs: number, costAtto: bigint) =>
    createSampleEntry({ trace, span, startUnixMs, lines: [['input', 1, costAtto]] })
  // Trace 1 lies in two hours, which its rows learn in two calls; 2 and 3 in one.
  await store.record([create(1, 1, at, 10n ** 18n), create(2, 1, at, 6n * 10n ** 18n)])
  await store.record([create(1, 2, at + hourMs, 7n * 10n ** 18n), create(3, 1, at, 10n ** 9n - 1n)])
  await store.record([create(4, 1, at + hourMs, 5n)])
  const list = async (fromUnixMs: number, toUnixMs: number) =>
    (await store.topTraces({ fromUnixMs, toUnixMs, limit: 2 })).map((trace) => [
      Number.parseInt(trace.traceId, 16),
      trace.costAtto,
    ])
  const dearest = [1, 8n * 10n ** 18n]
  const hour = at - (at % hourMs)
  expect(await list(hour, hour + hourMs)).toEqual([dearest, [2, 6n * 10n ** 18n]])
  expect(await list(hour + hourMs, hour + 2 * hourMs)).toEqual([dearest, [4, 5n]])
  expect(await list(at, at + 1)).toEqual([dearest, [2, 6n * 10n ** 18n]])
  expect(await list(at + 1, at + hourMs)).toEqual([])
  await tamper('DELETE FROM trace_hours WHERE is_spread = 0')
  expect(await list(hour, hour + hourMs)).toEqual([dearest])
})

test('a sum that would pass 64 bits fails aloud and stays as it was', async () => {
  await store.record([createEntryOf(1, 1n)])
  await tamper('UPDATE totals SET cost_input_nano = 9223372036854775806')

  await store.record([createEntryOf(2, 1n)])
  expect((await store.totals())[0]!.costAtto).toBe((2n ** 63n - 1n) * 10n ** 9n)
  await expect(store.record([createEntryOf(3, 1n)])).rejects.toThrow(
    'cannot store REAL value in INTEGER column totals.cost_input_nano',
  )
  expect((await store.totals())[0]!.costAtto).toBe((2n ** 63n - 1n) * 10n ** 9n)
  expect((await store.spend({ by: [] }))[0]!.operations).toBe(2n)

  await store.record([createEntryOf(4, -7n)])
  expect((await store.totals())[0]!.costAtto).toBe((2n ** 63n - 8n) * 10n ** 9n)
})

function createEntryOf(span: number, costNano: bigint): Entry {
  return createSampleEntry({ span, lines: [['input', 1, costNano * 10n ** 9n]] })
}

test('hours that are cut in two are found by index, however much there is beside them', async () => {
  await store.close()
  const database = new DatabaseSync(path)
  const plan = database.prepare(`EXPLAIN QUERY PLAN ${SUM_PARTS_OF_HOURS}`).all('[[0,1,0,9]]')
  database.close()
  const steps = plan.map(({ detail }) => String(detail))
  expect(steps.filter((step) => /^SCAN (entries|corrections|lines)/.test(step))).toEqual([])
  expect(steps.join()).toContain('SEARCH entries USING INDEX entries_by_start')
  expect(steps.join()).toContain('SEARCH corrections USING INDEX corrections_by_start')
})
