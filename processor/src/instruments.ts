import { metrics } from '@opentelemetry/api'
import type { Entry, Recorded } from '@spancost/ledger'
import { observeBudgets, observeStaleness, type ReadStandings } from './budgets/budget-metrics.ts'
import { createStaleness } from './budgets/staleness.ts'
import { watchEventLoop } from './event-loop.ts'
import type { IngestLag } from './ingest-lag.ts'
import type { BookOutcome } from './keep-books.ts'
import type { MetricAttributes } from './meter/cost-metric.ts'
import { createRequestInstruments, type RequestInstruments } from './request-instruments.ts'

/** What the processor counts and times of its own work; docs/metrics.md explains each metric. */
export interface Instruments extends RequestInstruments {
  /** Told what became of a request's operations, with what the cost metrics call their labels. */
  readonly onRecorded: (
    entries: readonly Entry[],
    recorded: readonly Recorded[],
    attributes: readonly MetricAttributes[],
  ) => void
  /** Counts new price books by what became of them. */
  readonly onBook: (outcome: BookOutcome) => void
  /** Shows where budgets stand, as they were last looked at. */
  readonly watchBudgets: (read: ReadStandings) => void
}

/**
 * The SDK must have been started: instruments belong to the meter provider of that moment.
 */
export function createInstruments(lag: Pick<IngestLag, 'record'>): Instruments {
  const meter = metrics.getMeter('spancost')
  const entries = meter.createCounter('spancost.processor.entries', {
    description: 'GenAI operations, by whether the ledger had them already.',
    unit: '{entry}',
  })
  const books = meter.createCounter('spancost.processor.books', {
    description: 'New price books, by what became of them.',
    unit: '{book}',
  })
  const staleness = createStaleness()
  observeStaleness(meter, staleness)
  watchEventLoop(meter)
  return {
    ...createRequestInstruments(meter),
    watchBudgets: (read) => observeBudgets(meter, read),
    onBook: (outcome) => books.add(1, { 'spancost.book.outcome': outcome }),
    onRecorded: (recordedEntries, recorded, attributes) => {
      const nowMs = Date.now()
      const counts = new Map<string, { readonly of: Recorded; count: number }>()
      for (const [index, of] of recorded.entries()) {
        const { startTimeUnixNano, endTimeUnixNano } = recordedEntries[index]!
        // A sender whose clock is ahead of ours has no lag that could be known.
        const lagMs = Math.max(0, nowMs - Number(endTimeUnixNano / 1_000_000n))
        if (of.outcome === 'recorded') {
          lag.record(lagMs / 1000, attributes[index]!)
          staleness.observe(Number(startTimeUnixNano / 1_000_000n))
        }
        const key = of.outcome + of.standing
        const same = counts.get(key)
        if (same === undefined) counts.set(key, { of, count: 1 })
        else same.count++
      }
      for (const { of, count } of counts.values()) {
        const { outcome, standing } = of
        entries.add(count, {
          'spancost.entry.outcome': outcome,
          'spancost.cost.standing': standing,
        })
      }
    },
  }
}
