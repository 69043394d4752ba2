import { type Operation, type SplitUsage, splitUsage, type Unit, type Units } from '@spancost/genai'
import type { Lookup, PriceBook, Refusal } from './book.ts'
import { compareWithUncached, hasCached } from './cache-effect.ts'
import { type Card, type CardRate, isFree, type Rates, selectRates } from './card.ts'
import { formatAmount, multiplyRate, parseRate } from './money.ts'
import type { CostLine, CostReason, Rating } from './rating.ts'
import type { ModelName } from './terms.ts'

/**
 * What one operation cost at `atMs` (its start, milliseconds since 1970 UTC): what the provider
 * billed, where its answer said so, else by the prices of a book. Pure: the same three give the
 * same rating. A container is rated like a leaf; whether it counts is not decided here. Who has split
 * the usage already hands that in.
 */
export function rateOperation(
  operation: Operation,
  atMs: number,
  book: PriceBook,
  split: SplitUsage = splitUsage(operation.usage),
): Rating {
  if (operation.role === 'free') return { status: 'free', book: book.id, lines: [], costAtto: 0n }
  const byBook = rateByBook({ operation, split, atMs, book })
  const { reportedCost } = operation
  // An estimate of an SDK is no bill; some write 0 for a model that they do not know.
  if (reportedCost?.source !== 'provider' || reportedCost.currency !== 'USD') return byBook
  return takeBill(reportedCost.amount, byBook)
}

/** The provider does not say what of its bill is input and what is output: it is one line. */
function takeBill(amount: string, byBook: Rating): Rating {
  const rate = parseRate(amount, 1)
  const costAtto = multiplyRate(rate, 1)
  const { card, costAtto: listAtto } = byBook
  return {
    status: costAtto === 0n ? 'free' : 'priced',
    source: 'provider',
    ...(card !== undefined && { card }),
    book: byBook.book,
    lines: [{ unit: 'request', quantity: 1, rate: amount, costAtto }],
    costAtto,
    ...(listAtto !== undefined && { list: byBook.list ?? formatAmount(listAtto) }),
  }
}

/** What is to be rated, and by what. */
interface Call {
  readonly operation: Operation
  readonly split: SplitUsage
  readonly atMs: number
  readonly book: PriceBook
}

function rateByBook(call: Call): Rating {
  const { operation, atMs, book } = call
  const found = findCard(operation, atMs, book)
  const { fallback } = book
  if (fallback === undefined || found.kind === 'card') return rateByCard(call, found)
  if (found.reason === 'no_rate') return rateByCard(call, found)
  return rateByFallback(call, found, fallback)
}

/** What a model that nobody knows would cost at the rates that the user named for such. */
function rateByFallback(call: Call, found: Refusal, fallback: ModelName): Rating {
  const { atMs, book } = call
  const rating = rateByCard(call, book.find({ ...fallback, atMs }))
  if (rating.costAtto === undefined) return rateByCard(call, found)
  const detail = `${found.detail}; estimated at the rates of ${fallback.provider}/${fallback.model}`
  return { ...rating, status: 'estimated', reason: found.reason, detail }
}

function rateByCard({ operation, split, atMs, book }: Call, found: Lookup): Rating {
  if (split.kind !== 'units') {
    // Nothing times anything is nothing: a free model needs no usage to be known as free.
    if (found.kind === 'card' && isFree(found.card)) return priceLines([], found.card, book, 'free')
    return split.kind === 'bad_usage'
      ? refuse(book, 'bad_usage', split.problem)
      : refuse(book, 'no_usage', 'the span reports nothing that could be billed')
  }
  if (found.kind === 'refused') return refuse(book, found.reason, found.detail)
  const rating = priceUnits(operation, split.units, found.card, book)
  const { takeDiscount } = book
  // What users wrote down themselves is what they agreed.
  const agree =
    takeDiscount === undefined || found.card.kind !== undefined
      ? undefined
      : (listed: Rating): Rating => takeDiscount(listed, found.card, atMs)
  const agreed = agree === undefined ? rating : agree(rating)
  if (!hasCached(rating)) return agreed
  const rates = selectRates(found.card, operation.usage.inputTokens ?? 0)
  const cache = compareWithUncached(rating, rates, agree)
  return cache === undefined ? agreed : { ...agreed, cache }
}

/**
 * By the model that answered; by the one that was asked for where the first says nothing. Bedrock
 * is the other way round: it bills by the id that was asked for, which names the region (`global.`
 * costs less), and the answer mostly leaves that out.
 */
function findCard(operation: Operation, atMs: number, book: PriceBook): Lookup {
  const answered = findModel(operation.responseModel, operation, atMs, book)
  const isBedrock = answered?.kind === 'card' && answered.card.provider === 'aws'
  if (answered !== undefined && isDecisive(answered) && !isBedrock) return answered
  const asked = findModel(operation.requestModel, operation, atMs, book)
  if (isBedrock && (asked === undefined || !isDecisive(asked))) return answered
  return asked ?? answered ?? NO_MODEL
}

/** Whether the name was understood, be it that no price of the model may be used. */
function isDecisive(lookup: Lookup): boolean {
  return lookup.kind === 'card' || lookup.reason === 'no_rate'
}

const NO_MODEL: Lookup = {
  kind: 'refused',
  reason: 'unknown_model',
  detail: 'the span names no model',
}

function findModel(
  model: string | undefined,
  { provider, serviceTier, region, serverAddress }: Operation,
  atMs: number,
  book: PriceBook,
): Lookup | undefined {
  if (model === undefined) return undefined
  return book.find({ provider, model, serviceTier, region, serverAddress, atMs })
}

function priceUnits(operation: Operation, units: Units, card: Card, book: PriceBook): Rating {
  const rates = selectRates(card, operation.usage.inputTokens ?? 0)
  const isByTime = card.kind === 'self_hosted' && rates.gpu_second !== undefined
  if (isByTime && !units.has('gpu_second')) {
    return refuse(
      book,
      'no_usage',
      `card ${card.id} bills GPU time, which the span does not report`,
    )
  }
  const lines: CostLine[] = []
  let missing: string[] | undefined
  for (const [unit, quantity] of units) {
    const rate = rates[unit] ?? inheritRate(unit, rates, card)
    // What one hosts oneself is paid by its time; its tokens cost nothing on top.
    if (rate === undefined && isByTime) continue
    if (rate === undefined) (missing ??= []).push(`${unit} (${quantity})`)
    else lines.push(priceLine(unit, billedQuantity(card, unit, quantity), rate))
  }
  // A fee per request is due for a call whether or not its span counts requests.
  const isCall = operation.role === 'leaf' && operation.usage.requests === undefined
  if (isCall && rates.request !== undefined) lines.push(priceLine('request', 1, rates.request))

  if (missing !== undefined) {
    const detail = `card ${card.id} has no rate for ${missing.join(', ')}`
    if (lines.length === 0) return refuse(book, 'no_rate', detail)
    return { ...priceLines(lines, card, book, 'partial'), reason: 'no_rate', detail }
  }
  if (isCutShort(operation, rates)) {
    const detail = 'the span reports input and no output, as of a call that ended early'
    return { ...priceLines(lines, card, book, 'partial'), reason: 'no_usage', detail }
  }
  if (operation.inclusive === 'ambiguous') {
    const detail = 'the span does not say whether its input tokens contain the cached ones'
    return { ...priceLines(lines, card, book, 'estimated'), reason: 'ambiguous_usage', detail }
  }
  return priceLines(lines, card, book, isFree(card) ? 'free' : 'priced')
}

/** Operations that put out tokens when they end as they should. */
const GENERATING: ReadonlySet<string> = new Set(['chat', 'text_completion', 'generate_content'])

/** A broken or aborted stream was billed for what it had put out, which nobody reported. */
function isCutShort({ role, name, usage, errorType }: Operation, { output }: Rates): boolean {
  const { inputTokens = 0, outputTokens } = usage
  if (role !== 'leaf' || inputTokens === 0 || output === undefined) return false
  if (!GENERATING.has(name)) return false
  return outputTokens === undefined || (outputTokens === 0 && errorType !== undefined)
}

/** The only units that may be billed at another's rate. Anything else without a rate is missing. */
function inheritRate(unit: Unit, rates: Rates, card: Card): CardRate | undefined {
  // Providers bill thinking as output; the few that do not have a rate of their own.
  if (unit === 'reasoning') return rates.output
  // Images that come in as tokens are input tokens wherever no rate sets them apart.
  if (unit === 'input_image') return rates.input
  // OpenAI caches unasked and bills what it stores as ordinary input, until gpt-5.6 gave it a rate.
  const cachesUnasked = card.provider === 'openai' || card.provider === 'azure'
  return unit === 'cache_write' && cachesUnasked ? rates.input : undefined
}

function billedQuantity({ minimums }: Card, unit: Unit, quantity: number): number {
  return minimums === undefined ? quantity : Math.max(quantity, minimums[unit] ?? 0)
}

function priceLine(unit: Unit, quantity: number, rate: CardRate): CostLine {
  return { unit, quantity, rate: rate.text, costAtto: multiplyRate(rate, quantity) }
}

function priceLines(
  lines: readonly CostLine[],
  card: Card,
  book: PriceBook,
  status: Rating['status'],
): Rating {
  let costAtto = 0n
  for (const line of lines) costAtto += line.costAtto
  const { id, kind: source = 'book', contested } = card
  const rating: Rating = { status, source, card: id, book: book.id, lines, costAtto }
  return contested === undefined ? rating : { ...rating, detail: `contested: ${contested}` }
}

function refuse(book: PriceBook, reason: CostReason, detail: string): Rating {
  return { status: 'unpriced', reason, detail, book: book.id, lines: [] }
}
