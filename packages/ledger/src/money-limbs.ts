/**
 * Money as two 64-bit integers, for databases whose integers end there. One of them would end at
 * 9.22 USD; these two end at 9.2e9 USD. Limbs of different amounts may be added apart from each
 * other: `joinLimbs` gives the sum of the amounts, whatever has been carried or not.
 */
export interface Limbs {
  /** 1e-9 USD, rounded down. */
  readonly nano: bigint
  /** What is left, in 1e-18 USD: 0 to 999 999 999, also for negative amounts. */
  readonly atto: bigint
}

const ATTO_PER_NANO = 1_000_000_000n

export function splitAtto(amountAtto: bigint): Limbs {
  const remainder = amountAtto % ATTO_PER_NANO
  const atto = remainder < 0n ? remainder + ATTO_PER_NANO : remainder
  return { nano: (amountAtto - atto) / ATTO_PER_NANO, atto }
}

export function joinLimbs(nano: bigint, atto: bigint): bigint {
  return nano * ATTO_PER_NANO + atto
}
