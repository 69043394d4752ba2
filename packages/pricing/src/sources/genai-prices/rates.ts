import type { ModelPrice } from '@pydantic/genai-prices'
import type { Unit } from '@spancost/genai'
import { type CardRate, type ContextTier, createCardRate, type Rates } from '../../card.ts'

/** The data's price keys, the unit of ours that each one prices, and how many the price is for. */
const PRICE_KEYS: ReadonlyMap<string, readonly [Unit, number]> = new Map([
  ['input_mtok', ['input', 1_000_000]],
  ['cache_read_mtok', ['cache_read', 1_000_000]],
  ['cache_write_mtok', ['cache_write', 1_000_000]],
  ['cache_write_1h_mtok', ['cache_write_1h', 1_000_000]],
  ['input_audio_mtok', ['input_audio', 1_000_000]],
  ['cache_audio_read_mtok', ['cache_read_audio', 1_000_000]],
  ['input_image_mtok', ['input_image', 1_000_000]],
  ['output_mtok', ['output', 1_000_000]],
  ['output_reasoning_mtok', ['reasoning', 1_000_000]],
  ['output_audio_mtok', ['output_audio', 1_000_000]],
  ['output_image_mtok', ['output_image', 1_000_000]],
  ['web_searches_kcount', ['web_search', 1_000]],
  ['requests_kcount', ['request', 1_000]],
  ['input_document_kpages', ['page', 1_000]],
  ['audio_hours', ['audio_second', 3_600]],
])

/** Keys that are left out, each for its reason. A key that is in neither list stops the load. */
const UNUSED_KEYS: ReadonlyMap<string, string> = new Map([
  ['input_audio_hours', 'always stands beside an equal audio_hours'],
  ['input_annotated_document_kpages', 'usage does not tell annotated pages from others'],
  ['cache_image_read_mtok', 'usage does not tell cached images from cached text'],
  ['input_video_mtok', 'usage has no video tokens'],
  ['output_video_mtok', 'usage has no video tokens'],
  ['output_citation_mtok', 'usage has no citation tokens'],
  ['storage_searches_kcount', 'usage has no file searches'],
  ['input_text_messages_kcount', 'usage has no messages'],
])

/** A price above this, per the key's own number of units, is a slip of the pen. */
const MAX_PRICE_USD = 10_000

/**
 * Compiles the prices of one entry to exact rates, and its context tiers to complete tables, as
 * the whole request moves to a tier. Throws on a key or figure that we do not understand: a price
 * that is dropped without a word would make calls too cheap.
 */
export function compileRates(prices: ModelPrice): { rates: Rates; tiers: readonly ContextTier[] } {
  const starts = new Set<number>()
  for (const price of Object.values(prices)) {
    if (typeof price === 'object') for (const tier of price.tiers) starts.add(tier.start)
  }
  const ascending = [...starts].sort((a, b) => a - b)
  const tiers = ascending.map((start) => ({ start, rates: compileTable(prices, start) }))
  return { rates: compileTable(prices, undefined), tiers }
}

/** The rates that hold in the tier that starts at `start`, or below all tiers. */
function compileTable(prices: ModelPrice, start: number | undefined): Rates {
  const rates: Partial<Record<Unit, CardRate>> = {}
  for (const [key, price] of Object.entries(prices)) {
    if (price === undefined || UNUSED_KEYS.has(key)) continue
    const known = PRICE_KEYS.get(key)
    if (known === undefined) throw new Error(`price key ${key} is not known`)
    const [unit, perUnits] = known
    let usd = typeof price === 'object' ? price.base : price
    if (typeof price === 'object' && start !== undefined) {
      for (const tier of price.tiers) if (tier.start <= start) usd = tier.price
    }
    if (!(usd >= 0 && usd <= MAX_PRICE_USD)) throw new Error(`${key} is ${usd} USD`)
    rates[unit] = createCardRate(readPrice(usd), perUnits)
  }
  return rates
}

/**
 * The price that someone meant by a double. Its shortest decimal is what was written down, unless
 * it has 16 or 17 digits: those come from arithmetic. Then it is the decimal of 12 digits that
 * lies within 1e-15 of it, relatively (0.18000000000000002 is 0.18), or else the fraction with the
 * least denominator up to 60 that does (0.08333333333333334 is 1/12: a 5-minute share of an hourly
 * fee), or else just what it says.
 */
export function readPrice(usd: number): string {
  const shortest = String(usd)
  if (shortest.replace(/^0\.0*|\./g, '').length < 16) return shortest
  const rounded = Number(usd.toPrecision(12))
  if (isNoise(rounded, usd)) return String(rounded)
  for (let den = 2; den <= 60; den++) {
    const num = Math.round(usd * den)
    if (isNoise(num / den, usd)) return `${num}/${den}`
  }
  return shortest
}

/** Whether two figures differ by no more than a few steps of double arithmetic. */
function isNoise(meant: number, found: number): boolean {
  return Math.abs(meant - found) <= found * 1e-15
}
