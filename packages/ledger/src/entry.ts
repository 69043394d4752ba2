import type { Operation, Units } from '@spancost/genai'
import type { Rating } from '@spancost/pricing'

/**
 * Whether an entry is spend.
 * - `counted`: it is.
 * - `held`: a container whose own usage may repeat what is below it; written down, not yet spend.
 * - `restated`: a container that repeated what was counted below it.
 * - `echo`: the same call, seen by a second instrumentation.
 */
export type Standing = 'counted' | 'held' | 'restated' | 'echo'

/**
 * What sums are kept by: `provider`, `model`, `operation`, `service` and the configured dimensions,
 * by the names that a query uses. A label that a span lacks is left out.
 */
export type Labels = Readonly<Record<string, string>>

/** One operation, as it goes into the ledger. Its id is (trace id, span id). */
export interface Entry {
  /** 32 lower-case hex digits. */
  readonly traceId: string
  /** 16 lower-case hex digits. */
  readonly spanId: string
  /** 16 lower-case hex digits, or empty for a root span. */
  readonly parentSpanId: string
  readonly spanName: string
  readonly startTimeUnixNano: bigint
  readonly endTimeUnixNano: bigint
  readonly operation: Operation
  /** Disjoint; empty where the usage was missing or bad. */
  readonly units: Units
  readonly rating: Rating
  readonly labels: Labels
}

/** An entry as the ledger keeps it. */
export interface StoredEntry extends Entry {
  readonly standing: Standing
  readonly recordedAtUnixMs: number
}
