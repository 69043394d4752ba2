/**
 * Splits an amount by weights, so that the parts add up to it exactly: each has its share rounded
 * down, and what is left goes, one by one, to those that lost most by rounding (the first of equals).
 * `undefined`: all weights are 0, so that nothing carries it.
 */
export function spreadAmount(
  amountAtto: bigint,
  weights: readonly bigint[],
): readonly bigint[] | undefined {
  if (amountAtto < 0n || weights.some((weight) => weight < 0n)) {
    throw new RangeError('an amount and the weights that it is spread by are not negative')
  }
  const whole = weights.reduce((sum, weight) => sum + weight, 0n)
  if (whole === 0n) return undefined
  const parts = weights.map((weight) => (amountAtto * weight) / whole)
  const left = amountAtto - parts.reduce((sum, part) => sum + part, 0n)
  const lost = weights
    .map((weight, at) => ({ at, remainder: (amountAtto * weight) % whole }))
    .sort((a, b) => Number(b.remainder > a.remainder) - Number(b.remainder < a.remainder))
  for (const { at } of lost.slice(0, Number(left))) parts[at] = parts[at]! + 1n
  return parts
}
