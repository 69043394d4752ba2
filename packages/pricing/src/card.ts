import { type Unit, UNITS } from '@spancost/genai'
import { formatRate, parseRate, type Rate } from './money.ts'

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
  /** Absent: every region. */
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
}

/** One model of one provider, as a source tells it: the ids it answers to and its cards. */
export interface Listing {
  readonly provider: string
  readonly model: string
  /** The id comes trimmed and in lower case. */
  matches(id: string): boolean
  /** Where several are valid, the last one holds. Empty: known, but without a price we trust. */
  readonly cards: readonly Card[]
  /** Why there are no cards, for people. */
  readonly note?: string
}

/** Where prices come from. Within a source, and among sources in a book, the first match holds. */
export interface PriceSource {
  readonly name: string
  readonly version: string
  readonly listings: readonly Listing[]
}

/** `text` USD for `perUnits` units. Throws as `parseRate` does. */
export function createCardRate(text: string, perUnits: number): CardRate {
  const rate = parseRate(text, perUnits)
  return { ...rate, text: formatRate(rate) }
}

export function isValidAt(card: Card, atMs: number): boolean {
  if (card.fromMs !== undefined && atMs < card.fromMs) return false
  if (card.toMs !== undefined && atMs >= card.toMs) return false
  return card.window === undefined || isWithin(card.window, atMs)
}

/** The rates for a request with so many input tokens, cached ones included. */
export function selectRates(card: Card, inputTokens: number): Rates {
  let rates = card.rates
  for (const tier of card.tiers ?? []) {
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

function isWithin({ startMs, endMs }: DayWindow, atMs: number): boolean {
  const timeMs = ((atMs % DAY_MS) + DAY_MS) % DAY_MS
  return startMs <= endMs
    ? timeMs >= startMs && timeMs < endMs
    : timeMs >= startMs || timeMs < endMs
}
