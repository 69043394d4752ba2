import type { Unit } from '@spancost/genai'
import type { Rates } from './card.ts'
import { multiplyRate } from './money.ts'
import type { CacheEffect, CostLine, Rating } from './rating.ts'

/** What cached tokens would be, had there been no cache. */
const UNCACHED: Readonly<Partial<Record<Unit, Unit>>> = {
  cache_read: 'input',
  cache_read_audio: 'input_audio',
  cache_write: 'input',
  cache_write_1h: 'input',
}

/** Most calls have nothing from or for a cache, and are to be rated fast. */
export function hasCached({ lines }: Rating): boolean {
  for (const { unit } of lines) if (UNCACHED[unit] !== undefined) return true
  return false
}

/**
 * How much less and how much more the cached tokens of a rating cost than they would have as plain
 * input, at the rates of the same card and tier; `agree` takes off what was agreed, from both. A
 * unit whose plain rate the card lacks is left out. `undefined` where there is no difference.
 */
export function compareWithUncached(
  rating: Rating,
  rates: Rates,
  agree?: (rating: Rating) => Rating,
): CacheEffect | undefined {
  const cached: CostLine[] = []
  const plain: CostLine[] = []
  for (const line of rating.lines) {
    const unit = UNCACHED[line.unit]
    const rate = unit && rates[unit]
    if (unit === undefined || rate === undefined) continue
    const { quantity } = line
    cached.push(line)
    plain.push({ unit, quantity, rate: rate.text, costAtto: multiplyRate(rate, quantity) })
  }
  if (cached.length === 0) return undefined
  const asPlain = agree === undefined ? plain : agree({ ...rating, lines: plain }).lines
  const asCached = agree === undefined ? cached : agree({ ...rating, lines: cached }).lines
  let savedAtto = 0n
  let extraAtto = 0n
  for (let index = 0; index < asCached.length; index++) {
    const differenceAtto = asPlain[index]!.costAtto - asCached[index]!.costAtto
    if (differenceAtto > 0n) savedAtto += differenceAtto
    else extraAtto -= differenceAtto
  }
  return savedAtto === 0n && extraAtto === 0n ? undefined : { savedAtto, extraAtto }
}
