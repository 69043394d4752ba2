/** Processes of the benchmark: started on a core of their own, watched through /proc, stopped. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import os from 'node:os'
import { fileURLToPath } from 'node:url'
import { endWithUs } from '../../end-to-end/end-with-us.ts'

/** Whether processes can be kept to cores: there are two, and a program that does it. */
export const IS_PINNED = os.cpus().length > 1 && spawnSync('taskset', ['-V']).status === 0

/** What is measured has a core for itself; load generator and sink share the other. */
export type Core = 'measured' | 'others'

const started = new Set<ChildProcess>()

export function start(
  core: Core,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const pin = IS_PINNED ? ['taskset', '-c', core === 'measured' ? '0' : '1'] : []
  const [program = '', ...rest] = [...pin, command, ...args]
  const child = spawn(program, rest, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  endWithUs(child)
  started.add(child)
  child.once('exit', () => started.delete(child))
  return child
}

export function startNode(core: Core, program: URL, args: readonly string[]): ChildProcess {
  return start(core, process.execPath, [fileURLToPath(program), ...args])
}

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

export async function stopAll(): Promise<void> {
  await Promise.all([...started].map(stopProcess))
}

/** Sends `message`, unless it is `undefined`, and resolves with the next answer. */
export async function ask<T>(child: ChildProcess, message?: object): Promise<T> {
  const ended = new AbortController()
  const end = (): void => ended.abort(new Error(`${child.spawnargs.join(' ')} has ended`))
  child.once('exit', end)
  try {
    const answer = once(child, 'message', { signal: ended.signal })
    if (message !== undefined) child.send(message)
    return ((await answer) as [T])[0]
  } finally {
    child.off('exit', end)
  }
}

/** Linux counts in hundredths of a second, on every machine of today. */
const TICK_MS = 10

/** User and system time of all threads so far. */
export function readCpuMs(pid: number): number {
  return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8')).cpuMs
}

/** CPU time in ms, by kind of thread. */
export interface ThreadTimes {
  /** The event loop. */
  readonly main: number
  readonly ledger: number
  /** V8's, which collect garbage and compile, and those of zlib. */
  readonly others: number
}

/** Of the threads that are there; those that have ended are not in it. */
export function readThreadTimes(pid: number): ThreadTimes {
  const times = { main: 0, ledger: 0, others: 0 }
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const { name, cpuMs } = parseStat(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8'))
    if (thread === String(pid)) times.main += cpuMs
    else if (name.startsWith('spancost-ledger')) times.ledger += cpuMs
    else times.others += cpuMs
  }
  return times
}

export function subtractTimes(from: ThreadTimes, what: ThreadTimes): ThreadTimes {
  return {
    main: from.main - what.main,
    ledger: from.ledger - what.ledger,
    others: from.others - what.others,
  }
}

function parseStat(stat: string): { readonly name: string; readonly cpuMs: number } {
  // The name may hold anything; behind it, utime and stime are fields 14 and 15.
  const nameEnd = stat.lastIndexOf(')')
  const fields = stat.slice(nameEnd + 2).split(' ')
  const cpuMs = (Number(fields[11]) + Number(fields[12])) * TICK_MS
  return { name: stat.slice(stat.indexOf('(') + 1, nameEnd), cpuMs }
}

/** The most that the process ever had in memory. */
export function readPeakRssMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}

export async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  for (const server of servers) server.close()
  return ports
}
