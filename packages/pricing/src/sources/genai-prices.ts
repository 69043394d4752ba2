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
 * The prices that come with `@pydantic/genai-prices` (MIT). Only its data is used: its engine calculates in doubles, scans linearly and bills unknown classes at 0. Reading
 * it touches no network as long as nobody in the process calls its `updatePrices`; we never do.
 */
export async function readGenaiPrices(): Promise<GenaiPrices> {
  const providers = await waitForUpdate()
  if (providers === null) throw new Error('@pydantic/genai-prices holds no data')
  return { version: VERSION, builtOn: BUILT_ON, providers }
}

/** The data of one day. What was to start after `builtOn` (a date) is left out. */
export interface GenaiPrices {
  readonly version: string
  readonly builtOn: string
  readonly providers: readonly Provider[]
}

/** Throws an error that names the model where the data says something that we do not understand. */
export function compileGenaiPrices(data: GenaiPrices): PriceSource {
  const { version, providers } = data
  return {
    name: NAME,
    version,
    listings: [
      ...REFUSED_IDS.map(refuseIds),
      VERTEX_GEMMA,
      createOpenrouterFree(version),
      ...providers.flatMap((provider) => compileProvider(provider, data)),
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
function createOpenrouterFree(version: string): Listing {
  return {
    provider: 'openrouter',
    model: '*:free',
    matches: (id) => id.endsWith(':free'),
    cards: [createFreeCard('openrouter', '*:free', `${NAME}@${version}`)],
  }
}

function compileProvider(provider: Provider, { version, builtOn }: GenaiPrices): Listing[] {
  const listings: Listing[] = []
  for (const model of provider.models) {
    const name = `${provider.id}/${model.id}`
    // `:free` is OpenRouter's; on the shelves of others (Azure, Mistral) it strayed from there.
    if (model.id.endsWith(':free') || DROPPED_LISTINGS.has(name)) continue
    try {
      const cards = compileCards(provider.id, model, builtOn, `${NAME}@${version}`)
      const listing = { provider: provider.id, model: model.id, matches: compileMatch(model.match) }
      listings.push({
        ...listing,
        cards,
        ...(cards.length === 0 && { note: 'it is listed without a price' }),
      })
    } catch (error) {
      throw new Error(`${NAME} ${version}, ${name}: ${String(error)}`, { cause: error })
    }
  }
  return listings
}
