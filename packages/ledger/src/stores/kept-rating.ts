import type { CacheEffect, CostLine, Rating } from '@spancost/pricing/rating'

/** A rating as JSON has it: bigints are digits. */
export type KeptRating = Omit<Rating, 'lines' | 'costAtto' | 'cache'> & {
  readonly costAtto?: string
  readonly cache?: Readonly<Record<keyof CacheEffect, string>>
  readonly lines: readonly (Omit<CostLine, 'costAtto'> & { readonly costAtto: string })[]
}

export function encodeRating({ costAtto, lines, cache, ...rest }: Rating): KeptRating {
  return {
    ...rest,
    ...(costAtto !== undefined && { costAtto: String(costAtto) }),
    ...(cache !== undefined && {
      cache: { savedAtto: String(cache.savedAtto), extraAtto: String(cache.extraAtto) },
    }),
    lines: lines.map((line) => ({ ...line, costAtto: String(line.costAtto) })),
  }
}

export function decodeRating({ costAtto, lines, cache, ...rest }: KeptRating): Rating {
  return {
    ...rest,
    ...(costAtto !== undefined && { costAtto: BigInt(costAtto) }),
    ...(cache !== undefined && {
      cache: { savedAtto: BigInt(cache.savedAtto), extraAtto: BigInt(cache.extraAtto) },
    }),
    lines: lines.map((line) => ({ ...line, costAtto: BigInt(line.costAtto) })),
  }
}
