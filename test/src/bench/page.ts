/**
 * How fast the page is in a real Chromium: `npm run bench:page [-- --spans N --rounds N]`. Loads one
 * trace of so many spans through a real processor, and prints a JSON line for what the API answers
 * (bytes, time), for how long it takes until the first rows of the trace are painted, and for the
 * times of frames while it is scrolled from top to bottom.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { chromium, type Browser } from 'playwright-core'
import { endWithUs } from '../end-to-end/end-with-us.ts'

const { values: flags } = parseArgs({
  options: {
    spans: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '5' },
  },
})

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const TRACE_ID = 'c1'.padStart(32, '0')
const BATCH = 1_000
const SCROLL_FRAMES = 240

/** A trace as text, so that nothing of a bundler finds its way into the page. */
const WHEN_PAINTED = `new Promise((resolve) => {
  const look = () => {
    if (document.querySelector('[role=treegrid] [role=row][aria-rowindex="2"]') === null)
      requestAnimationFrame(look)
    // The frame after the one that the rows are in has begun: they are painted.
    else requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())))
  }
  look()
})`

const SCROLL = `new Promise((resolve) => {
  const box = document.querySelector('[role=treegrid]')
  const step = (box.scrollHeight - box.clientHeight) / ${SCROLL_FRAMES}
  const times = []
  let last = performance.now()
  const turn = (now) => {
    times.push(now - last)
    last = now
    box.scrollTop += step
    if (times.length < ${SCROLL_FRAMES}) requestAnimationFrame(turn)
    else resolve(times)
  }
  requestAnimationFrame(turn)
})`

const spans = Number(flags.spans)
const rounds = Number(flags.rounds)
const folder = mkdtempSync(join(tmpdir(), 'page-bench-'))
const [api = 0, http = 0, grpc = 0] = await findPorts(3)
const processor = startProcessor()
let browser: Browser | undefined
try {
  await waitUntilReady()
  await load()
  await askForTrace()
  browser = await openBrowser()
  await openTrace(browser)
  await scroll(browser)
} finally {
  await browser?.close()
  processor.kill()
  await once(processor, 'exit')
  rmSync(folder, { recursive: true })
}

function print(figures: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify({ benchmark: 'page', spans, ...figures }))
}

async function findPorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  for (const server of servers) server.close()
  return ports
}

function startProcessor() {
  const config = {
    receivers: {
      otlp: { grpc: { endpoint: `127.0.0.1:${grpc}` }, http: { endpoint: `127.0.0.1:${http}` } },
    },
    api: { endpoint: `127.0.0.1:${api}` },
    ledger: { path: join(folder, 'ledger.db') },
  }
  const file = join(folder, 'spancost.yaml')
  writeFileSync(file, JSON.stringify(config))
  const args = [join(ROOT, 'processor/dist/main.js'), 'serve', '--config', file]
  const stdio = ['ignore', 'ignore', 'inherit'] as const
  const child = spawn(process.execPath, args, { cwd: folder, stdio: [...stdio] })
  endWithUs(child)
  return child
}

async function waitUntilReady(): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${api}/readyz`).catch(() => undefined)
    if (answer?.ok) return
    await setTimeout(100)
  }
  throw new Error('the processor did not become ready')
}

/** Calls below each other, four to a parent, 600 ms apart. */
async function load(): Promise<void> {
  const beganMs = Date.now() - 3_600_000
  const all = Array.from({ length: spans }, (_, n) => {
    const startMs = beganMs + n * 600
    return {
      traceId: TRACE_ID,
      spanId: toSpanId(n + 1),
      ...(n > 0 && { parentSpanId: toSpanId(Math.ceil(n / 4)) }),
      name: `call ${n + 1}`,
      kind: 3,
      startTimeUnixNano: `${startMs}000000`,
      endTimeUnixNano: `${startMs + 250}000000`,
      attributes: [
        attribute('gen_ai.operation.name', { stringValue: 'chat' }),
        attribute('gen_ai.provider.name', { stringValue: 'openai' }),
        attribute('gen_ai.request.model', { stringValue: 'gpt-4o' }),
        attribute('gen_ai.response.model', { stringValue: 'gpt-4o' }),
        attribute('gen_ai.usage.input_tokens', { intValue: '1200' }),
        attribute('gen_ai.usage.cache_read.input_tokens', { intValue: '200' }),
        attribute('gen_ai.usage.output_tokens', { intValue: String(100 + (n % 97)) }),
      ],
    }
  })
  for (let at = 0; at < all.length; at += BATCH) {
    const scopeSpans = [{ scope: { name: 'bench' }, spans: all.slice(at, at + BATCH) }]
    const service = attribute('service.name', { stringValue: 'shop' })
    const body = { resourceSpans: [{ resource: { attributes: [service] }, scopeSpans }] }
    const headers = { 'content-type': 'application/json' }
    const url = `http://127.0.0.1:${http}/v1/traces`
    const { status } = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
    if (status !== 200) throw new Error(`loading was answered with ${status}`)
  }
}

function attribute(key: string, value: Readonly<Record<string, string>>) {
  return { key, value }
}

function toSpanId(n: number): string {
  return n.toString(16).padStart(16, '0')
}

async function askForTrace(): Promise<void> {
  for (const question of [`traces/${TRACE_ID}`, `traces/${TRACE_ID}?spans=columns`]) {
    const times: number[] = []
    let bytes = 0
    for (let round = 0; round < rounds; round += 1) {
      const startMs = performance.now()
      const answer = await fetch(`http://127.0.0.1:${api}/api/v1/${question}`)
      bytes = (await answer.arrayBuffer()).byteLength
      times.push(performance.now() - startMs)
      if (!answer.ok) throw new Error(`${question} was answered with ${answer.status}`)
    }
    print({ question: question.replace(TRACE_ID, 'ID'), bytes, ...summarize(times) })
  }
}

async function openBrowser(): Promise<Browser> {
  const found = spawnSync(process.execPath, [join(ROOT, 'scripts/chromium.mjs')], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (found.status !== 0) throw new Error('there is no Chromium')
  return chromium.launch({ executablePath: found.stdout.trim(), args: ['--no-sandbox'] })
}

/** From the start of the navigation, with an empty cache; and from within the page. */
async function openTrace(chrome: Browser): Promise<void> {
  const [fresh, within]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    const page = await chrome.newPage()
    await page.goto(`http://127.0.0.1:${api}/#/trace/${TRACE_ID}`, { waitUntil: 'commit' })
    fresh.push(await page.evaluate<number>(WHEN_PAINTED))
    await page.goto(`http://127.0.0.1:${api}/#/prices`)
    await page.waitForLoadState('networkidle')
    const clicked = `performance.now() + 0 * (location.hash = '#/trace/${TRACE_ID}').length`
    const startMs = await page.evaluate<number>(clicked)
    within.push((await page.evaluate<number>(WHEN_PAINTED)) - startMs)
    await page.close()
  }
  print({ measured: 'first rows, new tab', ...summarize(fresh) })
  print({ measured: 'first rows, within the page', ...summarize(within) })
}

async function scroll(chrome: Browser): Promise<void> {
  const page = await chrome.newPage()
  await page.goto(`http://127.0.0.1:${api}/#/trace/${TRACE_ID}`)
  await page.evaluate(WHEN_PAINTED)
  const times = (await page.evaluate<number[]>(SCROLL)).slice(1)
  const late = times.filter((time) => time > 1.5 * (1000 / 60)).length
  print({ measured: 'frames while scrolling', frames: times.length, late, ...summarize(times) })
}

function summarize(times: readonly number[]) {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) =>
    Math.round(sorted[Math.floor((sorted.length - 1) * share)]! * 10) / 10
  return { medianMs: at(0.5), p95Ms: at(0.95), worstMs: at(1) }
}
