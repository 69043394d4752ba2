import { metrics } from '@opentelemetry/api'
import type { Entry, Labels, Recorded } from '@spancost/ledger'
import type { Consume, OtlpRequest } from './consume.ts'
import type { BookOutcome } from './keep-books.ts'
import type { MetricAttributes } from './meter/cost-metric.ts'

/** What the processor counts and times of its own work; docs/metrics.md explains each metric. */
export interface Instruments {
  readonly onRecorded: (
    spanCount: number,
    entries: readonly Entry[],
    recorded: readonly Recorded[],
  ) => void
  /** Shows what is in work, as asked for whenever metrics are read. */
  watchInFlight(readBytes: () => number): void
  /** Counts what a best-effort destination did not get. */
  readonly onLost: (request: OtlpRequest) => void
  /** Counts new price books by what became of them. */
  readonly onBook: (outcome: BookOutcome) => void
  /** Counts requests by what became of them, and how long they took. */
  measure(next: Consume): Consume
}

/** From what a Collector holds back to be sent in batches, to what one kept over an outage. */
const LAG_BOUNDS_S = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 3600]

/**
 * The SDK must have been started: instruments belong to the meter provider of that moment.
 * `attributesOf` gives what the cost metrics call labels.
 */
export function createInstruments(attributesOf: (labels: Labels) => MetricAttributes): Instruments {
  const meter = metrics.getMeter('spancost')
  const spans = meter.createCounter('spancost.processor.spans', {
    description: 'Spans that were received and read.',
    unit: '{span}',
  })
  const entries = meter.createCounter('spancost.processor.entries', {
    description: 'GenAI operations, by whether the ledger had them already.',
    unit: '{entry}',
  })
  const lag = meter.createHistogram('spancost.ingest.lag', {
    description: 'From the end of a GenAI operation to its entry in the ledger.',
    unit: 's',
    advice: { explicitBucketBoundaries: LAG_BOUNDS_S },
  })
  const duration = meter.createHistogram('spancost.processor.request.duration', {
    description: 'From a whole request to its answer, by what became of it.',
    unit: 's',
    advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] },
  })
  const bytes = meter.createCounter('spancost.processor.request.size', {
    description: 'Bytes of requests, uncompressed, by what became of them.',
    unit: 'By',
  })
  const lost = meter.createCounter('spancost.processor.best_effort.lost', {
    description: 'Requests that a best-effort destination did not take.',
    unit: '{request}',
  })
  const inFlight = meter.createObservableGauge('spancost.processor.in_flight', {
    description: 'Bytes of requests that are being read or are in work.',
    unit: 'By',
  })
  const books = meter.createCounter('spancost.processor.books', {
    description: 'New price books, by what became of them.',
    unit: '{book}',
  })
  return {
    onBook: (outcome) => books.add(1, { 'spancost.book.outcome': outcome }),
    watchInFlight: (readBytes) => inFlight.addCallback((result) => result.observe(readBytes())),
    onLost: ({ signal }) => lost.add(1, { 'spancost.signal': signal }),
    onRecorded: (spanCount, recordedEntries, recorded) => {
      spans.add(spanCount)
      const nowMs = Date.now()
      for (const [index, { outcome, standing }] of recorded.entries()) {
        const { endTimeUnixNano, labels } = recordedEntries[index]!
        // A sender whose clock is ahead of ours has no lag that could be known.
        const lagMs = Math.max(0, nowMs - Number(endTimeUnixNano / 1_000_000n))
        if (outcome === 'recorded') lag.record(lagMs / 1000, attributesOf(labels))
        entries.add(1, { 'spancost.entry.outcome': outcome, 'spancost.cost.standing': standing })
      }
    },
    measure: (next) => async (request, signal) => {
      const startMs = performance.now()
      const result = await next(request, signal)
      const attributes = {
        'spancost.signal': request.signal,
        'spancost.request.outcome': result.kind,
        ...(result.kind === 'permanent' && { 'spancost.request.fault': result.fault }),
      }
      duration.record((performance.now() - startMs) / 1000, attributes)
      bytes.add(request.body.length, attributes)
      return result
    },
  }
}
