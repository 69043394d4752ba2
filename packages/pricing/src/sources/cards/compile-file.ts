import { type Unit, UNITS } from '@spancost/genai'
import {
  type Card,
  type CardRate,
  type CardRule,
  createCardRate,
  type DayWindow,
  type Listing,
  type Rates,
} from '../../card.ts'
import { parseRate } from '../../money.ts'
import { convertCard } from '../../convert-card.ts'
import type { Exchange } from '../../exchange.ts'
import { compileMatch } from '../genai-prices/match-rule.ts'
import {
  type CardEntry,
  type CardFile,
  type ModelEntry,
  PER_UNITS,
  type UnitTexts,
} from './card-file.ts'

/** What marks the cards of a source: the start of their ids, and what a rating says of them. */
export interface CardMark {
  readonly prefix: string
  readonly kind?: NonNullable<Card['kind']>
}

/**
 * The listings that a file of cards stands for, with exact rates in USD. Throws where a currency has
 * no exchange rates.
 */
export function compileFile(
  file: CardFile,
  mark: CardMark,
  exchange: Exchange,
): readonly Listing[] {
  return file.providers.flatMap((provider) =>
    file.models.map((entry) => compileModel(provider, entry, mark, exchange)),
  )
}

function compileModel(
  provider: string,
  entry: ModelEntry,
  mark: CardMark,
  exchange: Exchange,
): Listing {
  const { model, cards, currency, note } = entry
  return {
    provider,
    model,
    matches: compileIds(entry.ids),
    cards: cards
      .flatMap((card) => compileCards(provider, model, card, mark))
      .flatMap((card) => convertCard(card, currency, exchange)),
    rules: cards.flatMap(compileRules),
    ...(note !== undefined && { note }),
  }
}

/** `*` at the end of an id stands for a version, as in the rules of the default data. */
function compileIds(ids: readonly string[]): (id: string) => boolean {
  const exact = new Set(ids.filter((id) => !id.endsWith('*')))
  const open = ids
    .filter((id) => id.endsWith('*'))
    .map((id) => compileMatch({ starts_with: id.slice(0, -1) }))
  return (id) => exact.has(id) || open.some((match) => match(id))
}

/** One card for each tier and region that the entry names. */
function compileCards(
  provider: string,
  model: string,
  entry: CardEntry,
  { prefix, kind }: CardMark,
): readonly Card[] {
  if (entry.rates === undefined) return []
  const { from, to, hours, days, above, minimums, contested } = entry
  const rates = compileRates(entry.rates)
  const tiers = [...above].map(([start, texts]) => ({
    start,
    rates: { ...rates, ...compileRates(texts) },
  }))
  const window = readWindow(hours, days)
  const time = from ?? (to === undefined ? undefined : `-${to}`)
  return listPlaces(entry).map(({ serviceTier, region }) => ({
    id: [
      `${prefix}${provider}/${model}`,
      time === undefined ? '' : `@${time}`,
      hours === undefined ? '' : `/${hours}`,
      days === undefined ? '' : `/${days.join('')}`,
      serviceTier === undefined ? '' : `+${serviceTier}`,
      region === undefined ? '' : `+${region}`,
    ].join(''),
    provider,
    model,
    currency: 'USD' as const,
    rates,
    ...(tiers.length > 0 && { tiers }),
    ...(minimums !== undefined && { minimums }),
    ...(serviceTier !== undefined && { serviceTier }),
    ...(region !== undefined && { region }),
    ...readTimes(entry),
    ...(window !== undefined && { window }),
    source: `${entry.source}; checked ${entry.checked}`,
    ...(kind !== undefined && { kind }),
    ...(contested !== undefined && { contested }),
  }))
}

function compileRules(entry: CardEntry): readonly CardRule[] {
  if (entry.rates !== undefined) return []
  const { times, except, add, above, contested } = entry
  const tiers = [...above].map(([start, texts]) => [start, compileRates(texts)] as const)
  return listPlaces(entry).map((place) => ({
    ...place,
    ...readTimes(entry),
    ...(times !== undefined && { times: parseRate(times, 1) }),
    ...(except !== undefined && { except }),
    ...(add !== undefined && { add: compileRates(add) }),
    ...(tiers.length > 0 && { above: new Map(tiers) }),
    source: `${entry.source}; checked ${entry.checked}`,
    ...(contested !== undefined && { contested }),
  }))
}

type Place = Pick<Card, 'serviceTier' | 'region'>

function listPlaces({ tiers, regions }: CardEntry): readonly Place[] {
  const byTier = tiers.length === 0 ? [{}] : tiers.map((serviceTier) => ({ serviceTier }))
  if (regions.length === 0) return byTier
  return byTier.flatMap((place) => regions.map((region) => ({ ...place, region })))
}

function readTimes({ fromMs, toMs }: CardEntry): Pick<Card, 'fromMs' | 'toMs'> {
  return { ...(fromMs !== undefined && { fromMs }), ...(toMs !== undefined && { toMs }) }
}

/** The same text is parsed once: most prices occur many times. */
const PARSED = new Map<string, CardRate>()

function compileRates(texts: UnitTexts): Rates {
  const rates: Partial<Record<Unit, CardRate>> = {}
  for (const unit of UNITS) {
    const text = texts[unit]
    if (text === undefined) continue
    const key = `${text} ${PER_UNITS[unit]}`
    let rate = PARSED.get(key)
    if (rate === undefined) PARSED.set(key, (rate = createCardRate(text, PER_UNITS[unit])))
    rates[unit] = rate
  }
  return rates
}

const WHOLE_DAY = '00:00-24:00'

function readWindow(
  hours: string | undefined,
  days: readonly number[] | undefined,
): DayWindow | undefined {
  if (hours === undefined && days === undefined) return undefined
  const [startMs = 0, endMs = 0] = (hours ?? WHOLE_DAY).split('-').map((time) => {
    const [hour, minute] = time.split(':')
    return (Number(hour) * 60 + Number(minute)) * 60_000
  })
  return { startMs, endMs, ...(days !== undefined && { days }) }
}
