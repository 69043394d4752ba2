/**
 * What a SQLite ledger of some size is like: `npm run bench:ledger-size [-- --entries N --seconds N]`.
 * Fills one with a month of operations and prints a JSON line for each tenth (entries per second, CPU
 * time), then what its questions take, how fast it takes calls of 1, 64 and 1024, the event-loop delay
 * of a caller at half of its load, the size of an entry, how long opening it again takes, and what
 * plain inserts into the same table take beside it, as a ratio. 10 million entries take 2.8 GB. After
 * `--seconds` of filling it goes on with what is there.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openSqliteStore, type Store } from '@spancost/ledger'
import { createBenchEntries } from './bench-entries.ts'

const { values: flags } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '3600' },
  },
})

const BATCH = 1024
/** What is made at a time, outside of what is measured. */
const CHUNK = 20 * BATCH
const DAY_MS = 86_400_000
const MONTH_MS = 30 * DAY_MS
const QUESTION_ROUNDS = 5
const PLAIN_ROWS = 200 * BATCH

/** Entries in calls of so many, one caller. */
const CALLS = [
  { batch: 1, entries: 2_000 },
  { batch: 64, entries: 64 * 200 },
  { batch: 1024, entries: 1024 * 20 },
] as const

const wanted = Number(flags.entries)
/** How many there are. */
let entries = 0
const endMs = Date.now()
const folder = mkdtempSync(join(tmpdir(), 'ledger-size-'))
try {
  const path = join(folder, 'ledger.db')
  const store = await openSqliteStore({ path })
  const rates = await fill(store)
  await ask(store)
  for (const { batch, entries: count } of CALLS) await measureCalls(store, batch, count)
  await measureDelay(store, rates.at(-1)! / 2)
  print({ entries, residentMb: Math.round(process.memoryUsage().rss / 1e6) })
  await store.close()
  print({ entries, bytesPerEntry: Math.round(statSync(path).size / entries) })
  await reopen(path)
  await comparePlain(path, rates[0]!)
} finally {
  rmSync(folder, { recursive: true })
}

function print(figures: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify({ benchmark: 'ledger-size', store: 'sqlite', ...figures }))
}

/** The rate of each tenth, in entries per second, without the time that making them takes. */
async function fill(store: Store): Promise<number[]> {
  const rates: number[] = []
  const tenth = wanted / 10
  const giveUpMs = performance.now() + Number(flags.seconds) * 1000
  while (entries < wanted && performance.now() < giveUpMs) {
    const until = Math.round(tenth * (rates.length + 1))
    const from = entries
    let elapsedMs = 0
    let cpuMicros = 0
    while (entries < until && performance.now() < giveUpMs) {
      const count = Math.min(CHUNK, until - entries)
      const some = createBenchEntries(count, endMs - MONTH_MS * (1 - entries / wanted))
      const cpu = process.cpuUsage()
      const startMs = performance.now()
      const calls = []
      for (let at = 0; at < count; at += BATCH) calls.push(store.record(some.slice(at, at + BATCH)))
      await Promise.all(calls)
      elapsedMs += performance.now() - startMs
      const { user, system } = process.cpuUsage(cpu)
      cpuMicros += user + system
      entries += count
    }
    const entriesPerSecond = Math.round(((entries - from) / elapsedMs) * 1000)
    rates.push(entriesPerSecond)
    const cpuMicrosPerEntry = Math.round((cpuMicros / (entries - from)) * 10) / 10
    print({ entries, batch: BATCH, entriesPerSecond, cpuMicrosPerEntry })
  }
  return rates
}

async function ask(store: Store): Promise<void> {
  const month = { fromUnixMs: endMs - MONTH_MS, toUnixMs: endMs + 1 }
  // Where filling was cut short, the newest day that is full.
  const lastMs = endMs - MONTH_MS * (1 - entries / wanted)
  const day = { fromUnixMs: lastMs - 2 * DAY_MS, toUnixMs: lastMs - DAY_MS }
  const questions = {
    'spend of a month by model': () => store.spend({ by: ['model'], ...month }),
    'spend of a month by model and day': () =>
      store.spend({ by: ['model'], granularity: 'day', zone: 'Europe/Berlin', ...month }),
    'top 10 traces of a day': () => store.topTraces({ ...day, limit: 10 }),
    'one trace': async () => {
      const [top] = await store.topTraces({ ...day, fromUnixMs: day.toUnixMs - 60_000, limit: 1 })
      return top && store.entries({ traceId: top.traceId, limit: 100 })
    },
    totals: () => store.totals(),
  }
  for (const [question, answer] of Object.entries(questions)) {
    const times: number[] = []
    for (let round = 0; round < QUESTION_ROUNDS; round += 1) {
      const startMs = performance.now()
      await answer()
      times.push(performance.now() - startMs)
    }
    times.sort((a, b) => a - b)
    print({ question, medianMs: Math.round(times[2]! * 10) / 10, worstMs: Math.round(times[4]!) })
  }
}

/** One call after the other. */
async function measureCalls(store: Store, batch: number, count: number): Promise<void> {
  const some = createBenchEntries(count, endMs)
  const startMs = performance.now()
  for (let at = 0; at < count; at += batch) await store.record(some.slice(at, at + batch))
  const elapsedMs = performance.now() - startMs
  entries += count
  print({ callers: 1, batch, entriesPerSecond: Math.round((count / elapsedMs) * 1000) })
}

/** What opening takes: the newest entries are read again. */
async function reopen(path: string): Promise<void> {
  const startMs = performance.now()
  const store = await openSqliteStore({ path })
  print({ openedMs: Math.round(performance.now() - startMs) })
  await store.close()
}

/** A batch of 64 whenever it is due, for ten seconds, whether or not the last one is on disk. */
async function measureDelay(store: Store, entriesPerSecond: number): Promise<void> {
  const batch = 64
  const batches = Math.ceil((entriesPerSecond * 10) / batch)
  const some = createBenchEntries(batches * batch, endMs)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const calls = []
  delay.enable()
  const startMs = performance.now()
  for (let sent = 0; sent < batches;) {
    const due = ((performance.now() - startMs) / 1000) * (entriesPerSecond / batch)
    for (; sent < Math.min(due, batches); sent += 1) {
      calls.push(store.record(some.slice(sent * batch, (sent + 1) * batch)))
    }
    await setTimeout(1)
  }
  delay.disable()
  await Promise.all(calls)
  entries += some.length
  const elapsedMs = performance.now() - startMs
  print({
    load: 'half',
    batch,
    entriesPerSecond: Math.round((some.length / elapsedMs) * 1000),
    loopDelayP50Ms: delay.percentile(50) / 1e6,
    loopDelayP99Ms: delay.percentile(99) / 1e6,
  })
}

/** The same rows into the same table of a new ledger, without anything else that a ledger does. */
async function comparePlain(path: string, ledgerRate: number): Promise<void> {
  const plainPath = join(folder, 'plain.db')
  await (await openSqliteStore({ path: plainPath })).close()
  const plain = new DatabaseSync(plainPath)
  plain.exec('PRAGMA synchronous = FULL; PRAGMA cache_size = -32768; PRAGMA foreign_keys = OFF')
  const source = new DatabaseSync(path, { readBigInts: true })
  const rows = source.prepare('SELECT * FROM entries LIMIT ?').all(PLAIN_ROWS)
  source.close()
  const columns = Object.keys(rows[0]!)
  const values = rows.map((row) => Object.values(row) as SQLInputValue[])
  const insert = plain.prepare(`INSERT INTO entries (${columns.join(', ')})
    VALUES (${columns.map(() => '?').join(', ')})`)
  const startMs = performance.now()
  for (let at = 0; at < values.length; at += BATCH) {
    plain.exec('BEGIN IMMEDIATE')
    for (const row of values.slice(at, at + BATCH)) insert.run(...row)
    plain.exec('COMMIT')
  }
  const rowsPerSecond = Math.round((rows.length / (performance.now() - startMs)) * 1000)
  plain.close()
  const ratio = Math.round((ledgerRate / rowsPerSecond) * 100) / 100
  print({ plainInserts: rows.length, rowsPerSecond, ledgerOfPlain: ratio })
}
