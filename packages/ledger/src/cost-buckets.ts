import type { Operation } from '@spancost/genai'
import type { Rating } from '@spancost/pricing/rating'

/** Of the histogram of costs: the upper bounds of its buckets, inclusive, in 1e-18 USD. */
export const COST_BOUNDS_ATTO: readonly bigint[] = [
  100_000_000_000_000n,
  1_000_000_000_000_000n,
  10_000_000_000_000_000n,
  50_000_000_000_000_000n,
  100_000_000_000_000_000n,
  500_000_000_000_000_000n,
  1_000_000_000_000_000_000n,
  5_000_000_000_000_000_000n,
]

/** One for each bound, and one for what is above them all. */
export const COST_BUCKETS = COST_BOUNDS_ATTO.length + 1

export interface RatedOperation {
  readonly operation: Pick<Operation, 'role'>
  readonly rating: Rating
}

/**
 * The bucket that an operation falls into; `undefined` where its cost is not known, and for what is
 * never billed (tools, retrieval), which would only say that there are many of them.
 */
export function findCostBucket({ operation, rating }: RatedOperation): number | undefined {
  const { costAtto } = rating
  if (costAtto === undefined || operation.role === 'free') return undefined
  const bucket = COST_BOUNDS_ATTO.findIndex((bound) => costAtto <= bound)
  return bucket === -1 ? COST_BOUNDS_ATTO.length : bucket
}
