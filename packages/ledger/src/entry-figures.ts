import { COST_PARTS, partOf, type CostPart } from '@spancost/pricing/rating'
import { findCostBucket } from './cost-buckets.ts'
import type { Entry } from './entry.ts'
import { TOKEN_TYPES, type TokenType } from './store.ts'
import { tokenTypeOf } from './sums.ts'

/**
 * What an entry adds to sums as doubles that are whole numbers: the values of `SUM_COLUMNS` and
 * `METRIC_ENTRY_COLUMNS`, an eighth of what they cost as bigints. Nothing is ever rounded.
 */

export const FIGURES_PER_ENTRY = COST_PARTS.length * 2 + TOKEN_TYPES.length + 5

const TOKENS_AT = COST_PARTS.length * 2
const METRICS_AT = TOKENS_AT + TOKEN_TYPES.length

const PART_AT = Object.fromEntries(COST_PARTS.map((part, at) => [part, at * 2])) as Record<
  CostPart,
  number
>
const TOKEN_AT = Object.fromEntries(
  TOKEN_TYPES.map((type, at) => [type, TOKENS_AT + at]),
) as Record<TokenType, number>

const ATTO_PER_NANO = 1_000_000_000

/** Writes them from `at` on. False: some are beyond 2^53, and they must be written as bigints. */
export function writeFigures(
  entry: Pick<Entry, 'operation' | 'units' | 'rating'>,
  into: Float64Array,
  at: number,
): boolean {
  const { rating, units } = entry
  for (const { unit, costAtto } of rating.lines) {
    if (!addAmount(into, at + PART_AT[partOf(unit)], costAtto)) return false
  }
  for (const [unit, quantity] of units) {
    const type = tokenTypeOf(unit)
    if (type !== undefined) into[at + TOKEN_AT[type]]! += quantity
  }
  into[at + METRICS_AT] = findCostBucket(entry) ?? -1
  if (rating.cache !== undefined) {
    addAmount(into, at + METRICS_AT + 1, rating.cache.savedAtto)
    addAmount(into, at + METRICS_AT + 3, rating.cache.extraAtto)
  }
  for (let part = 0; part < COST_PARTS.length; part += 1) carry(into, at + part * 2)
  return isExact(into[at + METRICS_AT + 1]!) && isExact(into[at + METRICS_AT + 3]!)
}

function isExact(value: number): boolean {
  return value <= Number.MAX_SAFE_INTEGER && value >= -Number.MAX_SAFE_INTEGER
}

/**
 * To the two limbs at a place; the second may be negative, or more than one of the first. False: the
 * first is beyond 2^53.
 */
function addAmount(into: Float64Array, at: number, amountAtto: bigint): boolean {
  const value = Number(amountAtto)
  if (isExact(value)) {
    const atto = value % ATTO_PER_NANO
    into[at]! += (value - atto) / ATTO_PER_NANO
    into[at + 1]! += atto
  } else {
    into[at]! += Number(amountAtto / 1_000_000_000n)
    into[at + 1]! += Number(amountAtto % 1_000_000_000n)
  }
  return isExact(into[at]!)
}

/** As `splitAtto` has it: the second limb is never negative. */
function carry(into: Float64Array, at: number): void {
  const nano = Math.floor(into[at + 1]! / ATTO_PER_NANO)
  into[at]! += nano
  into[at + 1]! -= nano * ATTO_PER_NANO
}
