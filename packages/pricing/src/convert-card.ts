import { UNITS } from '@spancost/genai'
import { type Card, type CardRate, type Rates, scaleRate } from './card.ts'
import type { Exchange } from './exchange.ts'
import type { Rate } from './money.ts'

/**
 * A card whose rates are in another currency as cards in USD: one for each exchange rate that holds
 * while it does. Before the first known exchange rate there is none, so nothing is guessed.
 */
export function convertCard(card: Card, currency: string, exchange: Exchange): readonly Card[] {
  if (currency === 'USD') return [card]
  const rates = exchange.get(currency)
  if (rates === undefined) {
    throw new Error(`card ${card.id}: no exchange rates of ${currency} are known`)
  }
  return rates.flatMap(({ fromMs, from, usd }, index): readonly Card[] => {
    const untilMs = Math.min(card.toMs ?? Infinity, rates[index + 1]?.fromMs ?? Infinity)
    const sinceMs = Math.max(card.fromMs ?? -Infinity, fromMs)
    if (sinceMs >= untilMs) return []
    return [
      {
        ...card,
        id: `${card.id}+${currency.toLowerCase()}@${from}`,
        rates: convertRates(card.rates, usd),
        ...(card.tiers !== undefined && {
          tiers: card.tiers.map(({ start, rates: each }) => ({
            start,
            rates: convertRates(each, usd),
          })),
        }),
        fromMs: sinceMs,
        ...(untilMs !== Infinity && { toMs: untilMs }),
        source: `listed in ${currency}, exchanged as of ${from}: ${card.source}`,
        listed: { currency, rates: card.rates },
      },
    ]
  })
}

function convertRates(rates: Rates, usd: Rate): Rates {
  const converted = UNITS.flatMap((unit): readonly (readonly [string, CardRate])[] => {
    const rate = rates[unit]
    return rate === undefined ? [] : [[unit, scaleRate(rate, usd)]]
  })
  return Object.fromEntries(converted)
}
