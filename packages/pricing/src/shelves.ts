import type { Card, Listing, PriceSource } from './card.ts'
import { isComplete, isStandard, mergeListings } from './merge-listings.ts'
import { FIRST_PARTIES, SHELVES } from './provider-names.ts'

/** All listings of a book, by the provider that they belong to and in order of precedence. */
export interface Shelves {
  /** Every provider id that can be asked for. */
  readonly providers: ReadonlySet<string>
  /**
   * The model that answers to one of the spellings. With no provider there may be several: one for
   * each maker that sells a model of that name.
   */
  find(provider: string | undefined, spellings: readonly string[]): readonly ShelvedModel[]
}

/** A model as all sources together tell it. Without cards it is known, but has no price. */
export interface ShelvedModel {
  readonly provider: string
  readonly model: string
  readonly cards: readonly Card[]
  readonly note: string | undefined
}

/** Throws where two cards share an id, as a rating could then not say which one was used. */
export function createShelves(sources: readonly PriceSource[]): Shelves {
  checkIds(sources)
  /** The listings of each source by shelf, of the source that counts least first. */
  const layers = sources.toReversed().map(({ listings, isAdditive = false }) => ({
    isAdditive,
    shelves: Map.groupBy(listings, (listing) => listing.provider),
  }))

  /**
   * What all sources say about the model that answers to a spelling: those that match it, and those
   * that name a model which a source behind them found. So a source may add to a model by name.
   */
  function findOn(shelf: string, spellings: readonly string[], models: readonly string[] = []) {
    const hits: Listing[] = []
    for (const { isAdditive, shelves } of layers) {
      const listings = shelves.get(shelf) ?? []
      if (isAdditive) {
        const names = new Set([...models, ...hits.map((hit) => hit.model)])
        const isHit = (listing: Listing) =>
          names.has(listing.model) || spellings.some((id) => listing.matches(id))
        hits.push(...listings.filter(isHit))
      } else {
        const hit = findBySpelling(listings, spellings)
        if (hit !== undefined) hits.push(hit)
      }
    }
    return hits
  }

  /**
   * The first shelf decides that can tell a standard price. From a shelf behind the provider's own
   * only standard cards are taken: how a maker prices its tiers and regions binds no reseller.
   */
  function findAlong(shelves: readonly string[], spellings: readonly string[]) {
    const [own] = shelves
    const found = shelves.map((shelf) => ({ shelf, hits: findOn(shelf, spellings) }))
    const place =
      found.find(({ hits }) => hits.some(isComplete)) ??
      found.find(({ hits }) => hits.some((hit) => hit.cards.length > 0))
    const base = place?.hits[0]
    if (place === undefined || base === undefined) return undefined

    const note = place.hits.find((hit) => hit.note !== undefined)?.note
    const { provider, model } = base
    let cards = mergeListings(place.hits)
    if (own !== undefined && place.shelf !== own) {
      const overlays = findOn(own, spellings, [model])
      cards = mergeListings([{ ...base, cards: cards.filter(isStandard) }, ...overlays])
    }
    return { provider, model, cards, note }
  }

  function find(provider: string | undefined, spellings: readonly string[]) {
    if (provider === undefined) {
      return [...FIRST_PARTIES].flatMap(([maker, isOwn]): readonly ShelvedModel[] => {
        const found = findAlong([maker], spellings)
        return found !== undefined && isOwn(found.model) ? [found] : []
      })
    }
    const found = findAlong(SHELVES.get(provider) ?? [provider], spellings)
    return found === undefined ? [] : [found]
  }

  const providers = new Set([
    ...layers.flatMap((layer) => [...layer.shelves.keys()]),
    ...SHELVES.keys(),
  ])
  return { providers, find }
}

function findBySpelling(listings: readonly Listing[], spellings: readonly string[]) {
  for (const spelling of spellings) {
    const found = listings.find((listing) => listing.matches(spelling))
    if (found !== undefined) return found
  }
  return undefined
}

function checkIds(sources: readonly PriceSource[]): void {
  const ids = new Set<string>()
  for (const { id } of sources.flatMap(({ listings }) => listings.flatMap(({ cards }) => cards))) {
    if (ids.has(id)) throw new Error(`two price cards have the id ${id}`)
    ids.add(id)
  }
}
