import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openSqliteStore, type Entry } from '@spancost/ledger'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runVerb } from '../testing/run-verb.ts'

let folder = ''
let path = ''
let config = ''

/** 2026-03-01T10:30Z, 0.25 USD for 10 tokens, twice: one that ended in an error. */
const ENTRIES: readonly Entry[] = ['1', '2'].map((span) => ({
  traceId: 'a'.repeat(32),
  spanId: span.padStart(16, '0'),
  parentSpanId: '',
  spanName: 'chat m',
  startTimeUnixNano: 1_772_361_000_000_000_000n,
  endTimeUnixNano: 1_772_361_001_000_000_000n,
  operation: {
    dialect: 'otel',
    role: 'leaf',
    name: 'chat',
    usage: {},
    ...(span === '2' && { errorType: 'timeout' }),
  },
  units: new Map([['input', 10]]),
  rating: {
    status: 'priced',
    book: 'test@1',
    lines: [{ unit: 'input', quantity: 10, rate: '0.025', costAtto: 25n * 10n ** 16n }],
    costAtto: 25n * 10n ** 16n,
  },
  labels: { model: 'm' },
}))

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spancost-ledger-'))
  path = join(folder, 'ledger.db')
  config = join(folder, 'spancost.yaml')
  writeFileSync(config, `ledger:\n  path: ${path}\n`)
  const store = await openSqliteStore({ path })
  await store.record(ENTRIES)
  await store.close()
})
afterEach(() => rmSync(folder, { recursive: true }))

function plant(sql: string): void {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

function verify(...flags: string[]) {
  return runVerb(['ledger', 'verify', '--config', config, ...flags])
}

test('a ledger that adds up', async () => {
  const stdout = `${path}: sums, entries, corrections and re-pricings agree\n`
  expect(await verify()).toEqual({ code: 0, stdout, stderr: '' })
  const { code, stdout: json } = await verify('--json')
  expect(code).toBe(0)
  expect(JSON.parse(json)).toEqual({ ledger: path, valid: true, faults: [] })
})

test.each([
  [
    'UPDATE hourly SET cost_input_atto = cost_input_atto + 1',
    'hourly 2026-03-01T10:00:00.000Z {"model":"m"} priced: ' +
      'cost.input 0.500000000000000001, the entries say 0.5\n',
  ],
  [
    "UPDATE totals SET operations = 9, tokens_input = 11 WHERE error_type = 'timeout'",
    'totals {"model":"m"} priced timeout: ' +
      'operations 9, the entries say 1; tokens.input 11, the entries say 10\n',
  ],
  [
    "DELETE FROM totals WHERE error_type = 'timeout'",
    'totals {"model":"m"} priced timeout: operations no row, the entries say 1; ' +
      'cost.input no row, the entries say 0.25; cost.output no row, the entries say 0; ' +
      'cost.cache_read no row, the entries say 0; cost.cache_write no row, the entries say 0; ' +
      'cost.other no row, the entries say 0; tokens.input no row, the entries say 10; ' +
      'tokens.output no row, the entries say 0; tokens.cache_read no row, the entries say 0; ' +
      'tokens.cache_write no row, the entries say 0; tokens.reasoning no row, the entries say 0; ' +
      'cost.buckets no row, the entries say 0 0 0 0 0 1 0 0 0; ' +
      'cache.saved no row, the entries say 0; cache.extra no row, the entries say 0\n',
  ],
])('a planted fault is found: %s', async (sql, stdout) => {
  plant(sql)
  expect(await verify()).toEqual({ code: 1, stdout, stderr: '' })
})

test('a lost entry shows in all sums', async () => {
  plant("DELETE FROM entries WHERE error_type = 'timeout'")
  const { code, stdout } = await verify('--json')
  const { faults } = JSON.parse(stdout) as { faults: { table: string; differences: unknown[] }[] }
  expect(code).toBe(1)
  expect(faults.map(({ table }) => table)).toEqual(['hourly', 'totals', 'trace_hours'])
  expect(faults[0]).toEqual({
    table: 'hourly',
    start: '2026-03-01T10:00:00.000Z',
    labels: { model: 'm' },
    status: 'priced',
    differences: [
      { figure: 'operations', kept: '2', entries: '1' },
      { figure: 'cost.input', kept: '0.5', entries: '0.25' },
      { figure: 'tokens.input', kept: '20', entries: '10' },
    ],
  })
})

test('a cost of a trace that is wrong, as a line and as JSON', async () => {
  plant('UPDATE trace_hours SET cost_atto = cost_atto + 1')
  const traceId = 'a'.repeat(32)
  const start = '2026-03-01T10:00:00.000Z'
  const problem = 'it is not what the entries and corrections of the hour add up to'
  const stdout = `trace_hours ${start} ${traceId}: ${problem}\n`
  expect(await verify()).toEqual({ code: 1, stdout, stderr: '' })
  const { stdout: json } = await verify('--json')
  expect(JSON.parse(json)).toMatchObject({
    faults: [{ table: 'trace_hours', start, traceId, problem }],
  })
})

test('limbs that carry differently are the same sum', async () => {
  plant(`UPDATE hourly SET cost_input_nano = cost_input_nano - 1,
    cost_input_atto = cost_input_atto + 1000000000`)
  expect((await verify()).code).toBe(0)
})

test('a ledger in use, or none, is said to be so', async () => {
  const store = await openSqliteStore({ path })
  const used = await verify()
  await store.close()
  expect(used.code).toBe(1)
  expect(used.stderr).toContain(`cannot open the ledger ${path}: another process is using it`)

  rmSync(path)
  const absent = await verify()
  expect(absent).toEqual({
    code: 1,
    stdout: '',
    stderr: `spancost: there is no ledger at ${path}\n`,
  })
  expect(existsSync(path)).toBe(false)
})

test.each([[[]], [['repair']], [['verify', 'twice']], [['export']], [['import', 'a', 'b']]])(
  'ledger %j is bad usage',
  async (operands) => {
    const { code, stderr } = await runVerb(['ledger', ...operands])
    expect(code).toBe(2)
    expect(stderr).toContain('expected `ledger verify`, `ledger export FILE`')
  },
)
