import type { Unit } from '@spancost/genai'
import { scaleRate } from './card.ts'
import { formatAmount, multiplyRate, parseRate, type Rate } from './money.ts'
import type { CostLine, Rating } from './rating.ts'

/** What a user knows beyond prices: what their own names mean, what they agreed, what to assume. */
export interface Terms {
  /** The first that matches holds. */
  readonly aliases: readonly Alias[]
  /** The first that matches a unit holds; they do not add up. */
  readonly discounts: readonly Discount[]
  /** Whose rates stand in for those of a model that nobody knows; absent: it stays unpriced. */
  readonly fallback?: ModelName
}

export interface ModelName {
  readonly provider: string
  readonly model: string
}

/** A name of the user's own, such as that of a deployment. */
export interface Alias {
  /** Absent: of any provider. */
  readonly provider?: string
  /** As spans have it; `*` stands for anything. Case does not matter. */
  readonly model: string
  readonly means: { readonly provider?: string; readonly model: string }
}

/** An agreement (or a commitment, which is one that is paid otherwise) over list prices. */
export interface Discount {
  /** For people. */
  readonly name: string
  /** Absent: of any provider. */
  readonly provider?: string
  /** The model as cards have it; `*` stands for anything. Absent: all. */
  readonly model?: string
  /** Absent: all. */
  readonly units?: readonly Unit[]
  /** What is left of the price: `0.85` is 15 % less. Decimal text. */
  readonly times: string
  /** Valid in `[fromMs, toMs)`; absent: open. */
  readonly fromMs?: number
  readonly toMs?: number
}

export const NO_TERMS: Terms = { aliases: [], discounts: [] }

/** Tells what a model name stands for; `undefined` where it is nobody's alias. */
export type FindAlias = (provider: string | undefined, model: string) => Alias['means'] | undefined

/** Gives a provider's name the form in which others are compared with it. */
type Resolve = (provider: string) => string

export function createAliases(aliases: readonly Alias[], resolve: Resolve): FindAlias {
  const known = aliases.map(({ provider, model, means }) => ({
    provider: provider === undefined ? undefined : resolve(provider),
    matches: compileGlob(model),
    means,
  }))
  return (provider, model) => {
    const owner = provider === undefined ? undefined : resolve(provider)
    const isOf = (wanted: string | undefined): boolean => wanted === undefined || wanted === owner
    return known.find((alias) => isOf(alias.provider) && alias.matches(model.trim()))?.means
  }
}

/** The agreed price of what cards price. Prices that a user wrote are agreed ones already. */
export type TakeDiscount = (rating: Rating, card: ModelName, atMs: number) => Rating

/** Throws where `times` is no decimal. */
export function createDiscounts(discounts: readonly Discount[], resolve: Resolve): TakeDiscount {
  const known = discounts.map((discount) => ({
    ...discount,
    owner: discount.provider === undefined ? undefined : resolve(discount.provider),
    matches: compileGlob(discount.model ?? '*'),
    factor: parseRate(discount.times, 1),
  }))
  return (rating, card, atMs) => {
    const valid = known.filter(
      ({ owner, matches, fromMs = -Infinity, toMs = Infinity }) =>
        (owner === undefined || owner === card.provider) &&
        matches(card.model) &&
        atMs >= fromMs &&
        atMs < toMs,
    )
    if (valid.length === 0 || rating.costAtto === undefined) return rating
    const lines = rating.lines.map((line) => {
      const found = valid.find(({ units }) => units === undefined || units.includes(line.unit))
      return found === undefined ? line : changeLine(line, found.factor)
    })
    const costAtto = lines.reduce((sum, line) => sum + line.costAtto, 0n)
    return { ...rating, lines, costAtto, list: formatAmount(rating.costAtto) }
  }
}

/** Rounded once, as any line: from the agreed rate, not from the rounded list cost. */
function changeLine({ unit, quantity, rate }: CostLine, factor: Rate): CostLine {
  const agreed = scaleRate(parseRate(rate, 1), factor)
  return { unit, quantity, rate: agreed.text, costAtto: multiplyRate(agreed, quantity) }
}

/** Without a regular expression, as names come from outside and globs may have many stars. */
function compileGlob(glob: string): (name: string) => boolean {
  const [head = '', ...middle] = glob.toLowerCase().split('*')
  const tail = middle.pop()
  return (name) => {
    const text = name.toLowerCase()
    if (tail === undefined) return text === head
    if (!text.startsWith(head)) return false
    let end = head.length
    for (const part of middle) {
      const start = text.indexOf(part, end)
      if (start === -1) return false
      end = start + part.length
    }
    return text.length - end >= tail.length && text.endsWith(tail)
  }
}
