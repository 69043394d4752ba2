/** A real OpenTelemetry Collector that runs collector-config/sidecar.yaml. */
import { execFile, spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import {
  findFreeAddresses,
  makeFolder,
  ROOT,
  startChild,
  waitFor,
  waitUntilReady,
  type Child,
} from './children.ts'
import type { Endpoints } from './processor.ts'

export const SIDECAR = path.join(ROOT, 'collector-config', 'sidecar.yaml')

export type FoundCollector =
  | { readonly binary: string }
  /** Why no Collector can be had here; the tests that need one skip. */
  | { readonly missing: string }

/**
 * Asks scripts/otelcol.mjs for a Collector; the first time that builds one, which takes minutes.
 * Rejects where a Collector ought to be had: where CI=true, or SPANCOST_OTELCOL is wrong.
 */
export async function findCollector(): Promise<FoundCollector> {
  const script = path.join(ROOT, 'scripts', 'otelcol.mjs')
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    process.stderr.write(text)
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code === 0) return { binary: stdout.trim() }
  if (code === 3 && process.env['CI'] !== 'true') return { missing: stderr.trim() }
  throw new Error(`no Collector: ${stderr.trim()}`)
}

/** What the Collector says about configurations that are merged in this order; '' means valid. */
export async function validateConfig(binary: string, ...configs: string[]): Promise<string> {
  const flags = configs.flatMap((config) => ['--config', config])
  try {
    await promisify(execFile)(binary, ['validate', ...flags])
    return ''
  } catch (error) {
    return (error as { stderr: string }).stderr || String(error)
  }
}

export interface Collector extends Child {
  /** For applications, such as `http://127.0.0.1:4318`. */
  readonly httpUrl: string
  /** For spancost, such as `127.0.0.1:14327` and `127.0.0.1:14328`. */
  readonly pricedGrpc: string
  readonly pricedHttp: string
  /**
   * The export requests in OTLP/JSON that came back and left for the backend, in order, as soon as
   * `enough` holds for them.
   */
  received<T>(signal: 'traces' | 'metrics', enough: (requests: T[]) => boolean): Promise<T[]>
}

/**
 * Starts sidecar.yaml on free ports, with files in place of the backend. Without `spancost` it
 * sends to its own second receiver, as if there were no spancost on the way.
 */
export async function startCollector(
  binary: string,
  spancost?: { readonly protocol: 'grpc' | 'http'; readonly endpoints: Endpoints },
): Promise<Collector> {
  const folder = await makeFolder()
  const addresses = await findFreeAddresses(5)
  const [grpc = '', http = '', pricedGrpc = '', pricedHttp = '', health = ''] = addresses
  const overlay = path.join(folder, 'overlay.yaml')
  await writeFile(overlay, stringify(makeOverlay(folder, spancost?.protocol ?? 'grpc')))
  const child = startChild(binary, ['--config', SIDECAR, '--config', overlay], {
    cwd: folder,
    env: {
      COLLECTOR_GRPC_ENDPOINT: grpc,
      COLLECTOR_HTTP_ENDPOINT: http,
      PRICED_GRPC_ENDPOINT: pricedGrpc,
      PRICED_HTTP_ENDPOINT: pricedHttp,
      COLLECTOR_HEALTH_ENDPOINT: health,
      COLLECTOR_METRICS_LEVEL: 'none',
      SPANCOST_GRPC_ENDPOINT: spancost?.endpoints.grpc ?? pricedGrpc,
      SPANCOST_HTTP_ENDPOINT: spancost?.endpoints.http ?? pricedHttp,
    },
  })
  await waitUntilReady('the Collector', child, `http://${health}/`)
  return {
    ...child,
    httpUrl: `http://${http}`,
    pricedGrpc,
    pricedHttp,
    received: <T>(signal: 'traces' | 'metrics', enough: (requests: T[]) => boolean) =>
      waitFor(
        `${signal} at the backend`,
        async () => {
          const requests = await readLines<T>(path.join(folder, `${signal}.jsonl`))
          return enough(requests) ? requests : undefined
        },
        { limitMs: 20_000, describe: () => child.log() },
      ),
  }
}

/** What a test changes in sidecar.yaml; the Collector merges the two, lists are replaced. */
function makeOverlay(folder: string, protocol: string): object {
  const writeTo = (signal: string): object => ({
    path: path.join(folder, `${signal}.jsonl`),
    flush_interval: '50ms',
  })
  return {
    exporters: { 'file/traces': writeTo('traces'), 'file/metrics': writeTo('metrics') },
    service: {
      pipelines: {
        traces: { exporters: [`otlp_${protocol}/spancost`] },
        'traces/priced': { exporters: ['file/traces'] },
        'metrics/priced': { exporters: ['file/metrics'] },
      },
    },
  }
}

/** The whole lines of a file of JSON lines; the Collector may be in the middle of the last. */
async function readLines<T>(file: string): Promise<T[]> {
  const text = await readFile(file, 'utf8')
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .trimEnd()
    .split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T)
}
