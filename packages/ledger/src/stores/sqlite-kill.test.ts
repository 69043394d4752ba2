import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Store } from '../store.ts'
import { addUp, addUpBy, keySums, pickSums } from '../testing/plain-sums.ts'
import { createTraceId } from '../testing/sample-entries.ts'
import { openSqliteStore } from './sqlite.ts'

/** What only real processes can show: death without notice, and two of them on one ledger. */

const WRITER = fileURLToPath(new URL('../testing/sqlite-writer.ts', import.meta.url))
const NOBODY = 65_534
const KILLS = 8
const MAX_DELAY_MS = 60

let folder = ''
let path = ''
let writer: ChildProcessByStdio<null, Readable, Readable>
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'))
  path = join(folder, 'ledger.db')
})
afterEach(() => {
  writer.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

function startWriter(firstRound: number, options: { readonly uid?: number } = {}): void {
  const args = ['--experimental-strip-types', WRITER, path, String(firstRound)]
  writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
}

test('what was acknowledged survives kill -9 once, and sums equal entries', async () => {
  const acknowledged = new Set<string>()
  let lastRound = 1
  for (let kill = 0; kill < KILLS; kill += 1) {
    // Starting a little before the end, it sends again what has been acknowledged, too.
    startWriter(Math.max(1, lastRound - 2))
    for (const id of await killAtRandom()) {
      acknowledged.add(id)
      lastRound = Math.max(lastRound, Number.parseInt(id, 16))
    }
    const store = await openSqliteStore({ path, busyTimeoutMs: 0 })
    await checkLedger(store, acknowledged, lastRound)
    await store.close()
  }
  expect(acknowledged.size).toBeGreaterThan(KILLS)
}, 240_000)

/** What the writer has acknowledged in its life, each as `trace span`. */
async function killAtRandom(): Promise<string[]> {
  const acknowledged: string[] = []
  const lines = createInterface({ input: writer.stdout })
  lines.on('line', (line) => acknowledged.push(line))
  await once(lines, 'line')
  await setTimeout(Math.random() * MAX_DELAY_MS)
  writer.kill('SIGKILL')
  await once(lines, 'close')
  return acknowledged
}

async function checkLedger(store: Store, acknowledged: Set<string>, lastRound: number) {
  // One round may have been committed that nobody could acknowledge any more.
  const rounds = Array.from({ length: lastRound + 1 }, (_, index) => index + 1)
  const traces = await Promise.all(
    rounds.map((round) => store.entries({ traceId: createTraceId(round), limit: 100 })),
  )
  const entries = traces.flat()
  const ids = entries.map(({ traceId, spanId }) => `${traceId} ${spanId}`)
  const distinct = new Set(ids)
  expect(distinct.size).toBe(ids.length)
  expect([...acknowledged].filter((id) => !distinct.has(id))).toEqual([])

  const counted = entries.filter(({ standing }) => standing === 'counted')
  expect((await store.spend({ by: [] })).map(pickSums)).toEqual([addUp(counted)])
  const totals = await store.totals()
  expect(keySums(totals, ({ labels }) => labels['model']!)).toEqual(
    addUpBy(counted, ({ labels }) => labels['model']!),
  )
}

test('a ledger that another process has open is refused, until that one is dead', async () => {
  startWriter(1)
  const stderr = text(writer.stderr)
  await once(writer.stdout, 'data')
  await expect(openSqliteStore({ path, busyTimeoutMs: 0 })).rejects.toThrow(
    `cannot open the ledger ${path}: another process is using it`,
  )
  writer.kill('SIGKILL')
  await once(writer, 'exit')
  await (await openSqliteStore({ path, busyTimeoutMs: 0 })).close()
  // Node 22 would warn here of loading SQLite.
  expect(await stderr).not.toContain('SQLite')
})

test('a file that may not be written is refused', async () => {
  writeFileSync(path, '')
  chmodSync(path, 0o444)
  chmodSync(folder, 0o755)
  // The superuser may write everything, so somebody else must try.
  startWriter(1, process.getuid?.() === 0 ? { uid: NOBODY } : {})
  const stderr = await text(writer.stderr)
  expect(stderr).toContain(
    `cannot open the ledger ${path}: this user may not both read and write it`,
  )
})
