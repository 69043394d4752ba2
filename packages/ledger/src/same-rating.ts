import type { Rating } from '@spancost/pricing/rating'

/**
 * Whether two ratings are the same money, in the same status and for the same reason. Another book,
 * card or wording alone makes no other rating.
 */
export function isSameRating(one: Rating, other: Rating): boolean {
  return describe(one) === describe(other)
}

function describe({ status, reason, source, costAtto, cache, lines }: Rating): string {
  return [
    status,
    reason,
    source,
    costAtto,
    cache?.savedAtto,
    cache?.extraAtto,
    ...lines.flatMap((line) => [line.unit, line.quantity, line.costAtto]),
  ].join(' ')
}
