/** What the benchmark measures: ways for a request to get through to the sink. */
import { spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import type { GcReport } from './gc-probe.ts'
import { ask, findFreePorts, start, startNode, stopProcess } from './processes.ts'
import type { Transport } from './senders.ts'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const COLLECTOR_FOLDER = path.join(ROOT, 'test', 'src', 'bench', 'collector')

export interface System {
  readonly ports: Readonly<Partial<Record<Transport, number>>>
  /** Whose time is counted. */
  readonly child: ChildProcess
  /** Of its main thread so far; only Node programs can tell. */
  readGcMs?(): Promise<number>
}

export type SystemName = 'spancost' | 'nothing' | 'protobufjs' | 'pass-through' | 'pricing'

export interface SystemKind {
  /** For the table. */
  readonly title: string
  start(sinkPort: number): Promise<System>
}

/** Those of them that there are here; `missing` says why there is no Collector. */
export function findSystems(withCollectors: boolean): {
  readonly kinds: Readonly<Partial<Record<SystemName, SystemKind>>>
  readonly missing?: string
} {
  const kinds: Partial<Record<SystemName, SystemKind>> = {
    spancost: { title: 'spancost', start: startSpancost },
    nothing: { title: 'forward only', start: (port) => startForwarder('nothing', port) },
    protobufjs: { title: 'protobufjs', start: (port) => startForwarder('protobufjs', port) },
  }
  if (!withCollectors) return { kinds, missing: 'left out' }
  const manifest = path.join(COLLECTOR_FOLDER, 'builder.yaml')
  const script = path.join(ROOT, 'scripts', 'otelcol.mjs')
  const found = spawnSync(process.execPath, [script, manifest], { encoding: 'utf8' })
  if (found.status !== 0) return { kinds, missing: found.stderr.trim() }
  const binary = found.stdout.trim()
  const through = path.join(COLLECTOR_FOLDER, 'pass-through.yaml')
  const pricing = path.join(COLLECTOR_FOLDER, 'pricing.yaml')
  kinds['pass-through'] = {
    title: 'Collector',
    start: (port) => startCollector(binary, [through], port),
  }
  kinds.pricing = {
    title: 'Collector, OTTL',
    start: (port) => startCollector(binary, [through, pricing], port),
  }
  return { kinds }
}

/** The processor as users run it, with a new ledger in SQLite. */
async function startSpancost(sinkPort: number): Promise<System> {
  const [http = 0, grpc = 0, api = 0] = await findFreePorts(3)
  const folder = mkdtempSync(path.join(os.tmpdir(), 'spancost-bench-'))
  const config = {
    receivers: {
      otlp: {
        http: { endpoint: `127.0.0.1:${http}` },
        grpc: { endpoint: `127.0.0.1:${grpc}` },
      },
    },
    api: { endpoint: `127.0.0.1:${api}` },
    forward: {
      traces: [{ protocol: 'http', endpoint: `http://127.0.0.1:${sinkPort}`, compression: 'none' }],
    },
    ledger: { path: path.join(folder, 'ledger.db') },
  }
  const file = path.join(folder, 'spancost.yaml')
  writeFileSync(file, stringify(config))
  const probe = new URL('gc-probe.js', import.meta.url).href
  const main = path.join(ROOT, 'processor', 'dist', 'main.js')
  const args = ['--import', probe, main, 'serve', '--config', file]
  const child = start('measured', process.execPath, args)
  await waitUntilReady(child, `http://127.0.0.1:${api}/readyz`)
  const readGcMs = async (): Promise<number> => (await ask<GcReport>(child, {})).gcMs
  return { ports: { http, grpc }, child, readGcMs }
}

async function startForwarder(work: string, sinkPort: number): Promise<System> {
  const child = startNode('measured', new URL('forwarder.js', import.meta.url), [
    work,
    String(sinkPort),
  ])
  return { ports: { http: await ask<number>(child) }, child }
}

async function startCollector(
  binary: string,
  configs: readonly string[],
  sinkPort: number,
): Promise<System> {
  const [http = 0, grpc = 0, health = 0] = await findFreePorts(3)
  const env = {
    HTTP_ENDPOINT: `127.0.0.1:${http}`,
    GRPC_ENDPOINT: `127.0.0.1:${grpc}`,
    HEALTH_ENDPOINT: `127.0.0.1:${health}`,
    SINK_URL: `http://127.0.0.1:${sinkPort}`,
    GOMAXPROCS: '1',
  }
  const args = configs.flatMap((config) => ['--config', config])
  const child = start('measured', binary, args, env)
  await waitUntilReady(child, `http://127.0.0.1:${health}/`)
  return { ports: { http, grpc }, child }
}

const READY_LIMIT_MS = 30_000

async function waitUntilReady(child: ChildProcess, url: string): Promise<void> {
  for (const begun = performance.now(); performance.now() - begun < READY_LIMIT_MS;) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok === true) return
    if (child.exitCode !== null) break
    await sleep(50)
  }
  await stopProcess(child)
  throw new Error(`${child.spawnargs.join(' ')} did not start`)
}
