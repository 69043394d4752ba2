import type { PriceSource } from '../card.ts'
import { loadGenaiPrices } from './genai-prices.ts'

/** In order of precedence: the first source that knows a model decides. */
const LOADERS: readonly (() => Promise<PriceSource>)[] = [loadGenaiPrices]

/** Reads all price sources. They come with the package, so nothing is fetched. */
export function loadSources(): Promise<readonly PriceSource[]> {
  return Promise.all(LOADERS.map((load) => load()))
}
