import { UNITS } from '@spancost/genai'
import {
  type Card,
  type CardRule,
  type ContextTier,
  type Listing,
  type Rates,
  scaleRate,
} from './card.ts'

/** Units of tokens, which tiers and regions make cheaper or dearer. The others are items. */
const TOKEN_UNITS = UNITS.slice(0, UNITS.indexOf('web_search'))
const ITEM_UNITS = UNITS.slice(UNITS.indexOf('web_search'))

/**
 * The cards of one model out of what sources say about it, `layers` in rising order of precedence.
 * Within a layer the order of writing does not matter, but that a later card goes over an earlier
 * one of the same kind: what is written out goes over what follows by a rule. A card of a tier or
 * region that is silent about an item (a search, a page) takes it from the standard card, as tiers
 * are about tokens.
 */
export function mergeListings(layers: readonly (readonly Listing[])[]): readonly Card[] {
  let cards: readonly Card[] = []
  for (const layer of layers) {
    const rules = layer.flatMap((listing) => listing.rules ?? [])
    const [standard, special] = partition(
      layer.flatMap((listing) => listing.cards),
      isStandard,
    )
    const [general, derived] = partition(rules, isGeneral)
    const base = general.reduce(changeCards, [...cards, ...standard])
    const written = special.map((card) => takeItems(card, base))
    const tiers = derived
      .filter(({ region }) => region === undefined)
      .flatMap((rule) => deriveCards([...base, ...written], rule))
    const regions = derived
      .filter(({ region }) => region !== undefined)
      .flatMap((rule) => deriveCards([...base, ...tiers, ...written], rule))
    cards = [...base, ...tiers, ...regions, ...written]
  }
  return cards
}

/**
 * Whether a listing says what the model costs in the standard tier as of today, be it by saying
 * that nobody knows. One that only adds tiers, regions or history needs another beside it.
 */
export function isComplete({ cards, rules = [] }: Listing): boolean {
  const isOpen = cards.some((card) => isStandard(card) && card.toMs === undefined)
  return isOpen || (cards.length === 0 && rules.length === 0)
}

export function isStandard(card: Card): boolean {
  return card.serviceTier === undefined && card.region === undefined
}

function takeItems(card: Card, earlier: readonly Card[]): Card {
  const standard = isStandard(card) ? undefined : earlier.findLast(isStandard)
  if (standard === undefined) return card
  const items = Object.fromEntries(
    ITEM_UNITS.filter((unit) => standard.rates[unit] !== undefined).map((unit) => [
      unit,
      standard.rates[unit],
    ]),
  )
  return changeRates(card, (rates) => ({ ...items, ...rates }))
}

function isGeneral({ serviceTier, region }: CardRule): boolean {
  return serviceTier === undefined && region === undefined
}

function partition<Item>(items: readonly Item[], isFirst: (item: Item) => boolean) {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))] as const
}

function changeCards(cards: readonly Card[], rule: CardRule): readonly Card[] {
  return cards.map((card) => changeCard(card, rule))
}

function changeCard(card: Card, rule: CardRule): Card {
  const changed = changeRates(card, (rates) => ({ ...multiplyTokens(rates, rule), ...rule.add }))
  return rule.above === undefined ? changed : changeTiers(changed, rule.above)
}

/** Only tiers that the card has: where a context is long is not for a rule to say. */
function changeTiers(card: Card, above: ReadonlyMap<number, Rates>): Card {
  const tiers = card.tiers?.map(({ start, rates }): ContextTier => ({
    start,
    rates: { ...rates, ...above.get(start) },
  }))
  return tiers === undefined ? card : { ...card, tiers }
}

/** The cards that a rule makes of those which have no tier, or no region, where it names one. */
function deriveCards(cards: readonly Card[], rule: CardRule): readonly Card[] {
  const { serviceTier, region } = rule
  return cards.flatMap((base) => {
    if (region !== undefined && base.region !== undefined) return []
    if (serviceTier !== undefined && base.serviceTier !== undefined) return []
    const fromMs = latest(base.fromMs, rule.fromMs)
    const toMs = earliest(base.toMs, rule.toMs)
    if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs) return []
    const id = [base.id, serviceTier, region].filter((part) => part !== undefined).join('+')
    return {
      ...changeCard(base, rule),
      id,
      ...(serviceTier !== undefined && { serviceTier }),
      ...(region !== undefined && { region }),
      ...(fromMs !== undefined && { fromMs }),
      ...(toMs !== undefined && { toMs }),
      source: rule.source,
      ...(rule.contested !== undefined && { contested: rule.contested }),
    }
  })
}

function multiplyTokens(rates: Rates, { times, except = [] }: CardRule): Rates {
  if (times === undefined) return rates
  const changed = TOKEN_UNITS.flatMap((unit) => {
    const rate = rates[unit]
    return rate === undefined || except.includes(unit)
      ? []
      : [[unit, scaleRate(rate, times)] as const]
  })
  return { ...rates, ...Object.fromEntries(changed) }
}

function changeRates(card: Card, change: (rates: Rates) => Rates): Card {
  const tiers = card.tiers?.map((tier): ContextTier => ({
    start: tier.start,
    rates: change(tier.rates),
  }))
  return { ...card, rates: change(card.rates), ...(tiers !== undefined && { tiers }) }
}

function latest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b)
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}
