import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type ModelPrice, waitForUpdate } from '@pydantic/genai-prices'
import { describe, expect, it, vi } from 'vitest'
import type { Card } from '../card.ts'
import { compileGenaiPrices, readGenaiPrices } from './genai-prices.ts'
import { readPrice } from './genai-prices/rates.ts'

const source = compileGenaiPrices(await readGenaiPrices())
const cards = source.listings.flatMap((listing) => listing.cards)
const providers = (await waitForUpdate()) ?? []
const models = providers.flatMap((provider) =>
  provider.models.map((model) => ({
    name: `${provider.id}/${model.id}`,
    entries: Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }],
  })),
)

/** Names of the data and how many units each is for, written down once more. */
const PER_UNITS: Readonly<Record<string, readonly [string, bigint]>> = {
  input_mtok: ['input', 1_000_000n],
  cache_read_mtok: ['cache_read', 1_000_000n],
  cache_write_mtok: ['cache_write', 1_000_000n],
  cache_write_1h_mtok: ['cache_write_1h', 1_000_000n],
  input_audio_mtok: ['input_audio', 1_000_000n],
  cache_audio_read_mtok: ['cache_read_audio', 1_000_000n],
  input_image_mtok: ['input_image', 1_000_000n],
  output_mtok: ['output', 1_000_000n],
  output_reasoning_mtok: ['reasoning', 1_000_000n],
  output_audio_mtok: ['output_audio', 1_000_000n],
  output_image_mtok: ['output_image', 1_000_000n],
  web_searches_kcount: ['web_search', 1_000n],
  requests_kcount: ['request', 1_000n],
  input_document_kpages: ['page', 1_000n],
  audio_hours: ['audio_second', 3_600n],
}

/** Every figure of the data that is not taken as it is printed. */
const SNAPPED = [
  ['huggingface_together/Qwen/Qwen3-VL-8B-Instruct', 'input_mtok', '0.18'],
  ['openrouter/google/gemini-2.5-flash-image', 'cache_write_mtok', '1/12'],
  ['openrouter/google/gemini-2.5-flash-lite', 'cache_write_mtok', '1/12'],
  ['openrouter/google/gemini-3-flash-preview', 'cache_write_mtok', '1/12'],
  ['openrouter/google/gemini-3.1-flash-lite', 'cache_write_mtok', '1/12'],
  ['openrouter/google/gemini-3.5-flash', 'cache_write_mtok', '1/12'],
  ['openrouter/~google/gemini-flash-latest', 'cache_write_mtok', '1/12'],
]

describe('the price data', () => {
  it('is the version that the book says', () => {
    const main = fileURLToPath(import.meta.resolve('@pydantic/genai-prices'))
    const manifest = readFileSync(main.replace(/dist.index\.js$/, 'package.json'), 'utf8')
    expect(manifest).toContain(`"version": "${source.version}"`)
    expect(`${source.name}@${source.version}`).toBe('genai-prices@0.1.8')
  })

  it('is read without the network', async () => {
    const fetch = vi.fn<typeof globalThis.fetch>()
    vi.stubGlobal('fetch', fetch)
    const again = compileGenaiPrices(await readGenaiPrices())
    vi.unstubAllGlobals()
    expect(again.listings).toHaveLength(source.listings.length)
    expect(fetch).not.toHaveBeenCalled()
  })

  it('has no card id twice', () => {
    expect(cards.length).toBeGreaterThan(1_500)
    expect(new Set(cards.map((card) => card.id)).size).toBe(cards.length)
  })

  it('is taken digit by digit, except for a short list', () => {
    const snapped = models.flatMap(({ name, entries }) =>
      entries.flatMap(({ prices }) =>
        listFigures(prices)
          .filter(({ usd }) => readPrice(usd) !== String(usd))
          .map(({ key, usd }) => [name, key, readPrice(usd)]),
      ),
    )
    expect(snapped).toEqual(SNAPPED)
  })

  it('becomes rates that are exactly its figures, below and in each context tier', () => {
    let checked = 0
    for (const { name, entries } of models) {
      for (const card of cards.filter((each) => `${each.provider}/${each.model}` === name)) {
        const prices = entries.find(({ constraint }) => isOf(card, constraint))?.prices ?? {}
        for (const { key, usd, start } of listFigures(prices)) {
          const [unit, perUnits] = PER_UNITS[key] ?? []
          if (perUnits === undefined || SNAPPED.some(([a, b]) => a === name && b === key)) continue
          const rates =
            start === undefined ? card.rates : card.tiers?.find((t) => t.start === start)?.rates
          const rate = Object.entries(rates ?? {}).find(([each]) => each === unit)?.[1]
          // num/den atto per unit, times the units, is the price: both sides without a fraction.
          const [whole = '', fraction = ''] = String(usd).split('.')
          const digits = BigInt(whole + fraction)
          const scale = 10n ** BigInt(fraction.length)
          expect(rate, `${card.id} ${key}`).toBeDefined()
          expect((rate?.num ?? 0n) * perUnits * scale, `${card.id} ${key}`).toBe(
            digits * 10n ** 18n * (rate?.den ?? 0n),
          )
          checked++
        }
      }
    }
    expect(checked).toBeGreaterThan(3_900)
  })

  it('prices audio by the hour alike under both of its keys', () => {
    const figures = models.flatMap(({ entries }) => entries.map(({ prices }) => prices))
    const twice = figures.filter((prices) => prices['input_audio_hours'] !== undefined)
    expect(twice).toHaveLength(5)
    expect(twice.map((prices) => prices['input_audio_hours'])).toEqual(
      twice.map((prices) => prices['audio_hours']),
    )
  })

  it('lists without a price what it does not know, and nothing else', () => {
    const bare = source.listings.filter((listing) => listing.cards.length === 0)
    expect(bare.filter((listing) => listing.note === undefined)).toEqual([])
    expect(bare.map((listing) => `${listing.provider}/${listing.model}`)).toEqual([
      'openai/gpt-oss-120b, gpt-oss-20b, gpt-oss-safeguard-20b',
      'groq/openai/gpt-oss-safeguard-20b',
      'mistral/mistral-large-latest, mistral-small-latest',
      expect.stringMatching(/^azure\/phi-3-medium-128k-instruct, /),
      'azure/grok-3-mini',
      'vertex/gemini-2.0-flash, gemini-2.0-flash-001',
      'vertex/gemma',
      'cerebras/qwen-3-coder-480b',
      'github-copilot/gpt-3.5-turbo',
      'github-copilot/gpt-4.1',
      'github-copilot/gpt-4o',
      'github-copilot/gpt-4o-mini',
      'huggingface_together/ServiceNow-AI/Apriel-1.6-15b-Thinker',
      'openrouter/gemini-2.5-pro-exp-03-25',
      'openrouter/google/gemini-flash-1.5-8b-exp',
      'openrouter/google/lyria-3-clip-preview',
      'openrouter/google/lyria-3-pro-preview',
    ])
  })
})

describe('readPrice', () => {
  it.each([
    [0.0028, '0.0028'],
    [0.003625, '0.003625'],
    [0.1, '0.1'],
    [600, '600'],
    [0, '0'],
    [0.18000000000000002, '0.18'],
    [14.993999999999998, '14.994'],
    [0.08333333333333334, '1/12'],
    [2 / 3, '2/3'],
    // Neither noise nor a simple fraction.
    [0.1234567890123457, '0.1234567890123457'],
  ])('takes %s as %s', (usd, text) => {
    expect(readPrice(usd)).toBe(text)
  })
})

function listFigures(prices: ModelPrice): { key: string; usd: number; start?: number }[] {
  return Object.entries(prices).flatMap(([key, price]) => {
    if (price === undefined) return []
    if (typeof price === 'number') return [{ key, usd: price }]
    const tiers = price.tiers.map((tier) => ({ key, usd: tier.price, start: tier.start }))
    return [{ key, usd: price.base }, ...tiers]
  })
}

type Constraint = Extract<(typeof models)[number]['entries'], unknown[]>[number]['constraint']

/** Whether a card was made from the entry with this condition; its id tells. */
function isOf(card: Card, constraint: Constraint): boolean {
  const suffix = card.id.slice(`${card.provider}/${card.model}`.length)
  if (constraint === undefined) return suffix === ''
  return constraint.type === 'start_date'
    ? suffix === `@${constraint.start_date}`
    : suffix.includes(`/${constraint.start_time.slice(0, 5)}`)
}
