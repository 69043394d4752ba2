import type { Budget, Foreign, KeptRate, Limit } from './budget.ts'
import { createWindows, type Window } from './window.ts'

/** What one unit of each currency is worth in USD since a day; the oldest first. */
export type RateTable = ReadonlyMap<string, readonly Omit<KeptRate, 'since'>[]>

const ATTO = 10n ** 18n
const DAY_MS = 86_400_000

/** What a budget grants in a window, in its measure: of money USD, rounded down. */
export function grantOf(
  budget: Pick<Budget, 'limit' | 'validFromUnixMs'>,
  window: Pick<Window, 'id'>,
): bigint {
  const { limit } = budget
  const rate = rateIn(budget, window)
  return rate === undefined ? limit.amount : exchangeDown(limit.amount, rate)
}

/** The exchange rate of a window; `undefined`: the limit is not in another currency. */
export function rateIn(
  { limit, validFromUnixMs }: Pick<Budget, 'limit' | 'validFromUnixMs'>,
  window: Pick<Window, 'id'>,
): KeptRate | undefined {
  const foreign = foreignOf(limit)
  if (foreign === undefined) return undefined
  const day = dayOf(window, validFromUnixMs)
  // Before the first there is no window, unless a clock was set back: then the first is nearest.
  const rate = (day === undefined ? undefined : findKept(foreign, day)) ?? foreign.rates[0]
  if (rate === undefined) throw new RangeError(`no exchange rates of ${foreign.currency} are kept`)
  return rate
}

/** A limit by the newest exchange rate that is kept: for comparing limits of several currencies. */
export function newestAmountOf(limit: Limit): bigint {
  const rate = foreignOf(limit)?.rates.at(-1)
  return rate === undefined ? limit.amount : exchangeDown(limit.amount, rate)
}

export function foreignOf(limit: Limit): Foreign | undefined {
  return limit.measure === 'cost' ? limit.foreign : undefined
}

/** Never more than was granted. */
function exchangeDown(amount: bigint, { usd }: KeptRate): bigint {
  return (amount * usd.num) / (usd.den * ATTO)
}

export type Exchanged =
  | { readonly kind: 'budget'; readonly budget: Budget }
  | { readonly kind: 'unknown'; readonly reason: string }

/**
 * A budget with the exchange rates that its windows need. The rate of a window that has begun is
 * that of `kept`, whatever the table says by now; later windows follow the table. Where nothing
 * changes, the rates are those of `kept` themselves. Budgets in USD come back as they are.
 */
export function exchangeBudget(
  budget: Budget,
  table: RateTable,
  nowUnixMs: number,
  kept?: Foreign,
): Exchanged {
  const { limit } = budget
  if (limit.measure !== 'cost' || limit.foreign === undefined) return { kind: 'budget', budget }
  const { currency } = limit.foreign
  const rates = chooseRates(budget, table.get(currency) ?? [], nowUnixMs, kept)
  if (typeof rates === 'string') return { kind: 'unknown', reason: `${currency}: ${rates}` }
  const isKept = kept !== undefined && isSame(rates, kept.rates)
  const foreign = { currency, rates: isKept ? kept.rates : rates }
  return { kind: 'budget', budget: { ...budget, limit: { ...limit, foreign } } }
}

/** The rates of the window before, the present one, the next, and those after; or what is missing. */
function chooseRates(
  { window: rule, validFromUnixMs }: Budget,
  known: RateTable extends ReadonlyMap<string, infer Rates> ? Rates : never,
  nowUnixMs: number,
  kept?: Foreign,
): readonly KeptRate[] | string {
  const windowOf = createWindows(rule)
  const window = windowOf(Math.max(nowUnixMs, validFromUnixMs ?? -Infinity))
  const day = dayOf(window, validFromUnixMs)
  if (day === undefined) return 'without windows `validFrom` says whose day’s exchange rate holds'
  const rateAt = (since: string): KeptRate[] => {
    const found = known.findLast(({ from }) => from <= since)
    return found === undefined ? [] : [{ since, from: found.from, usd: found.usd }]
  }
  const begun = (kept && findKept(kept, day)) ?? rateAt(day)[0]
  if (begun === undefined) {
    return `no exchange rate is known for ${day}; \`prices.exchange\` can name one`
  }
  if (rule.period === 'total') return [begun]
  const dayBefore = dayOf(windowOf(window.startUnixMs - 1))!
  const before = (kept && findKept(kept, dayBefore)) ?? rateAt(dayBefore)[0]
  // Hours of one day have one rate.
  const nextDay = dayOf(windowOf(window.endUnixMs))!
  const next = nextDay > day ? nextDay : dayAfter(day)
  const later = known.filter(({ from }) => from > next)
  const all = [
    ...(before === undefined ? [] : [before]),
    begun,
    ...rateAt(next),
    ...later.map(({ from, usd }) => ({ since: from, from, usd })),
  ]
  return all.filter((rate, at) => at === 0 || !isSameRate(rate, all[at - 1]!))
}

function findKept({ rates }: Foreign, day: string): KeptRate | undefined {
  return rates.findLast(({ since }) => since <= day)
}

/** The day in a window's name; of `total`, on which the budget begins. */
function dayOf({ id }: Pick<Window, 'id'>, validFromUnixMs?: number): string | undefined {
  if (id !== 'total') return /\d{4,}-\d\d-\d\d/.exec(id)?.[0]
  return validFromUnixMs === undefined
    ? undefined
    : new Date(validFromUnixMs).toISOString().slice(0, 10)
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10)
}

function isSameRate(one: KeptRate, other: KeptRate): boolean {
  const isSameValue = one.usd.num * other.usd.den === other.usd.num * one.usd.den
  return one.from === other.from && isSameValue
}

/** Whether from the first on windows get the same: older rates may have been dropped since. */
function isSame(rates: readonly KeptRate[], kept: readonly KeptRate[]): boolean {
  const last = kept.slice(-rates.length)
  return (
    last.length === rates.length &&
    rates.every(
      (rate, at) => isSameRate(rate, last[at]!) && (at === 0 || rate.since === last[at]!.since),
    )
  )
}
