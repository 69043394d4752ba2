import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Meter } from '@opentelemetry/api'

/** A maximum that is never forgotten would say nothing about now. */
const WINDOW_MS = 60_000
/** Between two looks; a look that comes late is what is measured. */
const RESOLUTION_MS = 20
const NS_PER_SECOND = 1e9

/** Shows how late the event loop is, over the running minute. */
export function watchEventLoop(meter: Meter): void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delays.enable()
  setInterval(() => delays.reset(), WINDOW_MS).unref()
  const gauge = meter.createObservableGauge('spancost.processor.event_loop.delay', {
    description: 'How late the event loop is, in the running minute.',
    unit: 's',
  })
  gauge.addCallback((result) => {
    // Before the first look there is nothing to say.
    if (delays.count === 0) return
    const figures = { p50: delays.percentile(50), p99: delays.percentile(99), max: delays.max }
    for (const [quantile, delayNs] of Object.entries(figures)) {
      // What is told includes the wait between two looks.
      const lateNs = Math.max(0, delayNs - RESOLUTION_MS * 1_000_000)
      result.observe(lateNs / NS_PER_SECOND, { 'spancost.quantile': quantile })
    }
  })
}
