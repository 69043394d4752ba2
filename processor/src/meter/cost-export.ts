import type { Store } from '@spancost/ledger'
import type { Logger } from 'pino'
import type { Dimension, MetricsDestination } from '../config.ts'
import type { Consume } from '../consume.ts'
import type { CostMeter } from './cost-meter.ts'
import type { CostMetric, MetricAttributes } from './cost-metric.ts'
import { createDeltaExport } from './delta-export.ts'
import { writeOtlpRequest, type TimeRange } from './otlp-request.ts'

export interface CostExportOptions {
  readonly destination: MetricsDestination
  readonly store: Store
  /** Whether other processors write to the same ledger. */
  readonly isShared: boolean
  readonly meter: CostMeter
  readonly dimensions: readonly Dimension[]
  readonly resource: MetricAttributes
  readonly consume: Consume
  readonly log: Logger
}

/** Of one attempt. */
const TIMEOUT_MS = 10_000

/**
 * Sends the cost metrics to one destination at its interval. Resolves when it has begun; stopping
 * sends once more what is new, so the ledger must be open still.
 */
export async function startCostExport(
  options: CostExportOptions,
): Promise<{ stop(): Promise<void> }> {
  const { destination, log } = options
  const { endpoint, intervalMs } = destination
  const run = await createRun(options)
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  let underWay = Promise.resolve()

  /** Never rejects: what could not be read or sent now is with the next one. */
  async function runOnce(): Promise<void> {
    try {
      await run()
    } catch (error) {
      log.warn({ err: error, endpoint }, 'cost metrics could not be exported')
    }
  }

  async function repeat(): Promise<void> {
    await runOnce()
    if (!isStopped) schedule(intervalMs)
  }

  function schedule(delayMs: number): void {
    timer = setTimeout(() => {
      underWay = repeat()
    }, delayMs)
    timer.unref()
  }

  schedule(intervalMs)
  return {
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await underWay
      await runOnce()
    },
  }
}

async function createRun(options: CostExportOptions): Promise<() => Promise<void>> {
  const { destination, store, meter, dimensions, isShared } = options
  const { name, temporality, intervalMs } = destination
  const send = createSend(options)
  if (temporality === 'delta') {
    const leaseMs = intervalMs + 2 * TIMEOUT_MS
    const lease = isShared ? { leaseMs } : {}
    const exported = createDeltaExport({ store, meter, dimensions, name, send, ...lease })
    await exported.begin()
    return () => exported.run()
  }
  return async () => {
    const { metrics, atUnixMs } = await meter.read()
    const startUnixMs = meter.beganAtUnixMs
    await send(metrics, { startUnixMs, endUnixMs: Math.max(atUnixMs, startUnixMs) })
  }
}

function createSend({ destination, resource, consume, log }: CostExportOptions) {
  const { endpoint, temporality } = destination
  return async (metrics: readonly CostMetric[], range: TimeRange): Promise<boolean> => {
    const body = writeOtlpRequest(metrics, range, temporality, resource)
    if (body === undefined) return true
    const request = { signal: 'metrics', encoding: 'json', body } as const
    const result = await consume(request, AbortSignal.timeout(TIMEOUT_MS))
    if (result.kind !== 'accepted') {
      const { kind, message } = result
      log.warn({ endpoint, outcome: kind, message }, 'cost metrics were not accepted')
      return false
    }
    if (result.partialSuccess !== undefined) {
      const { rejected, message } = result.partialSuccess
      log.warn({ endpoint, rejected: String(rejected), message }, 'cost metrics partly rejected')
    }
    return true
  }
}
