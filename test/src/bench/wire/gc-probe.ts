/** Loaded into a process that is measured, before its program: says when asked what it knows. */
import { PerformanceObserver } from 'node:perf_hooks'

/** Since the process began, on its main thread. */
export interface GcReport {
  readonly gcMs: number
}

let gcMs = 0
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) gcMs += duration
}).observe({ entryTypes: ['gc'] })

process.on('message', () => process.send!({ gcMs } satisfies GcReport))
// Asking must not keep the process alive.
process.channel?.unref()
