/** The processor, as a child process with a config and a ledger of its own. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import {
  findFreeAddresses,
  makeEnv,
  makeFolder,
  ROOT,
  startChild,
  waitUntilReady,
  type Child,
} from './children.ts'

/** What `node` runs for `spancost`. */
export const SPANCOST = path.join(ROOT, 'processor', 'dist', 'main.js')

export interface Destination {
  readonly protocol: 'http' | 'grpc'
  readonly endpoint: string
  readonly timeout?: string
}

export interface ProcessorOptions {
  /** A config file to use as it is, with `env`; the other options are then of no effect. */
  readonly configFile?: string
  readonly env?: Readonly<Record<string, string>>
  /** Where traces, metrics and logs go; nowhere by default. */
  readonly forward?: Destination
  /** How long the processor tries again by itself; not at all by default. */
  readonly retryFor?: string
  /** Keys of the config in place of what these tests have. */
  readonly config?: Readonly<Record<string, unknown>>
}

export interface Processor extends Child {
  readonly httpUrl: string
  /** `host:port` of OTLP/gRPC. */
  readonly grpcAddress: string
  readonly apiUrl: string
  /** The file of its SQLite ledger, unless the config says otherwise. */
  readonly ledger: string
  /** Starts it again after it has ended, with the same ports, config and ledger. */
  restart(): Promise<Processor>
  /** What `spancost ledger verify` finds wrong, once it has ended; '' where nothing is. */
  verify(): Promise<string>
}

/** Where a processor will listen, each `host:port`. */
export interface Endpoints {
  readonly grpc: string
  readonly http: string
  readonly api: string
}

export async function findEndpoints(): Promise<Endpoints> {
  const [grpc = '', http = '', api = ''] = await findFreeAddresses(3)
  return { grpc, http, api }
}

export async function startProcessor(
  options: ProcessorOptions = {},
  given?: Endpoints,
): Promise<Processor> {
  const { grpc, http, api } = given ?? (await findEndpoints())
  const folder = await makeFolder()
  const ledger = path.join(folder, 'ledger.db')
  const destinations = options.forward === undefined ? [] : [options.forward]
  const config = {
    receivers: { otlp: { grpc: { endpoint: grpc }, http: { endpoint: http } } },
    api: { endpoint: api },
    forward: {
      traces: destinations,
      metrics: destinations,
      logs: destinations,
      retry: { maxElapsed: options.retryFor ?? '0s' },
    },
    ledger: { path: ledger },
    ...options.config,
  }
  const ownFile = path.join(folder, 'spancost.yaml')
  await writeFile(ownFile, stringify(config))
  const configFile = options.configFile ?? ownFile
  const args = [SPANCOST, 'serve', '--config', configFile]
  const env = {
    SPANCOST_GRPC_ENDPOINT: grpc,
    SPANCOST_HTTP_ENDPOINT: http,
    SPANCOST_API_ENDPOINT: api,
    SPANCOST_LEDGER: ledger,
    ...options.env,
  }

  const run = async (): Promise<Processor> => {
    const child = startChild(process.execPath, args, { cwd: folder, env, detached: true })
    await waitUntilReady('the processor', child, `http://${api}/readyz`)
    return {
      ...child,
      httpUrl: `http://${http}`,
      grpcAddress: grpc,
      apiUrl: `http://${api}`,
      ledger,
      restart: run,
      verify: () => verifyLedger(configFile, folder, env),
    }
  }
  return run()
}

async function verifyLedger(
  configFile: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const args = [SPANCOST, 'ledger', 'verify', '--config', configFile]
  try {
    await promisify(execFile)(process.execPath, args, { cwd, env: makeEnv(env) })
    return ''
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    return `the ledger is not sound: ${stdout}${stderr}`
  }
}

export interface Spend {
  readonly operations: number
  /** An exact decimal of USD. */
  readonly cost: string
}

/** All spend that the API knows of. */
export async function readSpend(processor: Processor): Promise<Spend> {
  const answer = await fetch(`${processor.apiUrl}/api/v1/spend`)
  if (answer.status !== 200) throw new Error(`/spend: ${answer.status} ${await answer.text()}`)
  const { total } = (await answer.json()) as {
    total: { operations: number; cost: { amount: string; currency: string } }
  }
  return { operations: total.operations, cost: total.cost.amount }
}

/**
 * The points of one metric on `/metrics`, as they are written: labels to decimal. A metric without
 * points gives an empty map.
 */
export async function readMetric(processor: Processor, name: string): Promise<Map<string, string>> {
  const text = await (await fetch(`${processor.apiUrl}/metrics`)).text()
  const points = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, found, labels, value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (found === name) points.set(labels ?? '', value!)
  }
  return points
}
