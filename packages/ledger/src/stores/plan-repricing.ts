import { sumParts, type Rating } from '@spancost/pricing/rating'
import type { Standing } from '../entry.ts'
import { isSameRating } from '../same-rating.ts'
import { TOKEN_TYPES, type TokenType } from '../store.ts'
import { decodeRating, encodeRating, type KeptRating } from './kept-rating.ts'
import { encodeMetrics, spreadMetrics, type MetricRow } from './metric-columns.ts'
import { encodeSums, SUM_COLUMNS, type Details, type SumRow } from './rows.ts'
import { FIGURES } from './sum-lines.ts'

/** An entry with the figures in force, as `selectPriced` has it. */
export type PricedRow = SumRow &
  MetricRow & {
    readonly status: string
    /** After all corrections. */
    readonly standing: Standing
    /** JSON; absent where it was never priced again. */
    readonly rating: string | null
  }

/** What a re-pricing writes. */
export interface RepricingPlan {
  /** What it adds to the sums, in this order: under which status, and the values of `FIGURES`. */
  readonly lines: readonly { readonly status: string; readonly figures: readonly bigint[] }[]
  /** The values of `REPRICED_COLUMNS`. */
  readonly columns: readonly (string | bigint)[]
  /** JSON. */
  readonly rating: string
}

/** `undefined`: the entry is rated so already. */
export function planRepricing(
  row: PricedRow,
  { operation, rating: first }: Pick<Details, 'operation' | 'rating'>,
  rating: Rating,
): RepricingPlan | undefined {
  const known = row.rating === null ? first : decodeRating(JSON.parse(row.rating) as KeptRating)
  if (isSameRating(known, rating)) return undefined
  const tokens = TOKEN_TYPES.map((type) => [type, row[`tokens_${type}`]] as const)
  const sums = encodeSums(sumParts(rating), Object.fromEntries(tokens) as Record<TokenType, bigint>)
  const metrics = encodeMetrics({ operation, rating })
  const costs = sums.filter((_, at) => SUM_COLUMNS[at]!.startsWith('cost_'))
  const before = FIGURES.map((name) => row[name]!)
  const after = [1n, ...sums, ...spreadMetrics(metrics)]
  return {
    lines: planLines(row, rating.status, before, after),
    columns: [rating.status, ...costs, ...metrics],
    rating: JSON.stringify(encodeRating(rating)),
  }
}

/** What is no spend adds nothing; what stays in its status, the difference. */
function planLines(
  row: PricedRow,
  status: string,
  before: readonly bigint[],
  after: readonly bigint[],
): RepricingPlan['lines'] {
  if (row.standing !== 'counted') return [{ status, figures: after.map(() => 0n) }]
  if (row.status === status) {
    return [{ status, figures: after.map((value, at) => value - before[at]!) }]
  }
  const taken = before.map((value) => -value)
  return [
    { status: row.status, figures: taken },
    { status, figures: after },
  ]
}
