/**
 * What looks wrong in spend, told by figures that anyone can check by hand. Amounts are 1e-18 USD;
 * all comparisons are exact.
 */
export type Anomaly =
  | { readonly kind: 'spike'; readonly amount: bigint; readonly usual: bigint }
  | { readonly kind: 'outlier'; readonly amount: bigint; readonly mean: bigint }
  | { readonly kind: 'oversized'; readonly amount: bigint; readonly p95: bigint }
  | { readonly kind: 'silent'; readonly sinceUnixMs: number }
  | { readonly kind: 'unpriced_share'; readonly percent: number; readonly usualPercent: number }
  | { readonly kind: 'new_model'; readonly model: string }

/** Fewer hours than these say nothing about what is usual. */
const LEAST_HOURS = 5

/** An hour is a spike at more than so many times the usual one. */
const SPIKE_FACTOR = 3n

/**
 * Compares an hour with earlier ones of the same hour of the day or week. `spike`: over three times
 * their median. `outlier`: over three standard deviations above their mean. Neither where the hour
 * stays under `floor`, or fewer than five others are known: small figures vary wildly.
 */
export function findHourAnomalies(
  amount: bigint,
  earlier: readonly bigint[],
  floor: bigint,
): Anomaly[] {
  if (amount <= floor || earlier.length < LEAST_HOURS) return []
  const found: Anomaly[] = []
  const usual = medianOf(earlier)
  if (amount > usual * SPIKE_FACTOR) found.push({ kind: 'spike', amount, usual })
  const count = BigInt(earlier.length)
  const sum = earlier.reduce((total, each) => total + each, 0n)
  if (isOutlier(amount, earlier, sum)) found.push({ kind: 'outlier', amount, mean: sum / count })
  return found
}

/** `x - S/n > 3 s` with the sample's deviation s, squared and without its denominators. */
function isOutlier(amount: bigint, earlier: readonly bigint[], sum: bigint): boolean {
  const count = BigInt(earlier.length)
  const above = amount * count - sum
  if (above <= 0n) return false
  const squares = earlier.reduce((total, each) => total + each * each, 0n)
  return above * above * (count - 1n) > 9n * count * (count * squares - sum * sum)
}

/** The lower one of two in the middle, so that the usual hour is one that there was. */
function medianOf(amounts: readonly bigint[]): bigint {
  const sorted = amounts.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0n
}

/** One operation that cost over twice what 95 of 100 of its kind cost. */
export function findOversized(amount: bigint, p95: bigint, floor: bigint): Anomaly | undefined {
  if (amount <= floor || amount <= p95 * 2n) return undefined
  return { kind: 'oversized', amount, p95 }
}

/** A feed that usually tells something in every so many milliseconds, and has not for thrice that. */
export function findSilence(
  lastUnixMs: number,
  usualGapMs: number,
  nowUnixMs: number,
): Anomaly | undefined {
  if (nowUnixMs - lastUnixMs <= 3 * usualGapMs) return undefined
  return { kind: 'silent', sinceUnixMs: lastUnixMs }
}

export interface PricedShare {
  readonly operations: bigint
  readonly unpriced: bigint
}

/** Fewer operations than these have no share worth telling. */
const LEAST_OPERATIONS = 20n

/** More than 1 % is unpriced, and over twice the share that was usual. */
export function findUnpricedShare(now: PricedShare, usual: PricedShare): Anomaly | undefined {
  if (now.operations < LEAST_OPERATIONS || now.unpriced * 100n <= now.operations) return undefined
  const isUsual = now.unpriced * usual.operations <= 2n * usual.unpriced * now.operations
  if (usual.operations > 0n && isUsual) return undefined
  return {
    kind: 'unpriced_share',
    percent: percentOf(now),
    usualPercent: usual.operations === 0n ? 0 : percentOf(usual),
  }
}

function percentOf({ operations, unpriced }: PricedShare): number {
  return Number((unpriced * 1000n) / operations) / 10
}

/** Models that were never seen before; the first look at all is no news. */
export function findNewModels(seen: ReadonlySet<string>, now: Iterable<string>): Anomaly[] {
  if (seen.size === 0) return []
  return [...new Set(now)]
    .filter((model) => !seen.has(model))
    .map((model) => ({ kind: 'new_model', model }))
}
