import type { PriceSource } from '../card.ts'
import { loadExchange } from '../exchange.ts'
import { compileOwnCards, readOwnCards } from './cards.ts'
import { compileGenaiPrices, readGenaiPrices } from './genai-prices.ts'

/** In order of precedence: what an earlier source says of a model goes over what a later one says. */
const LOADERS: readonly (() => Promise<PriceSource>)[] = [
  async () => compileOwnCards(await readOwnCards(), loadExchange()),
  async () => compileGenaiPrices(await readGenaiPrices()),
]

/** Reads all price sources. They come with the package, so nothing is fetched. */
export function loadSources(): Promise<readonly PriceSource[]> {
  return Promise.all(LOADERS.map((load) => load()))
}
