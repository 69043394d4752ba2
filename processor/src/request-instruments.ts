import type { Histogram, Meter } from '@opentelemetry/api'
import type { Store } from '@spancost/ledger'
import type { Consume, OtlpRequest, Result, Signal } from './consume.ts'

export type Transport = 'grpc' | 'http'

/** What becomes of requests, how long it takes, and where the time goes. */
export interface RequestInstruments {
  /** Told how many spans a request has, before it is answered. */
  readonly onRead: (request: OtlpRequest, spanCount: number) => void
  /** Counts a request that a receiver refused before anybody read it. */
  countRefused(transport: Transport, cause: string): void
  /** Counts requests, their bytes and spans by what became of them, and how long they took. */
  measure(transport: Transport, next: Consume): Consume
  /** Times what one destination takes, retries included. */
  measureForward(signal: Signal, endpoint: string, next: Consume): Consume
  /** Times the commits of a ledger. */
  measureCommits(store: Store): Store
  /** Counts what a best-effort destination did not get. */
  readonly onLost: (request: OtlpRequest) => void
  /** Shows what is in work, as asked for whenever metrics are read. */
  watchInFlight(readBytes: () => number): void
}

const BOUNDS_S = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

export function createRequestInstruments(meter: Meter): RequestInstruments {
  const counter = (name: string, unit: string, description: string) =>
    meter.createCounter(`spancost.processor.${name}`, { unit, description })
  const histogram = (name: string, description: string) => {
    const advice = { explicitBucketBoundaries: BOUNDS_S }
    return meter.createHistogram(`spancost.processor.${name}`, { unit: 's', description, advice })
  }
  const spans = counter('spans', '{span}', 'Spans that were read, by what became of their request.')
  const bytes = counter('request.size', 'By', 'Bytes of requests, uncompressed, by their outcome.')
  const refused = counter('refused', '{request}', 'Requests that were not taken, by cause.')
  const lost = counter('best_effort.lost', '{request}', 'Requests that a best effort did not take.')
  const duration = histogram('request.duration', 'From a whole request to its answer.')
  const commitTime = histogram('commit.duration', 'Until the ledger has the entries of a request.')
  const forwardTime = histogram('forward.duration', 'Of one destination, retries included.')
  const inFlight = meter.createObservableGauge('spancost.processor.in_flight', {
    description: 'Bytes of requests that are being read or are in work.',
    unit: 'By',
  })
  const spanCounts = new WeakMap<OtlpRequest, number>()
  const countRefused = (transport: Transport, cause: string): void =>
    refused.add(1, { 'spancost.transport': transport, 'spancost.refusal.cause': cause })

  return {
    onRead: (request, spanCount) => void spanCounts.set(request, spanCount),
    countRefused,
    measure: (transport, next) => async (request, signal) => {
      const start = performance.now()
      const result = await next(request, signal)
      const attributes = {
        'spancost.signal': request.signal,
        'spancost.transport': transport,
        'spancost.request.outcome': result.kind,
      }
      duration.record((performance.now() - start) / 1000, attributes)
      bytes.add(request.body.length, attributes)
      const spanCount = spanCounts.get(request)
      if (spanCount !== undefined) spans.add(spanCount, attributes)
      const cause = causeOf(result)
      if (cause !== undefined) countRefused(transport, cause)
      return result
    },
    measureForward: (signal, endpoint, next) => (request, abort) =>
      time(forwardTime, next(request, abort), (result) => ({
        'spancost.signal': signal,
        'spancost.destination': endpoint,
        'spancost.request.outcome': result?.kind ?? 'failed',
      })),
    measureCommits: (store) => ({
      ...store,
      record: (...arrived) =>
        time(commitTime, store.record(...arrived), (recorded) => ({
          'spancost.commit.outcome': recorded === undefined ? 'failed' : 'committed',
        })),
    }),
    onLost: ({ signal }) => lost.add(1, { 'spancost.signal': signal }),
    watchInFlight: (readBytes) => inFlight.addCallback((result) => result.observe(readBytes())),
  }
}

/** Passes an answer on. `describe` gets `undefined` where there is none but an error. */
async function time<T>(
  histogram: Histogram,
  answer: Promise<T>,
  describe: (result: T | undefined) => Readonly<Record<string, string>>,
): Promise<T> {
  const start = performance.now()
  let result: T | undefined
  try {
    result = await answer
    return result
  } finally {
    histogram.record((performance.now() - start) / 1000, describe(result))
  }
}

/** Why a request was not taken; what names no cause was the next hop's word. */
function causeOf(result: Result): string | undefined {
  if (result.kind === 'accepted') return undefined
  if (result.kind === 'retryable') return result.cause ?? 'next_hop'
  return result.fault === 'refused' ? 'next_hop' : result.fault
}
