import type { Encoding } from '@spancost/otlp'

/** The signals that OTLP carries and we take. Only traces are read; the others pass through. */
export type Signal = 'traces' | 'metrics' | 'logs' | 'profiles'

export const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs', 'profiles']

/** One OTLP export request, uncompressed, as a receiver took it and as the next hop gets it. */
export interface OtlpRequest {
  readonly signal: Signal
  readonly encoding: Encoding
  readonly body: Uint8Array
}

/**
 * What became of a request.
 * - `accepted`: it is safe with us and with the next hop. `partialSuccess` is the next hop's word
 *   that it rejected some items for good, passed on to the caller.
 * - `retryable`: nothing is promised; the caller keeps it and tries again, after `afterMs` if given.
 *   `overload` tells "too much at once" (429, RESOURCE_EXHAUSTED) from "not now" (503, UNAVAILABLE).
 * - `permanent`: it will never be accepted as it is; `fault` says whose word that is.
 */
export type Result =
  | { readonly kind: 'accepted'; readonly partialSuccess?: PartialSuccess }
  | {
      readonly kind: 'retryable'
      readonly message: string
      readonly afterMs?: number
      readonly overload?: boolean
      /** Absent: the next hop would not have it now. */
      readonly cause?: 'no_room' | 'ledger'
    }
  | { readonly kind: 'permanent'; readonly message: string; readonly fault: Fault }

/** `malformed`: not OTLP. `too_large`: over a limit. `refused`: the next hop would not have it. */
export type Fault = 'malformed' | 'too_large' | 'refused'

export interface PartialSuccess {
  readonly rejected: bigint
  readonly message: string
}

/**
 * From receiver to forwarder everything is of this one type: receivers call it, the pipeline
 * implements it, forwarders implement it, retry and timeout wrap it. It never rejects for what a
 * sender, a destination or a disk did; that is a `Result`. `signal` aborts when the caller has gone.
 *
 * The body is the caller's again when the promise resolves; who uses it longer, or cannot tell, holds
 * it (`holdBody`) before.
 */
export type Consume = (request: OtlpRequest, signal: AbortSignal) => Promise<Result>
