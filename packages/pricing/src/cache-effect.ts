import type { Unit } from '@spancost/genai'
import type { Rates } from './card.ts'
import { multiplyRate } from './money.ts'
import type { CacheEffect, Rating } from './rating.ts'

/** What cached tokens would be, had there been no cache. */
const UNCACHED: Readonly<Partial<Record<Unit, Unit>>> = {
  cache_read: 'input',
  cache_read_audio: 'input_audio',
  cache_write: 'input',
  cache_write_1h: 'input',
}

/**
 * How much less and how much more the cached tokens of a rating cost than they would have as plain
 * input, at the rates of the same card and tier; `agree` takes off what was agreed, from both. A
 * unit whose plain rate the card lacks is left out. `undefined` where there is no difference.
 */
export function compareWithUncached(
  rating: Rating,
  rates: Rates,
  agree: (rating: Rating) => Rating,
): CacheEffect | undefined {
  const cached = rating.lines.flatMap((line) => {
    const unit = UNCACHED[line.unit]
    const rate = unit && rates[unit]
    return unit === undefined || rate === undefined ? [] : [{ line, unit, rate }]
  })
  if (cached.length === 0) return undefined
  const plainLines = cached.map(({ line: { quantity }, unit, rate }) => ({
    unit,
    quantity,
    rate: rate.text,
    costAtto: multiplyRate(rate, quantity),
  }))
  const cachedLines = cached.map(({ line }) => line)
  const asPlain = agree({ ...rating, lines: plainLines }).lines
  const asCached = agree({ ...rating, lines: cachedLines }).lines
  let [savedAtto, extraAtto] = [0n, 0n]
  for (const [index, { costAtto }] of asCached.entries()) {
    const differenceAtto = asPlain[index]!.costAtto - costAtto
    if (differenceAtto > 0n) savedAtto += differenceAtto
    else extraAtto -= differenceAtto
  }
  return savedAtto === 0n && extraAtto === 0n ? undefined : { savedAtto, extraAtto }
}
