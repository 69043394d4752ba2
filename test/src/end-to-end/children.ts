/**
 * Child processes and folders of a test. Whatever a test starts is stopped after it, for which a
 * test file calls `stopAfterEach`; should the test process itself end, nothing of it goes on.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, vi } from 'vitest'
import { endWithUs } from './end-with-us.ts'

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

const STOP_LIMIT_MS = 15_000
/** Starting processes takes a second on an idle machine, and many on a busy one. */
const TEST_LIMIT_MS = 90_000

export interface Child {
  readonly pid: number
  /** Everything that it printed so far, standard output and error as they came. */
  log(): string
  /** Resolves with the exit code, or the signal that ended it. Never rejects. */
  readonly exited: Promise<number | string>
  /** Sends the signal (SIGTERM) and waits; SIGKILL follows after 15 s. */
  stop(signal?: NodeJS.Signals): Promise<number | string>
}

const cleanups: (() => Promise<unknown>)[] = []

/** Runs `cleanup` at the end of the test, after everything that was registered later. */
export function onStop(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup)
}

/** For the top of a test file: stops what each test started, and gives tests the time they need. */
export function stopAfterEach(): void {
  vi.setConfig({ testTimeout: TEST_LIMIT_MS, hookTimeout: TEST_LIMIT_MS })
  afterEach(stopEverything)
}

/** The newest first. Rejects, after all are done, if one failed. */
export async function stopEverything(): Promise<void> {
  const failures: unknown[] = []
  for (let cleanup = cleanups.pop(); cleanup !== undefined; cleanup = cleanups.pop()) {
    await cleanup().catch((error: unknown) => failures.push(error))
  }
  if (failures.length > 0) throw new AggregateError(failures, 'not everything could be stopped')
}

/** The parent's environment without what would change how OpenTelemetry or spancost behave. */
export function makeEnv(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const own =
    /^(OTEL_|SPANCOST_|OPENAI_|COLLECTOR_|PRICED_|BACKEND_|VITEST|NODE_OPTIONS|https?_proxy)/i
  const kept = Object.entries(process.env).filter(([key]) => !own.test(key))
  return { ...Object.fromEntries(kept), ...extra }
}

export function startChild(
  command: string,
  args: readonly string[],
  options: {
    readonly cwd: string
    readonly env?: Readonly<Record<string, string>>
    /** Gives it a process group of its own, whose id is its pid. */
    readonly detached?: boolean
  },
): Child {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: makeEnv(options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.detached ?? false,
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (log += text))
  }
  endWithUs(child)
  const exited = new Promise<number | string>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> => {
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
    return exited.finally(() => clearTimeout(timer))
  }
  onStop(() => stop())
  return { pid: child.pid ?? 0, log: () => log, exited, stop }
}

/** An empty folder that goes away with the test. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'spancost-test-'))
  onStop(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Different addresses such as `127.0.0.1:40123`, whose ports were free a moment ago. */
export async function findFreeAddresses(count: number): Promise<string[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const addresses = servers.map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return addresses
}

/**
 * Asks `probe` until it answers something other than `undefined`; what it throws counts as "not
 * yet". Rejects after `limitMs`, saying what was awaited and what `describe` adds.
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  options: { readonly limitMs?: number; readonly describe?: () => string } = {},
): Promise<T> {
  const limitMs = options.limitMs ?? 15_000
  const deadline = Date.now() + limitMs
  let last = ''
  while (Date.now() < deadline) {
    try {
      const answer = await probe()
      if (answer !== undefined) return answer
    } catch (error) {
      last = String(error)
    }
    await sleep(50)
  }
  throw new Error(`no ${what} after ${limitMs} ms ${last}\n${options.describe?.() ?? ''}`)
}

/** Waits until `url` answers 200. Rejects at once when the child ends first. */
export async function waitUntilReady(name: string, child: Child, url: string): Promise<void> {
  let ended: number | string | undefined
  void child.exited.then((code) => (ended = code))
  const answer = await waitFor(
    `${name} at ${url}`,
    async () => ended ?? ((await fetch(url)).status === 200 ? 'ready' : undefined),
    { describe: () => child.log() },
  )
  if (answer !== 'ready') throw new Error(`${name} ended early with ${answer}\n${child.log()}`)
}
