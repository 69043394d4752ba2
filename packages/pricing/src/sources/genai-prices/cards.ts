import type { ConditionalPrice, ModelInfo, ModelPrice } from '@pydantic/genai-prices'
import { UNITS } from '@spancost/genai'
import { type Card, createCardRate, type DayWindow, type Rates } from '../../card.ts'
import { ENDED_LISTINGS, FREE_LISTINGS } from './faults.ts'
import { compileRates } from './rates.ts'

/** A rate of 0 for all tokens. What a call uses besides, such as a search, is not free by it. */
const FREE_RATES: Rates = Object.fromEntries(
  UNITS.slice(0, UNITS.indexOf('web_search')).map((unit) => [unit, createCardRate('0', 1)]),
)

/** A card for a model whose tokens cost nothing on purpose. */
export function createFreeCard(provider: string, model: string, source: string): Card {
  const id = `${provider}/${model}`
  return { id, provider, model, currency: 'USD', rates: FREE_RATES, source }
}

/**
 * The cards of one model. The data lists prices so that the last one whose condition holds is
 * meant, and a condition is either a first day or a time of day. A time of day we take to hold
 * since the nearest first day before it in the list, as the data's comments say it is meant
 * (DeepSeek V4): a new daily peak does not reach back into the past. Prices that start after
 * `builtOn` are left out.
 */
export function compileCards(
  provider: string,
  model: ModelInfo,
  builtOn: string,
  source: string,
): Card[] {
  const name = `${provider}/${model.id}`
  const prices = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }]
  const entries = prices.filter((entry) => (readFirstDay(entry) ?? builtOn) <= builtOn)

  const cards: Card[] = []
  let from: string | undefined
  for (const [index, entry] of entries.entries()) {
    from = readFirstDay(entry) ?? from
    const figures = compileFigures(name, entry.prices)
    if (figures === undefined) continue
    const followers = entries.slice(index + 1).map(readFirstDay)
    const to = followers.find((day) => day !== undefined) ?? ENDED_LISTINGS.get(name)
    const time = entry.constraint?.type === 'time_of_date' ? entry.constraint : undefined
    const hours = time && `${time.start_time.slice(0, 5)}-${time.end_time.slice(0, 5)}`
    cards.push({
      id: [name, from && `@${from}`, hours && `/${hours}`].join(''),
      provider,
      model: model.id,
      currency: 'USD',
      ...figures,
      ...(from !== undefined && { fromMs: Date.parse(from) }),
      ...(to !== undefined && { toMs: Date.parse(to) }),
      ...(time !== undefined && { window: readWindow(time.start_time, time.end_time) }),
      source,
    })
  }
  return cards
}

function readFirstDay({ constraint }: ConditionalPrice): string | undefined {
  return constraint?.type === 'start_date' ? constraint.start_date : undefined
}

type Figures = Pick<Card, 'rates' | 'tiers' | 'minimums'>

/** `undefined`: the data has no price here, and the model is not known to be free. */
function compileFigures(name: string, prices: ModelPrice): Figures | undefined {
  if (Object.keys(prices).length === 0) {
    return FREE_LISTINGS.has(name) ? { rates: FREE_RATES } : undefined
  }
  // These models put out images alone, and the data has their rate as that of all output.
  const isImageRate = name.startsWith('openai/gpt-image-') && !('output_image_mtok' in prices)
  const image = isImageRate ? { output_image_mtok: prices['output_mtok'] } : {}
  const { rates, tiers } = compileRates({ ...prices, ...image })
  // Groq bills ten seconds of transcription at least; the data's README and engine say so.
  const isGroqAudio = name.startsWith('groq/') && rates.audio_second !== undefined
  return {
    rates,
    ...(tiers.length > 0 && { tiers }),
    ...(isGroqAudio && { minimums: { audio_second: 10 } }),
  }
}

function readWindow(start: string, end: string): DayWindow {
  return { startMs: readTime(start), endMs: readTime(end) }
}

/** `00:30:00Z` in milliseconds after midnight. */
function readTime(text: string): number {
  const match = /^(\d\d):(\d\d):(\d\d)Z$/.exec(text)
  if (match === null) throw new Error(`time of day "${text}" is not in UTC as HH:MM:SSZ`)
  const [, hours, minutes, seconds] = match
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
}
