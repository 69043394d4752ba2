import { readFileSync } from 'node:fs'
import { parseRate, type Rate } from './money.ts'

/** What one unit of a currency is worth in USD, by the time from which on it is. */
export type Exchange = ReadonlyMap<string, readonly ExchangeRate[]>

export interface ExchangeRate {
  readonly fromMs: number
  /** The date, as it was written. */
  readonly from: string
  /** As `parseRate` reads it per one unit. */
  readonly usd: Rate
}

/** `{ CNY: { '2026-01-01': '0.14' } }`: USD for one unit, a decimal or a fraction of whole numbers. */
export type ExchangeTexts = Readonly<Record<string, Readonly<Record<string, string>>>>

const FILE = new URL('../exchange.json', import.meta.url)

/**
 * The exchange rates that come with us, by the month, under those of the user, which replace a
 * currency as a whole. Throws an error that names the currency where a rate cannot be read.
 */
export function loadExchange(own: ExchangeTexts = {}): Exchange {
  const { rates } = JSON.parse(readFileSync(FILE, 'utf8')) as { readonly rates: ExchangeTexts }
  return readExchange({ ...rates, ...own })
}

export function readExchange(texts: ExchangeTexts): Exchange {
  return new Map(
    Object.entries(texts).map(([currency, dates]) => [currency, readDates(currency, dates)]),
  )
}

function readDates(currency: string, dates: Readonly<Record<string, string>>): ExchangeRate[] {
  const rates = Object.entries(dates).map(([from, text]): ExchangeRate => {
    const fromMs = /^\d{4}-\d\d-\d\d$/.test(from) ? Date.parse(from) : Number.NaN
    const usd = parseRate(text, 1)
    if (Number.isNaN(fromMs)) throw new Error(`${currency}: expected a date, found ${from}`)
    if (usd.num <= 0n) throw new Error(`${currency}, ${from}: expected a rate above 0`)
    return { fromMs, from, usd }
  })
  return rates.toSorted((one, other) => one.fromMs - other.fromMs)
}
