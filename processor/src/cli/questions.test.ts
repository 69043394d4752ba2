import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '@spancost/ledger'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEntry, startTestApi, TRACE_ONE, TRACE_TWO, type TestApi } from '../testing/api.ts'
import { runVerb } from '../testing/run-verb.ts'

/** spend, traces and unpriced: the same answers from a processor and from a ledger. */

let api: TestApi
let folder = ''
let path = ''
let config = ''

beforeAll(async () => {
  api = await startTestApi()
  folder = mkdtempSync(join(tmpdir(), 'spancost-questions-'))
  path = join(folder, 'ledger.db')
  config = join(folder, 'spancost.yaml')
  // Nobody listens on port 1.
  writeFileSync(config, `api:\n  endpoint: 127.0.0.1:1\nledger:\n  path: ${path}\n`)
  const store = await openSqliteStore({ path })
  await store.record([createEntry({})])
  await store.close()
})

afterAll(async () => {
  await api.stop()
  rmSync(folder, { recursive: true })
})

const ask = (...argv: string[]) => runVerb([...argv, '--api', `http://${api.address}`])

describe('spend', () => {
  test('of a processor, for people', async () => {
    const { code, stdout, stderr } = await ask('spend', '--by', 'model,team')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n')).toEqual([
      'model  team  USD  operations  priced  unpriced  input  output',
      'one    web    10           1       1         0     20      40',
      'one    -      10           1       1         0     20      40',
      'two    -       ?           1       0         1      7       0',
      'total         20           3       2         1     47      80',
      `from the beginning to now on, UTC; http://${api.address}`,
      '',
    ])
  })

  test('by day of a zone, filtered', async () => {
    const flags = ['--where', 'model=one', '--where', 'team=', '--zone', 'Asia/Kolkata']
    const { stdout } = await ask('spend', '--granularity', 'day', ...flags)
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      'start                   USD  operations  priced  input  output',
      '2026-08-01T00:00+05:30   10           1       1     20      40',
    ])
  })

  test('for programs', async () => {
    const { stdout } = await ask('spend', '--json')
    expect(JSON.parse(stdout)).toEqual(await api.json('/api/v1/spend'))
    const csv = await ask('spend', '--csv', '--by', 'model')
    expect(csv.stdout).toMatch(/^model,cost_usd,.*\r\none,20,4,16,/)
  })

  test('of a ledger that no processor serves', async () => {
    const { code, stdout } = await runVerb(['spend', '--config', config])
    expect(code).toBe(0)
    expect(stdout).toBe(
      'USD  operations  priced  input  output\n' +
        ' 10           1       1     20      40\n' +
        `from the beginning to now on, UTC; ${path}\n`,
    )
    const forced = await runVerb(['spend', '--config', config, '--ledger', '--json'])
    expect(JSON.parse(forced.stdout)).toMatchObject({ total: { operations: 1 } })
  })

  test.each([
    [['--from', 'later'], /^spancost: --from: expected ISO 8601 .* found "later"\n/],
    [['--by', 'Model'], /^spancost: --by: expected at most 8 different label names/],
    [['--json', '--csv'], /^spancost: --json and --csv cannot be given together\n/],
  ])('%j is bad usage', async (flags, message) => {
    const { code, stdout, stderr } = await ask('spend', ...flags)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })
})

test('traces', async () => {
  const { code, stdout } = await ask('traces', '--top', '2')
  expect(code).toBe(0)
  const blank = ' '.repeat(27)
  expect(stdout.split('\n').slice(0, 3)).toEqual([
    `trace${blank}  start                     USD  operations  unpriced`,
    `${TRACE_ONE}  2026-08-01T10:00:00.000Z   10           2         1`,
    `${TRACE_TWO}  2026-08-01T11:30:00.000Z   10           1         0`,
  ])
  const filtered = await ask('traces', '--where', 'team=web', '--json')
  expect(JSON.parse(filtered.stdout)).toEqual(
    await api.json('/api/v1/traces?where=team%3Dweb&limit=10'),
  )
  expect(JSON.parse(filtered.stdout)).toMatchObject({ traces: [{ operations: 1 }] })
  expect((await ask('traces', '--top', 'all')).code).toBe(2)
})

test('unpriced is a finding, with the lines to add', async () => {
  const { code, stdout } = await ask('unpriced')
  expect(code).toBe(1)
  expect(stdout).toContain('acme two: 1 unpriced\n')
  expect(stdout).toContain('  unknown_model: no price of "two" is known; for example in trace 0af')
  expect(stdout).toContain('        - provider: acme\n          model: two\n')
  expect((await ask('unpriced', '--where', 'model=one')).code).toBe(0)
  const none = await ask('unpriced', '--to', '2026-01-01')
  expect(none.code).toBe(0)
  expect(none.stdout).toMatch(/^everything has a price\n/)
})

describe('what cannot be asked', () => {
  test('nobody listens, or there is no ledger', async () => {
    const nobody = await runVerb(['spend', '--api', 'http://127.0.0.1:2'])
    expect(nobody).toMatchObject({ code: 1, stdout: '' })
    expect(nobody.stderr).toContain('cannot ask http://127.0.0.1:2: ')
    const absent = join(folder, 'absent.yaml')
    writeFileSync(absent, `api:\n  endpoint: 127.0.0.1:1\nledger:\n  path: ${folder}/none.db\n`)
    expect(await runVerb(['spend', '--config', absent])).toEqual({
      code: 1,
      stdout: '',
      stderr: `spancost: there is no ledger at ${folder}/none.db\n`,
    })
  })

  test('someone else listens', async () => {
    const server: Server = createServer((_, response) => response.end('<html>'))
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const address = server.address() as { port: number }
    const { code, stderr } = await runVerb(['spend', '--api', `http://127.0.0.1:${address.port}`])
    server.close()
    expect(code).toBe(1)
    expect(stderr).toContain('answers 200: this is no spancost processor, or an older one')
  })

  test('a URL that is none', async () => {
    expect((await runVerb(['spend', '--api', 'localhost'])).code).toBe(2)
  })
})
