import type { WindowRule } from './window.ts'

/** The labels of a request or an entry: team, tenant, model, provider and so on. */
export type Labels = Readonly<Record<string, string>>

/** The disjoint token kinds that a limit may be about; the same words as in the metrics. */
export type TokenType = 'input' | 'output' | 'cache_read' | 'cache_write' | 'reasoning'

/** What a limit is measured in. Amounts are 1e-18 USD (`cost`), tokens or operations. */
export type Limit =
  /** With `foreign`, the amount is 1e-18 of that currency, and each window has its own in USD. */
  | { readonly measure: 'cost'; readonly amount: bigint; readonly foreign?: Foreign }
  | { readonly measure: 'operations'; readonly amount: bigint }
  /** Without `types`: all of them. */
  | { readonly measure: 'tokens'; readonly amount: bigint; readonly types?: readonly TokenType[] }

/** Another currency than USD, with the exchange rates that a budget's windows have. */
export interface Foreign {
  /** Such as `EUR`. */
  readonly currency: string
  /** The oldest first; none before `exchangeBudget` has put them there. */
  readonly rates: readonly KeptRate[]
}

/** What one unit of a currency is worth. Days are written `2026-11-01`. */
export interface KeptRate {
  /** Windows that begin on this day or later have this rate, until the next one. */
  readonly since: string
  /** The day that the rate is of. */
  readonly from: string
  /** 1e-18 USD, as a fraction. */
  readonly usd: { readonly num: bigint; readonly den: bigint }
}

/** What is done from a threshold on. The strictest of those passed decides. */
export type Action =
  | { readonly kind: 'notify' }
  /** At most so many operations a minute. */
  | { readonly kind: 'throttle'; readonly perMinute: number }
  /** Only these models, cheapest or most wanted first. */
  | { readonly kind: 'downgrade'; readonly models: readonly string[] }
  | { readonly kind: 'refuse' }

export interface Threshold {
  /** Percent of the limit, 1 to 1000. */
  readonly percent: number
  /** What has been spent, or what the window is forecast to end with. */
  readonly of: 'spent' | 'forecast'
  readonly action: Action
}

/**
 * A limit on what some traffic may spend in each window. Budgets form trees by `parent`; an
 * operation counts in every budget whose scope it matches, tree or not.
 */
export interface Budget {
  /** Up to 64 of a-z, 0-9, `-`, `_` and `.`; begins with a letter or digit. */
  readonly id: string
  readonly name: string
  /**
   * Labels that must match: for each label one of the patterns, in which `*` stands for any text.
   * No labels: everything.
   */
  readonly scope: Readonly<Record<string, readonly string[]>>
  /** One counter for each combination of values of these labels, such as per user. */
  readonly each: readonly string[]
  readonly parent?: string
  readonly limit: Limit
  readonly window: WindowRule
  /** Whether what the window before left unspent is added to this one's limit, once. */
  readonly carriesOver: boolean
  /** Whether the children's limits may add up to more than this one's. */
  readonly mayOvercommit: boolean
  readonly owner?: string
  readonly thresholds: readonly Threshold[]
  /** Operations without a price: let through, or refused by decisions. */
  readonly unpriced: 'allow' | 'refuse'
  /** What a decision says when the ledger cannot be asked. */
  readonly onFailure: 'allow' | 'refuse'
  /** Inclusive. */
  readonly validFromUnixMs?: number
  /** Exclusive. */
  readonly validToUnixMs?: number
}

/** 50, 80 and 95 % tell; 100 % of what was spent refuses, 100 % of what is forecast tells. */
export const DEFAULT_THRESHOLDS: readonly Threshold[] = [
  ...[50, 80, 95].map((percent) => ({ percent, of: 'spent', action: { kind: 'notify' } }) as const),
  { percent: 100, of: 'spent', action: { kind: 'refuse' } },
  ...[50, 80, 95, 100].map(
    (percent) => ({ percent, of: 'forecast', action: { kind: 'notify' } }) as const,
  ),
]

/** Labels longer than this are cut before they are compared, as the ledger cuts them. */
const MAX_VALUE_LENGTH = 256

export function cutValue(value: string): string {
  return value.length > MAX_VALUE_LENGTH ? value.slice(0, MAX_VALUE_LENGTH) : value
}

/**
 * Tells which counter of a budget some labels count in: `''` where the budget has one only, else
 * the values of `each` as a JSON list. `undefined`: the labels are outside the scope, or lack one
 * of `each`; what nobody can be charged with is no one's spend.
 */
export function createScope(budget: Pick<Budget, 'scope' | 'each'>) {
  const matchers = Object.entries(budget.scope).map(
    ([label, patterns]) => [label, createPattern(patterns)] as const,
  )
  const { each } = budget
  return (labels: Labels): string | undefined => {
    for (const [label, matches] of matchers) {
      const value = labels[label]
      if (value === undefined || !matches(cutValue(value))) return undefined
    }
    if (each.length === 0) return ''
    const values: string[] = []
    for (const label of each) {
      const value = labels[label]
      if (value === undefined) return undefined
      values.push(cutValue(value))
    }
    return JSON.stringify(values)
  }
}

function createPattern(patterns: readonly string[]): (value: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')))
  const globs = patterns.filter((pattern) => pattern.includes('*')).map((glob) => glob.split('*'))
  return (value) => exact.has(value) || globs.some((pieces) => matchesPieces(value, pieces))
}

/** Linear in the value: each piece is looked for once, from where the one before ended. */
function matchesPieces(value: string, pieces: readonly string[]): boolean {
  const [first = '', ...others] = pieces
  const last = others.pop() ?? ''
  if (value.length < first.length + last.length) return false
  if (!value.startsWith(first) || !value.endsWith(last)) return false
  let at = first.length
  for (const piece of others) {
    const found = value.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return at <= value.length - last.length
}

/** `percent` of an amount, rounded down: a threshold is never passed later than it says. */
export function percentOf(amount: bigint, percent: number): bigint {
  return (amount * BigInt(Math.round(percent * 1000))) / 100_000n
}
