/**
 * How fast decisions are answered over HTTP on loopback, by a real processor with many budgets and a
 * full ledger, beside bare updates of the database under it:
 *
 *   npm run bench:decisions [-- --budgets N --entries N --decisions N --callers N] [--store sqlite]
 *
 * Prints one line of JSON for each measurement. `ratio` is decisions to bare `UPDATE ... RETURNING`
 * of one row by the same number of connections (of SQLite: by one), each in a commit of its own, in
 * the same run. The load is a process of its own on the same machine and takes a part of it.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openPostgresStore, openSqliteStore } from '@spancost/ledger'
import { makeFolder, stopEverything } from '../end-to-end/children.ts'
import { endWithUs } from '../end-to-end/end-with-us.ts'
import { startProcessor } from '../end-to-end/processor.ts'
import { startPostgres } from '../faults/postgres.ts'
import type { Load, Loaded } from './decisions/client.ts'
import { createBudgets, fill, measurePostgres, measureSqlite } from './decisions/ledger.ts'

const { values: flags } = parseArgs({
  options: {
    budgets: { type: 'string', default: '10000' },
    entries: { type: 'string', default: '1000000' },
    decisions: { type: 'string', default: '40000' },
    callers: { type: 'string', default: '16' },
    store: { type: 'string', default: 'both' },
    /** Where the processor writes a CPU profile: only to look what takes its time. */
    profile: { type: 'string' },
  },
})

const CLIENT = fileURLToPath(new URL('decisions/client.js', import.meta.url))
const [budgets, decisions, callers] = [flags.budgets, flags.decisions, flags.callers].map(
  Number,
) as [number, number, number]
const BARE_UPDATES = 4_000

try {
  if (flags.store !== 'postgres') await benchSqlite()
  if (flags.store !== 'sqlite') await benchPostgres()
} finally {
  await stopEverything()
}

async function benchSqlite(): Promise<void> {
  const file = path.join(await makeFolder(), 'ledger.db')
  const store = await openSqliteStore({ path: file })
  await fill(store, Number(flags.entries), createBudgets(budgets))
  await store.close()
  const bare = (): Promise<number> => measureSqlite(BARE_UPDATES, budgets)
  await bench('sqlite', { path: file }, bare)
}

async function benchPostgres(): Promise<void> {
  const postgres = await startPostgres({ isDurable: true })
  if (postgres === undefined) return
  const store = await openPostgresStore({ url: postgres.url })
  await fill(store, Number(flags.entries), createBudgets(budgets))
  await store.close()
  const bare = (): Promise<number> => measurePostgres(postgres.url, BARE_UPDATES, budgets, callers)
  await bench('postgres', { store: 'postgres', url: postgres.url }, bare)
}

async function bench(
  store: string,
  ledger: Readonly<Record<string, string>>,
  measureBare: () => Promise<number>,
): Promise<void> {
  const env =
    flags.profile === undefined
      ? {}
      : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${path.resolve(flags.profile)}` }
  const processor = await startProcessor({ config: { ledger }, env })
  const port = Number(new URL(processor.apiUrl).port)
  const teams = budgets - 101
  // Warm: the first thousands of calls of a process are compiled, not measured.
  await load({ port, callers, decisions: decisions / 4, teams, hold: false, run: 'warm' })
  for (const hold of [false, true]) {
    const bareBefore = await measureBare()
    const loaded = await load({ port, callers, decisions, teams, hold, run: 'measured' })
    const bareAfter = await measureBare()
    const perSecond = (decisions / loaded.elapsedMs) * 1000
    const barePerSecond = (bareBefore + bareAfter) / 2
    const figures = {
      decisionsPerSecond: Math.round(perSecond),
      p50Ms: percentile(loaded, 0.5),
      p99Ms: percentile(loaded, 0.99),
      maxMs: percentile(loaded, 1),
      barePerSecond: Math.round(barePerSecond),
      ratio: Math.round((perSecond / barePerSecond) * 100) / 100,
      verdicts: loaded.verdicts,
    }
    const setting = { store, budgets, entries: Number(flags.entries), callers, decisions, hold }
    console.log(JSON.stringify({ benchmark: 'decisions', ...setting, ...figures }))
  }
  await processor.stop()
}

async function load(what: Load): Promise<Loaded> {
  const child = fork(CLIENT, { env: { PATH: process.env['PATH'] } })
  endWithUs(child)
  child.send(what)
  const [loaded] = (await once(child, 'message')) as [Loaded]
  return loaded
}

function percentile({ latenciesMs }: Loaded, share: number): number {
  const index = Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * share))
  return Math.round(latenciesMs[index]! * 100) / 100
}
