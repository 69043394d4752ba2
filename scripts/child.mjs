/**
 * Child processes that end when this process is told to end. npm starts a script through a shell
 * which passes no signal on, so the death of either counts as a signal too: without that, a server
 * would go on unseen after `npm start` was ended.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'

const PARENT_CHECK_MS = 500
const startedBy = findParents()
const running = new Set()
let endedBy

/** Runs a command to its end and resolves to its exit code, 128 + n where signal n ended it. */
export function runChild(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options)
    running.add(child)
    child.once('error', (error) => {
      running.delete(child)
      reject(new Error(`${command} could not be run: ${error.message}`, { cause: error }))
    })
    child.once('close', (code, signal) => {
      running.delete(child)
      resolve(code ?? signalCode(signal))
    })
  })
}

/** Like `runChild`, for steps after which there is more to do: a signal ends the whole run. */
export async function runStep(command, args, options) {
  const code = await runChild(command, args, options)
  if (endedBy === undefined) return code
  if (running.size === 0) process.exit(signalCode(endedBy))
  return new Promise(() => {}) // The step that ends last will exit.
}

function signalCode(signal) {
  return 128 + (constants.signals[signal] ?? 0)
}

function endBy(signal) {
  endedBy = signal
  if (running.size === 0) process.exit(signalCode(signal))
  // A terminal sends Ctrl-C to the child as well; a second one could cut its orderly end short.
  if (signal === 'SIGINT' && process.stdin.isTTY) return
  for (const child of running) child.kill(signal)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => endBy(signal))

if (process.env.npm_lifecycle_event !== undefined) {
  const watch = setInterval(() => {
    if (findParents() === startedBy) return
    clearInterval(watch)
    endBy('SIGTERM')
  }, PARENT_CHECK_MS)
  watch.unref()
}

/** The parent, and where that is npm's shell, the parent of the shell (on Linux, which can tell). */
function findParents() {
  const parent = process.ppid
  try {
    const stat = readFileSync(`/proc/${parent}/stat`, 'utf8')
    const [, grandparent] = /^\d+ \((?:sh|dash|bash)\) \S (\d+) /.exec(stat) ?? []
    return `${parent} ${grandparent}`
  } catch {
    return `${parent}`
  }
}
