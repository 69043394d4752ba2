import type { Listing, PriceSource } from './card.ts'
import { FIRST_PARTIES, SHELVES } from './provider-names.ts'

/** All listings of a book, by the provider that they belong to and in order of precedence. */
export interface Shelves {
  /** Every provider id that can be asked for. */
  readonly providers: ReadonlySet<string>
  /**
   * The listing that answers to one of the spellings of a model. With no provider there may be
   * several: one for each maker that sells a model of that name.
   */
  find(provider: string | undefined, spellings: readonly string[]): readonly Listing[]
}

/** Throws where two cards share an id, as a rating could then not say which one was used. */
export function createShelves(sources: readonly PriceSource[]): Shelves {
  const listings = sources.flatMap((source) => source.listings)
  const shelves = Map.groupBy(listings, (listing) => listing.provider)
  const cardIds = new Set<string>()
  for (const { id } of listings.flatMap((listing) => listing.cards)) {
    if (cardIds.has(id)) throw new Error(`two price cards have the id ${id}`)
    cardIds.add(id)
  }

  function findOn(shelf: string, spellings: readonly string[]): Listing | undefined {
    for (const spelling of spellings) {
      const found = shelves.get(shelf)?.find((listing) => listing.matches(spelling))
      if (found !== undefined) return found
    }
    return undefined
  }

  function find(provider: string | undefined, spellings: readonly string[]): readonly Listing[] {
    if (provider === undefined) {
      return [...FIRST_PARTIES].flatMap(([maker, isOwn]) => {
        const found = findOn(maker, spellings)
        return found !== undefined && isOwn(found.model) ? [found] : []
      })
    }
    for (const shelf of SHELVES.get(provider) ?? [provider]) {
      const found = findOn(shelf, spellings)
      if (found !== undefined) return [found]
    }
    return []
  }

  return { providers: new Set([...shelves.keys(), ...SHELVES.keys()]), find }
}
