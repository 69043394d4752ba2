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
  const layers = sources.toReversed().map(({ listings, isAdditive = false }) => ({
    isAdditive,
    shelves: Map.groupBy(listings, (listing) => listing.provider),
  }))

  function find(provider: string | undefined, spellings: readonly string[]) {
    if (provider === undefined) {
      return [...FIRST_PARTIES].flatMap(([maker, isOwn]): readonly ShelvedModel[] => {
        const found = findAlong(layers, [maker], spellings)
        return found !== undefined && isOwn(found.model) ? [found] : []
      })
    }
    const found = findAlong(layers, SHELVES.get(provider) ?? [provider], spellings)
    return found === undefined ? [] : [found]
  }

  const stocked = layers.flatMap(({ shelves }) => [...shelves.keys()])
  return { providers: new Set([...stocked, ...SHELVES.keys()]), find }
}

/** The listings of one source by shelf. Layers are in rising order of precedence. */
interface Layer {
  readonly isAdditive: boolean
  readonly shelves: ReadonlyMap<string, readonly Listing[]>
}

/**
 * The first shelf decides that can tell a standard price. From a shelf behind the provider's own
 * only standard cards are taken: how a maker prices its tiers and regions binds no reseller.
 */
function findAlong(
  layers: readonly Layer[],
  shelves: readonly string[],
  spellings: readonly string[],
): ShelvedModel | undefined {
  const found = shelves.map((shelf) => ({ shelf, hits: findOn(layers, shelf, spellings) }))
  const place =
    found.find(({ hits }) => hits.flat().some(isComplete)) ??
    found.find(({ hits }) => hits.flat().some((hit) => hit.cards.length > 0))
  const [base, ...others] = place?.hits.flat() ?? []
  if (place === undefined || base === undefined) return undefined

  const { provider, model } = base
  const note = [base, ...others].find((hit) => hit.note !== undefined)?.note
  const cards = mergeListings(place.hits)
  const [own] = shelves
  if (own === undefined || place.shelf === own) return { provider, model, cards, note }
  const standard = [{ ...base, cards: cards.filter(isStandard) }]
  const overlays = findOn(layers, own, spellings, model)
  return { provider, model, cards: mergeListings([standard, ...overlays]), note }
}

/**
 * What each source says about the model that answers to a spelling: listings that match it, and
 * those that name a model which a source behind found. So a source may add to a model by name.
 */
function findOn(
  layers: readonly Layer[],
  shelf: string,
  spellings: readonly string[],
  model?: string,
): readonly (readonly Listing[])[] {
  const names = new Set(model === undefined ? [] : [model])
  return layers.flatMap(({ isAdditive, shelves }) => {
    const listings = shelves.get(shelf) ?? []
    const hits = isAdditive
      ? listings.filter((each) => names.has(each.model) || matchesAny(each, spellings))
      : findFirst(listings, spellings)
    for (const hit of hits) names.add(hit.model)
    return [hits]
  })
}

/** None or one: spellings are in order of precedence, and so are listings. */
function findFirst(listings: readonly Listing[], spellings: readonly string[]) {
  for (const spelling of spellings) {
    const found = listings.find((listing) => listing.matches(spelling))
    if (found !== undefined) return [found]
  }
  return []
}

function matchesAny(listing: Listing, spellings: readonly string[]): boolean {
  return spellings.some((spelling) => listing.matches(spelling))
}

function checkIds(sources: readonly PriceSource[]): void {
  const ids = new Set<string>()
  for (const { id } of sources.flatMap(({ listings }) => listings.flatMap(({ cards }) => cards))) {
    if (ids.has(id)) throw new Error(`two price cards have the id ${id}`)
    ids.add(id)
  }
}
