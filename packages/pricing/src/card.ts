import { type Unit, UNITS } from '@spancost/genai'
import { formatRate, parseRate, type Rate, reduceRate } from './money.ts'

/** A rate with its text, made once so that pricing a call builds no strings. */
export interface CardRate extends Rate {
  /** USD per one unit, as `formatRate` writes it. */
  readonly text: string
}

/** A unit without an entry has no known price, which is not a price of 0. */
export type Rates = Readonly<Partial<Record<Unit, CardRate>>>

/** Above `start` input tokens (not at it) the whole request is billed at these rates. */
export interface ContextTier {
  readonly start: number
  /** Complete: rates that the tier does not change are repeated. */
  readonly rates: Rates
}

/** Part of each UTC day: `[startMs, endMs)` after midnight; across it where the end is less. */
export interface DayWindow {
  readonly startMs: number
  readonly endMs: number
  /** Days of the UTC week, Sunday is 0; absent: all. */
  readonly days?: readonly number[]
}

/** What one model costs at one provider, in one tier, over one time. Plain data, never changed. */
export interface Card {
  /** Unique within a book; it is written on spans. */
  readonly id: string
  readonly provider: string
  readonly model: string
  readonly currency: 'USD'
  /** Absent: the standard tier. */
  readonly serviceTier?: string
  /** Absent: every region. `eu` also stands for regions within it, such as `eu-west-1`. */
  readonly region?: string
  /** Where all of them are 0, the model is free on purpose. */
  readonly rates: Rates
  /** Ascending by `start`. */
  readonly tiers?: readonly ContextTier[]
  /** Billed at least, where a unit is used at all. */
  readonly minimums?: Readonly<Partial<Record<Unit, number>>>
  /** Valid in `[fromMs, toMs)`, milliseconds since 1970 UTC; absent: open. */
  readonly fromMs?: number
  readonly toMs?: number
  readonly window?: DayWindow
  /** Where the figures come from. */
  readonly source: string
  /** Said on the rating; absent: `book`. */
  readonly kind?: 'override' | 'self_hosted'
  /** How independent price tables disagree about it, for people. */
  readonly contested?: string
  /** What its price list is in, where that is not USD; its tiers as there. */
  readonly listed?: { readonly currency: string; readonly rates: Rates }
}

/**
 * How cards follow from others of the same model, so that what follows from a price need not be
 * written down again for each tier, date and region. A rule with a tier makes a card of that tier
 * out of each standard card; one with a region, a card of that region out of each card of any tier
 * that has none; one with neither changes all cards.
 */
export interface CardRule {
  readonly serviceTier?: string
  readonly region?: string
  readonly fromMs?: number
  readonly toMs?: number
  /** Multiplies the rates of tokens. What tools cost does not change with them. */
  readonly times?: Rate
  /** Units that are not multiplied. */
  readonly except?: readonly Unit[]
  /** Rates that are added or replaced, after multiplying. */
  readonly add?: Rates
  /** The same for a context tier that a card has, by its `start`. */
  readonly above?: ReadonlyMap<number, Rates>
  readonly source: string
  readonly contested?: string
}

/** One model of one provider, as a source tells it: the ids it answers to and its cards. */
export interface Listing {
  readonly provider: string
  readonly model: string
  /** The id comes trimmed and in lower case. */
  matches(id: string): boolean
  /**
   * Where several are valid, the last one holds. Without cards and rules the model is known, but
   * has no price that we trust.
   */
  readonly cards: readonly Card[]
  /** Applied in order, to the cards of sources behind this one as well. */
  readonly rules?: readonly CardRule[]
  /** Why there are no cards, for people. */
  readonly note?: string
}

/**
 * Where prices come from. Within a source the first match holds,
 * unless it is additive. Among the sources of a book, the
 * cards of an earlier one go over those of a later one.
 */
export interface PriceSource {
  readonly name: string
  readonly version: string
  readonly listings: readonly Listing[]
  /** All matches of this source count, a later one over an earlier one. */
  readonly isAdditive?: boolean
}

/** `text` USD for `perUnits` units. Throws as `parseRate` does. */
export function createCardRate(text: string, perUnits: number): CardRate {
  const rate = parseRate(text, perUnits)
  return { ...rate, text: formatRate(rate) }
}

/** A rate times a factor, which `parseRate` has read as if it were per one unit. */
export function scaleRate(rate: Rate, factor: Rate): CardRate {
  const one = parseRate('1', 1)
  const scaled = reduceRate(rate.num * factor.num, rate.den * factor.den * one.num)
  return { ...scaled, text: formatRate(scaled) }
}

export function isValidAt(card: Card, atMs: number): boolean {
  if (card.fromMs !== undefined && atMs < card.fromMs) return false
  if (card.toMs !== undefined && atMs >= card.toMs) return false
  return card.window === undefined || isWithin(card.window, atMs)
}

/** The rates for a request with so many input tokens, cached ones included. */
export function selectRates(card: Card, inputTokens: number): Rates {
  let rates = card.rates
  if (card.tiers === undefined) return rates
  for (const tier of card.tiers) {
    if (inputTokens > tier.start) rates = tier.rates
  }
  return rates
}

/** Whether the model costs nothing on purpose. A card without any rate is unknown, not free. */
export function isFree(card: Card): boolean {
  let free = false
  for (const unit of UNITS) {
    const rate = card.rates[unit]
    if (rate === undefined) continue
    if (rate.num !== 0n) return false
    free = true
  }
  return free
}

const DAY_MS = 86_400_000

function isWithin({ startMs, endMs, days }: DayWindow, atMs: number): boolean {
  const timeMs = ((atMs % DAY_MS) + DAY_MS) % DAY_MS
  // 1970-01-01 was a Thursday.
  const day = (((Math.floor(atMs / DAY_MS) + 4) % 7) + 7) % 7
  if (days !== undefined && !days.includes(day)) return false
  return startMs <= endMs
    ? timeMs >= startMs && timeMs < endMs
    : timeMs >= startMs || timeMs < endMs
}
