import { spawn } from 'node:child_process'

/** A program that runs beside the demo. */
export interface Child {
  readonly name: string
  /** Resolves when it has ended, however that came about. */
  readonly ended: Promise<Ending>
  /** Asks it to end, and kills it when it does not within ten seconds. */
  stop(): Promise<Ending>
}

export interface Ending {
  /** 0, another code, or the signal. */
  readonly cause: number | NodeJS.Signals
  readonly stdout: string
  /** The last that it wrote on standard error. */
  readonly complaint: string
}

const MAX_STOP_MS = 10_000
const MAX_OUTPUT_LENGTH = 100_000
const COMPLAINT_LENGTH = 2000

/**
 * Starts a Node program. It gets a process group of its own, because a terminal sends Ctrl-C to the
 * whole group of the demo: the demo alone shall decide when its children end, and in which order.
 */
export function startChild(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Child {
  const child = spawn(process.execPath, args, {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let complaint = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout = (stdout + text).slice(0, MAX_OUTPUT_LENGTH)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-COMPLAINT_LENGTH)
  })
  const killAtExit = () => child.kill('SIGKILL')
  process.once('exit', killAtExit)

  const ended = new Promise<Ending>((resolve) => {
    child.once('error', (error) => resolve({ cause: 1, stdout, complaint: error.message }))
    child.once('close', (code, signal) => {
      process.removeListener('exit', killAtExit)
      resolve({ cause: code ?? signal ?? 1, stdout, complaint: complaint.trim() })
    })
  })
  const stop = async (): Promise<Ending> => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), MAX_STOP_MS)
    const ending = await ended
    clearTimeout(timer)
    return ending
  }
  return { name, ended, stop }
}
