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

/** What a cache changed of a cost; both are amounts of 0 or more. */
export interface CacheEffect {
  /** What tokens from the cache would have cost more as plain input. */
  readonly savedAtto: bigint
  /** What tokens into the cache cost more than as plain input. */
  readonly extraAtto: bigint
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
  /** Absent: nothing was cached, or it made no difference, or the provider's bill does not say. */
  readonly cache?: CacheEffect
  /** USD as an exact decimal: what the card comes to, where the provider billed another figure. */
  readonly list?: string
}

/** The sums of a rating's lines by part, in atto. All parts are there; they add up to the cost. */
export function sumParts(rating: Rating): Record<CostPart, bigint> {
  const parts = { input: 0n, output: 0n, cache_read: 0n, cache_write: 0n, other: 0n }
  for (const line of rating.lines) parts[PARTS[line.unit]] += line.costAtto
  return parts
}

/** The part of a cost that a unit belongs to. */
export function partOf(unit: Unit): CostPart {
  return PARTS[unit]
}

const PARTS: Readonly<Record<Unit, CostPart>> = {
  input: 'input',
  cache_read: 'cache_read',
  cache_write: 'cache_write',
  cache_write_1h: 'cache_write',
  input_audio: 'input',
  cache_read_audio: 'cache_read',
  input_image: 'input',
  output: 'output',
  reasoning: 'output',
  output_audio: 'output',
  output_image: 'output',
  web_search: 'other',
  search: 'other',
  request: 'other',
  image: 'other',
  page: 'other',
  character: 'other',
  audio_second: 'other',
  video_second: 'other',
  gpu_second: 'other',
}
