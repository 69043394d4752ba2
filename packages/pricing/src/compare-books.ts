import { UNITS, type Unit } from '@spancost/genai'
import { type Card, type CardRate, isValidAt, type PriceSource, type Rates } from './card.ts'
import { mergeListings } from './merge-listings.ts'

/** What one book says otherwise than another, as of one instant. */
export interface BookDifference {
  /** Provider, model, tier, region and context: `openai/gpt-4o+batch`. */
  readonly card: string
  readonly kind: 'added' | 'removed' | 'changed'
  /** Only where it changed. */
  readonly units: readonly UnitDifference[]
}

/** USD per one unit; absent: without a rate. */
export interface UnitDifference {
  readonly unit: Unit
  readonly before?: string
  readonly after?: string
  /** How many times the larger rate is the smaller; absent where one is missing or 0. */
  readonly factor?: number
}

/** Compares the cards that are in force at an instant, by what they stand for. */
export function compareBooks(
  before: readonly PriceSource[],
  after: readonly PriceSource[],
  atMs: number,
): readonly BookDifference[] {
  const old = listCards(before, atMs)
  const fresh = listCards(after, atMs)
  const names = [...new Set([...old.keys(), ...fresh.keys()])].toSorted()
  return names.flatMap((card): readonly BookDifference[] => {
    const [one, other] = [old.get(card), fresh.get(card)]
    if (one === undefined) return [{ card, kind: 'added', units: [] }]
    if (other === undefined) return [{ card, kind: 'removed', units: [] }]
    const units = compareRates(one, other)
    return units.length === 0 ? [] : [{ card, kind: 'changed', units }]
  })
}

/**
 * The rates in force by provider, model, tier, region and context. What sources say of a model is
 * joined by its name, which is enough to compare two books: a look-up would also try spellings.
 */
function listCards(sources: readonly PriceSource[], atMs: number): ReadonlyMap<string, Rates> {
  const layers = sources
    .toReversed()
    .map(({ listings }) => Map.groupBy(listings, ({ provider, model }) => `${provider}/${model}`))
  const names = new Set(layers.flatMap((layer) => [...layer.keys()]))
  const found = new Map<string, Rates>()
  for (const name of names) {
    for (const card of mergeListings(layers.map((layer) => layer.get(name) ?? []))) {
      if (!isValidAt(card, atMs)) continue
      const place = nameCard(name, card)
      found.set(place, card.rates)
      for (const tier of card.tiers ?? []) found.set(`${place}>${tier.start}`, tier.rates)
    }
  }
  return found
}

function nameCard(name: string, { serviceTier, region }: Card): string {
  return [name, serviceTier, region].filter((part) => part !== undefined).join('+')
}

function compareRates(before: Rates, after: Rates): readonly UnitDifference[] {
  return UNITS.flatMap((unit) => {
    const [one, other] = [before[unit], after[unit]]
    if (one?.text === other?.text) return []
    const factor = one && other ? findFactor(one, other) : undefined
    return {
      unit,
      ...(one !== undefined && { before: one.text }),
      ...(other !== undefined && { after: other.text }),
      ...(factor !== undefined && { factor }),
    }
  })
}

/** For people and for a limit: a double is enough. */
function findFactor(one: CardRate, other: CardRate): number | undefined {
  const [a, b] = [one.num * other.den, other.num * one.den]
  if (a === 0n || b === 0n) return undefined
  const [large, small] = a > b ? [a, b] : [b, a]
  return Number((large * 1_000_000n) / small) / 1_000_000
}
