/**
 * Child processes that must not outlive this one: its exit kills them, and so does a signal that
 * ends it. Nothing can be done about SIGKILL.
 */
import type { ChildProcess } from 'node:child_process'

const running = new Set<ChildProcess>()

export function endWithUs(child: ChildProcess): void {
  running.add(child)
  child.once('exit', () => running.delete(child))
}

function killRunning(): void {
  for (const child of running) child.kill('SIGKILL')
}

process.on('exit', killRunning)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    killRunning()
    // The listener is gone by now: the signal does what it does without one.
    process.kill(process.pid, signal)
  })
}
