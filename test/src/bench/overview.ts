/**
 * What the overview asks of a large ledger: `npm run bench:overview [-- --entries N --rounds N]`. Fills
 * a SQLite ledger with so many operations over a month, starts a real processor on it, and prints a
 * JSON line for each question of the page over HTTP, then one for all of them asked at once, as the
 * page does. The range is the month, which is the worst: the page begins with seven days.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openSqliteStore } from '@spancost/ledger'
import { endWithUs } from '../end-to-end/end-with-us.ts'
import { createBenchEntries } from './bench-entries.ts'

const { values: flags } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '5' },
    range: { type: 'string', default: '31d' },
  },
})

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const BATCH = 1024
const CHUNK = 20 * BATCH
const MONTH_MS = 30 * 86_400_000

const entries = Number(flags.entries)
const rounds = Number(flags.rounds)
const folder = mkdtempSync(join(tmpdir(), 'overview-bench-'))
const ledger = join(folder, 'ledger.db')
try {
  await fill()
  const { api, stop } = await startProcessor()
  try {
    await ask(api)
  } finally {
    await stop()
  }
} finally {
  rmSync(folder, { recursive: true })
}

function print(figures: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify({ benchmark: 'overview', entries, range: flags.range, ...figures }))
}

async function fill(): Promise<void> {
  const store = await openSqliteStore({ path: ledger })
  const endMs = Date.now()
  const startMs = performance.now()
  for (let done = 0; done < entries; done += CHUNK) {
    const count = Math.min(CHUNK, entries - done)
    const some = createBenchEntries(count, endMs - MONTH_MS * (1 - done / entries))
    const calls = []
    for (let at = 0; at < count; at += BATCH) calls.push(store.record(some.slice(at, at + BATCH)))
    await Promise.all(calls)
  }
  await store.close()
  print({ filledPerSecond: Math.round((entries / (performance.now() - startMs)) * 1000) })
}

async function startProcessor() {
  const servers = [0, 1, 2].map(() => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const [api, http, grpc] = servers.map(
    (server) => `127.0.0.1:${(server.address() as AddressInfo).port}`,
  )
  for (const server of servers) server.close()
  const receivers = { otlp: { grpc: { endpoint: grpc }, http: { endpoint: http } } }
  const file = join(folder, 'spancost.yaml')
  writeFileSync(
    file,
    JSON.stringify({ receivers, api: { endpoint: api }, ledger: { path: ledger } }),
  )
  const args = [join(ROOT, 'processor/dist/main.js'), 'serve', '--config', file]
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  endWithUs(child)
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(`http://${api}/readyz`).catch(() => undefined)
    if (answer?.ok) break
    if (tries === 600) throw new Error('the processor did not become ready')
    await setTimeout(100)
  }
  return {
    api: `http://${api}/api/v1/`,
    async stop(): Promise<void> {
      child.kill()
      await once(child, 'exit')
    },
  }
}

async function ask(api: string): Promise<void> {
  const range = `range=${flags.range}`
  const labels = ['model', 'service', 'tenant', 'team', 'user', 'provider']
  const questions = [
    `spend?${range}`,
    `spend?range=today`,
    `spend?range=this-month`,
    `spend?${range}&granularity=day`,
    `spend?${range}&granularity=hour`,
    ...labels.map((label) => `spend?${range}&by=${label}`),
    `traces?${range}&limit=10`,
    `percentiles?${range}&by=agent`,
    'forecast',
    'budgets',
    `unpriced?${range}`,
  ]
  const fetchOne = async (question: string): Promise<void> => {
    const answer = await fetch(api + question)
    await answer.arrayBuffer()
    if (!answer.ok) throw new Error(`${question} was answered with ${answer.status}`)
  }
  for (const question of questions) {
    print({ question, ...(await measure(() => fetchOne(question))) })
  }
  const all = async (): Promise<void> => {
    await Promise.all(questions.map(fetchOne))
  }
  print({ question: `all ${questions.length} at once`, ...(await measure(all)) })
}

async function measure(work: () => Promise<void>) {
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const startMs = performance.now()
    await work()
    times.push(performance.now() - startMs)
  }
  times.sort((a, b) => a - b)
  const round = (ms: number) => Math.round(ms * 10) / 10
  return { medianMs: round(times[times.length >> 1]!), worstMs: round(times.at(-1)!) }
}
