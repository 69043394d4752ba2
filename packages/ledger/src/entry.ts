import type { Operation, Units } from '@spancost/genai'
import type { Rating } from '@spancost/pricing/rating'

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
  /** The hold of a decision that let it through; it ends when the entry is recorded. */
  readonly holdId?: string
}

/**
 * Why an entry is not what it was taken for when it arrived.
 * - `late_leaf`: a call below a container came after it, and tells the usage that it repeats.
 * - `better_sighting`: another instrumentation's span of the same call came, and tells more.
 * - `late_parent`: a span came that shows how operations of the trace are related.
 * - `settled`: nothing came below a held container in time, so it counts.
 * - `repriced`: its price was corrected later.
 */
export type CorrectionReason =
  | 'late_leaf'
  | 'better_sighting'
  | 'late_parent'
  | 'settled'
  | 'repriced'

/** A change of mind: what an entry is from then on, and what that added to the sums. */
export interface Correction {
  readonly reason: CorrectionReason
  readonly standing: Standing
  readonly recordedAtUnixMs: number
  /** Negative where something that had been counted is spend no longer; so is `costAtto`. */
  readonly operations: bigint
  readonly costAtto: bigint
  /** Of a re-pricing: how the entry is rated from then on. */
  readonly rating?: Rating
}

/** An entry as the ledger keeps it; its rating is the one in force, after all corrections. */
export interface StoredEntry extends Entry {
  /** What it is now, after all corrections. */
  readonly standing: Standing
  /** What it was taken for when it arrived; this is what its span says. */
  readonly arrivedAs: Standing
  /** Where it was priced again, the rating that it arrived with; this is what its span says. */
  readonly arrivedWith?: Rating
  /** The oldest first. */
  readonly corrections: readonly Correction[]
  readonly recordedAtUnixMs: number
}

/** Of an entry, what a list shows: as `StoredEntry` has it, in a fraction of its size. */
export interface EntryOutline extends Pick<
  StoredEntry,
  | 'spanId'
  | 'parentSpanId'
  | 'spanName'
  | 'startTimeUnixNano'
  | 'endTimeUnixNano'
  | 'labels'
  | 'standing'
> {
  readonly operation: Pick<Operation, 'name'>
  readonly rating: Pick<Rating, 'status' | 'costAtto'>
}

/** How an entry is to be rated from now on. */
export interface Repricing {
  readonly traceId: string
  readonly spanId: string
  readonly rating: Rating
}

/**
 * A span that is no GenAI operation, of a trace that has some: what lies between an agent and its
 * calls says whose they are.
 */
export interface Relative {
  /** Ids as in `Entry`. */
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly name: string
  readonly startTimeUnixNano: bigint
  readonly endTimeUnixNano: bigint
  /** `service.name` of its resource, or empty. */
  readonly service: string
}
