import { type Provider, waitForUpdate } from '@pydantic/genai-prices'
import type { Listing, PriceSource } from '../card.ts'
import { compileCards, createFreeCard } from './genai-prices/cards.ts'
import { DROPPED_LISTINGS, REFUSED_IDS } from './genai-prices/faults.ts'
import { compileMatch } from './genai-prices/match-rule.ts'

const NAME = 'genai-prices'
/** The pinned version of `@pydantic/genai-prices`; a test holds it against the installed one. */
const VERSION = '0.1.8'
/**
 * The day that version was published. A price that was to start later was an announcement, and
 * announcements get cancelled (Sonnet 5's rise of 2026-09-01 was), so the price before it stays.
 */
const BUILT_ON = '2026-09-23'

/**
 * The prices that come with `@pydantic/genai-prices` (MIT), compiled to exact rates. Only its data
 * is used: its engine calculates in doubles, scans linearly and bills unknown classes at 0. Reading
 * it touches no network as long as nobody in the process calls its `updatePrices`; we never do.
 */
export async function loadGenaiPrices(): Promise<PriceSource> {
  const providers = await waitForUpdate()
  if (providers === null) throw new Error('@pydantic/genai-prices holds no data')
  return {
    name: NAME,
    version: VERSION,
    listings: [
      ...REFUSED_IDS.map(refuseIds),
      VERTEX_GEMMA,
      OPENROUTER_FREE,
      ...providers.flatMap(compileProvider),
    ],
  }
}

function refuseIds({ provider, ids, note }: (typeof REFUSED_IDS)[number]): Listing {
  const refused = new Set(ids)
  return { provider, model: ids.join(', '), matches: (id) => refused.has(id), cards: [], note }
}

/** Free on the Gemini API only. On Vertex AI one deploys it oneself, but for the hosted `-maas`. */
const VERTEX_GEMMA: Listing = {
  provider: 'vertex',
  model: 'gemma',
  matches: (id) => id.startsWith('gemma-') && !id.endsWith('-maas'),
  cards: [],
  note: 'a model that one deploys oneself is billed by the hour',
}

/** OpenRouter's ids say by themselves that they are free; the data lists only some of them. */
const OPENROUTER_FREE: Listing = {
  provider: 'openrouter',
  model: '*:free',
  matches: (id) => id.endsWith(':free'),
  cards: [createFreeCard('openrouter', '*:free', `${NAME}@${VERSION}`)],
}

function compileProvider(provider: Provider): Listing[] {
  const listings: Listing[] = []
  for (const model of provider.models) {
    const name = `${provider.id}/${model.id}`
    // `:free` is OpenRouter's; on the shelves of others (Azure, Mistral) it strayed from there.
    if (model.id.endsWith(':free') || DROPPED_LISTINGS.has(name)) continue
    try {
      const cards = compileCards(provider.id, model, BUILT_ON, `${NAME}@${VERSION}`)
      const listing = { provider: provider.id, model: model.id, matches: compileMatch(model.match) }
      listings.push({
        ...listing,
        cards,
        ...(cards.length === 0 && { note: 'it is listed without a price' }),
      })
    } catch (error) {
      throw new Error(`${NAME} ${VERSION}, ${name}: ${String(error)}`, { cause: error })
    }
  }
  return listings
}
