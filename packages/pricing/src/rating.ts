import type { Unit } from '@spancost/genai'

/** `unpriced` carries no cost; `partial` lacks the cost of some units; `free` costs nothing. */
export type CostStatus = 'priced' | 'free' | 'partial' | 'estimated' | 'unpriced'

/** Why an operation is not `priced`. */
export type CostReason =
  | 'unknown_model'
  | 'no_rate'
  | 'no_usage'
  | 'custom_deployment'
  | 'opaque_id'
  | 'bad_usage'
  | 'ambiguous_usage'

export type CostSource = 'provider' | 'book' | 'override' | 'self_hosted'

export const COST_PARTS = ['input', 'output', 'cache_read', 'cache_write', 'other'] as const
export type CostPart = (typeof COST_PARTS)[number]

/** What one unit class cost. */
export interface CostLine {
  readonly unit: Unit
  readonly quantity: number
  /** USD per one unit: an exact decimal, or `n/d` where no decimal is exact. */
  readonly rate: string
  readonly costAtto: bigint
}

/** What one operation cost, and why. Amounts are in 1e-18 USD. */
export interface Rating {
  readonly status: CostStatus
  /** Present where `status` is neither `priced` nor `free`. */
  readonly reason?: CostReason
  /** Words for people: which count, model or unit was in the way. */
  readonly detail?: string
  readonly source?: CostSource
  /** The id of the card that was used. */
  readonly card?: string
  /** `name@version` of the book that was in force. */
  readonly book: string
  readonly lines: readonly CostLine[]
  /** The sum of the lines; absent exactly where `status` is `unpriced`. */
  readonly costAtto?: bigint
  /** USD as an exact decimal: what the card comes to, where the provider billed another figure. */
  readonly list?: string
}
