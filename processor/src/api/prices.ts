import type { Card, Rates } from '@spancost/pricing'
import { answerJson, defineRoute, refuse } from './answer.ts'
import { toInstant } from './json.ts'
import { instant, name } from './parameters.ts'

/** The rates that would be used for a model, or why there are none. */
export const pricesRoute = defineRoute(
  '/api/v1/prices',
  { provider: name, model: name, tenant: name, at: instant },
  ({ books }, { provider, model, tenant, at: atMs = Date.now() }) => {
    if (model === undefined) return refuse('model', `expected ${name.expected}, found nothing`)
    const book = books.of(tenant)
    const found = book.find({ provider, model, atMs })
    const question = { provider, model, tenant, at: toInstant(atMs), book: book.id }
    if (found.kind === 'card') return answerJson({ ...question, card: toCardJson(found.card) })
    return answerJson({ ...question, reason: found.reason, detail: found.detail })
  },
)

function toCardJson(card: Card) {
  const { id, provider, model, currency, serviceTier, region, minimums, source } = card
  return {
    id,
    provider,
    model,
    serviceTier,
    region,
    source,
    currency,
    ...(card.fromMs !== undefined && { from: toInstant(card.fromMs) }),
    ...(card.toMs !== undefined && { to: toInstant(card.toMs) }),
    ...(card.window && {
      eachDay: { from: toTimeOfDay(card.window.startMs), to: toTimeOfDay(card.window.endMs) },
    }),
    rates: listRates(card.rates),
    contextTiers: card.tiers?.map(({ start, rates }) => ({
      aboveInputTokens: start,
      rates: listRates(rates),
    })),
    minimums,
  }
}

/** UTC, such as `16:30:00`. */
function toTimeOfDay(afterMidnightMs: number): string {
  return toInstant(afterMidnightMs).slice(11, 19)
}

/** A rate is USD per one unit: an exact decimal, or a fraction where no decimal is exact. */
function listRates(rates: Rates) {
  return Object.entries(rates).map(([unit, { text }]) => ({ unit, rate: text }))
}
