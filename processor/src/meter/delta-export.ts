import { randomUUID } from 'node:crypto'
import type { Store } from '@spancost/ledger'
import type { Dimension } from '../config.ts'
import { createCostMeter, type CostMeter, type Reading } from './cost-meter.ts'
import type { CostMetric } from './cost-metric.ts'
import { EMPTY_SNAPSHOT, isSameSnapshot, subtractSnapshot, takeSnapshot } from './delta.ts'
import { createDeliveries, type Delivery } from './delivery.ts'
import type { TimeRange } from './otlp-request.ts'

export interface DeltaOptions {
  readonly store: Store
  readonly meter: CostMeter
  readonly dimensions: readonly Dimension[]
  /** Tells exporters of one ledger apart, over restarts. */
  readonly name: string
  /** Present where several processors may share the ledger: how long one may be at it. */
  readonly leaseMs?: number
  /** Whether the receiver accepted the points. It must answer well within the lease. */
  readonly send: (metrics: readonly CostMetric[], range: TimeRange) => Promise<boolean>
}

export interface DeltaExport {
  /** To be called before anything is recorded: an exporter that is new begins here. */
  begin(): Promise<void>
  /** Sends what is new, or again what was not accepted. One call at a time. */
  run(): Promise<void>
}

/**
 * Delta export that loses nothing and repeats nothing: ranges follow each other without gap or
 * overlap, and points that were not accepted are sent again, with the same figures and the same
 * range, until they are. Only where an acceptance was lost on the way does a receiver get points
 * twice; it can tell by their range.
 */
export function createDeltaExport(options: DeltaOptions): DeltaExport {
  const { meter, dimensions, send, leaseMs } = options
  const deliveries = createDeliveries(options.store, `delta/${options.name}`)
  const holder = randomUUID()

  async function begin(): Promise<void> {
    if ((await deliveries.load()) !== undefined) return
    const { metrics, atUnixMs } = await meter.read()
    const accepted = takeSnapshot(EMPTY_SNAPSHOT, metrics)
    const isNewLedger = isSameSnapshot(accepted, EMPTY_SNAPSHOT)
    const startUnixMs = isNewLedger ? meter.beganAtUnixMs : atUnixMs
    // Where another processor was faster, its beginning is as good as ours.
    await deliveries.save({ startUnixMs, accepted, dimensions })
  }

  async function run(): Promise<void> {
    // What had been left over is followed at once by what is new.
    if ((await deliver()) === 'leftover') await deliver()
  }

  /** What was accepted, if anything: points that had been written down before, or fresh ones. */
  async function deliver(): Promise<'leftover' | 'fresh' | undefined> {
    const loaded = await deliveries.load()
    if (loaded === undefined || isLeased(loaded, holder, leaseMs)) return undefined
    const reading = await meter.read()
    const next = loaded.pending === undefined ? await prepare(loaded, reading) : loaded
    if (next === undefined) return undefined
    const delivery =
      leaseMs === undefined
        ? next
        : { ...next, lease: { holder, untilUnixMs: Date.now() + leaseMs } }
    // Nothing is sent that is not written down; what was is not written again.
    if (delivery !== loaded && !(await deliveries.save(delivery))) return undefined
    const { startUnixMs, accepted, pending } = delivery
    if (pending === undefined) return undefined
    const points = subtractSnapshot(pending.figures, accepted, reading.metrics)
    if (!(await send(points, { startUnixMs, endUnixMs: pending.endUnixMs }))) return undefined
    const { lease } = delivery
    await deliveries.save({
      startUnixMs: pending.endUnixMs,
      accepted: pending.renamed?.figures ?? pending.figures,
      dimensions: pending.renamed?.dimensions ?? delivery.dimensions,
      ...(lease !== undefined && { lease }),
    })
    return loaded.pending === undefined ? 'fresh' : 'leftover'
  }

  /** What is new since the last acceptance, as pending; `undefined` where nothing is. */
  async function prepare(before: Delivery, reading: Reading): Promise<Delivery | undefined> {
    const { startUnixMs, accepted } = before
    // A clock that was set back must not make an empty or backward range.
    const endUnixMs = Math.max(reading.atUnixMs, startUnixMs + 1)
    if (JSON.stringify(before.dimensions) !== JSON.stringify(dimensions)) {
      return { ...before, pending: { endUnixMs, ...(await rename(before, options)) } }
    }
    const figures = takeSnapshot(accepted, reading.metrics)
    return isSameSnapshot(figures, accepted)
      ? undefined
      : { ...before, pending: { endUnixMs, figures } }
  }

  return { begin, run }
}

/** Other dimensions make other sets of the same sums: the last of the old, the first of the new. */
async function rename(
  before: Delivery,
  { store, meter, dimensions }: DeltaOptions,
): Promise<Required<Pick<NonNullable<Delivery['pending']>, 'figures' | 'renamed'>>> {
  const totals = await store.totals()
  const old = await createCostMeter(store, before.dimensions).read(totals)
  const current = await meter.read(totals)
  const figures = takeSnapshot(EMPTY_SNAPSHOT, current.metrics)
  return {
    figures: takeSnapshot(before.accepted, old.metrics),
    renamed: { figures, dimensions },
  }
}

/** Whether another processor may be sending right now. */
function isLeased({ lease }: Delivery, holder: string, leaseMs: number | undefined): boolean {
  if (leaseMs === undefined || lease === undefined || lease.holder === holder) return false
  // A lease from a clock far ahead of ours ends for us, too.
  return lease.untilUnixMs > Date.now() && lease.untilUnixMs <= Date.now() + 2 * leaseMs
}
