/**
 * How fast a ledger takes entries, and what that does to the event loop of whoever records:
 * `npm run bench:ledger [-- --entries N --rounds N]`. Prints one JSON line per setting, each figure the
 * median over the rounds; each round has a new ledger in the system's folder for temporary files.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { openSqliteStore, type Entry, type Store } from '@spancost/ledger'
import { createBenchEntries } from './bench-entries.ts'

const { values: flags } = parseArgs({
  options: {
    entries: { type: 'string', default: '60000' },
    rounds: { type: 'string', default: '3' },
    /** Before measuring, so many entries are written: what a ledger does that is not new. */
    fill: { type: 'string', default: '0' },
  },
})

/** Entries per call, and how many callers there are that each wait for their answer. */
const SETTINGS = [
  { batch: 1, callers: 1, share: 0.05 },
  { batch: 1, callers: 64, share: 0.5 },
  { batch: 64, callers: 1, share: 0.5 },
  { batch: 64, callers: 16, share: 1 },
  { batch: 1024, callers: 1, share: 1 },
  { batch: 1024, callers: 4, share: 1 },
] as const

const NANOS_PER_MS = 1e6

/** The most entries that are made at a time, which is memory. */
const FILL_CHUNK = 20_000

for (const { batch, callers, share } of SETTINGS) {
  const entries = Math.max(batch, Math.round(Number(flags.entries) * share))
  const rounds = []
  for (let round = 0; round < Number(flags.rounds); round += 1) {
    rounds.push(await measureRound(entries, batch, callers))
  }
  const figures = {
    entriesPerSecond: Math.round(findMedian(rounds.map((one) => one.entriesPerSecond))),
    cpuMicrosPerEntry: roundToHundredths(findMedian(rounds.map((one) => one.cpuMicrosPerEntry))),
    loopDelayP50Ms: roundToHundredths(findMedian(rounds.map((one) => one.loopDelayP50Ms))),
    loopDelayP99Ms: roundToHundredths(findMedian(rounds.map((one) => one.loopDelayP99Ms))),
    bytesPerEntry: Math.round(findMedian(rounds.map((one) => one.bytesPerEntry))),
  }
  const setting = { store: 'sqlite', batch, callers, entries, fill: Number(flags.fill) }
  console.log(JSON.stringify({ benchmark: 'ledger', ...setting, ...figures }))
}

async function measureRound(count: number, batch: number, callers: number) {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-bench-'))
  const path = join(folder, 'ledger.db')
  const store = await openSqliteStore({ path })
  try {
    const filled = Number(flags.fill)
    for (let done = 0; done < filled; done += FILL_CHUNK) {
      await recordAll(store, createBenchEntries(Math.min(FILL_CHUNK, filled - done)), 1024, 4)
    }
    const entries = createBenchEntries(count)
    // One millisecond is the timer's own resolution: that much is there without any load.
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const cpuBefore = process.cpuUsage()
    const startMs = performance.now()
    await recordAll(store, entries, batch, callers)
    const elapsedMs = performance.now() - startMs
    const cpu = process.cpuUsage(cpuBefore)
    delay.disable()
    await store.close()
    return {
      entriesPerSecond: (count / elapsedMs) * 1000,
      cpuMicrosPerEntry: (cpu.user + cpu.system) / count,
      loopDelayP50Ms: delay.percentile(50) / NANOS_PER_MS,
      loopDelayP99Ms: delay.percentile(99) / NANOS_PER_MS,
      bytesPerEntry: statSync(path).size / (count + filled),
    }
  } finally {
    await store.close()
    rmSync(folder, { recursive: true })
  }
}

/** Each caller takes the next batch when its last one is on disk. */
async function recordAll(
  store: Store,
  entries: readonly Entry[],
  batch: number,
  callers: number,
): Promise<void> {
  let next = 0
  const call = async (): Promise<void> => {
    while (next < entries.length) {
      const start = next
      next += batch
      await store.record(entries.slice(start, start + batch))
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
}

function findMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function roundToHundredths(value: number): number {
  return Math.round(value * 100) / 100
}
