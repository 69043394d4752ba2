import { percentOf, type Budget, type Limit, type Threshold, type TokenType } from './budget.ts'
import { grantOf } from './foreign.ts'
import type { Window } from './window.ts'

/** What a counter of a budget has seen in one window, or what one operation would add to it. */
export interface Amounts {
  /** 1e-18 USD. */
  readonly costAtto: bigint
  readonly operations: bigint
  readonly tokens: Readonly<Record<TokenType, bigint>>
}

export interface Counter {
  readonly spent: Amounts
  /** Reserved for operations that have been let through and are not in the ledger yet. */
  readonly held: Amounts
  /** Operations among `spent` whose cost is not known. */
  readonly unpriced: bigint
}

/** Where a counter stands in its window. Amounts are in the limit's measure. */
export interface Assessment {
  /** With what was carried over. */
  readonly limit: bigint
  readonly spent: bigint
  readonly held: bigint
  /** Never below 0. */
  readonly left: bigint
  /** Of the limit, rounded down to a thousandth; a limit of 0 is at 100 from the start. */
  readonly percent: number
  readonly forecast?: bigint
  readonly state: 'active' | 'alert' | 'exhausted'
  /** Passed thresholds, lowest first. */
  readonly passed: readonly Threshold[]
}

export const NOTHING: Amounts = {
  costAtto: 0n,
  operations: 0n,
  tokens: { input: 0n, output: 0n, cache_read: 0n, cache_write: 0n, reasoning: 0n },
}

/** Of some amounts the one that a limit is about. */
export function measure(limit: Limit, { costAtto, operations, tokens }: Amounts): bigint {
  if (limit.measure === 'cost') return costAtto
  if (limit.measure === 'operations') return operations
  const types = limit.types ?? (Object.keys(tokens) as TokenType[])
  return types.reduce((sum, type) => sum + tokens[type], 0n)
}

/** What a budget has of a window. */
export interface WindowState {
  readonly window: Pick<Window, 'id'>
  readonly counter: Counter
}

type Limited = Pick<Budget, 'limit' | 'carriesOver' | 'validFromUnixMs'>

/** What a window starts with: its limit, and what the window before left of its own, if carried. */
export function limitOf(budget: Limited, window: Pick<Window, 'id'>, before?: WindowState): bigint {
  const grant = grantOf(budget, window)
  if (!budget.carriesOver || before === undefined) return grant
  const unspent = grantOf(budget, before.window) - measure(budget.limit, before.counter.spent)
  return unspent > 0n ? grant + unspent : grant
}

/** `before` is the window before, where the budget carries over. */
export function assess(
  budget: Limited & Pick<Budget, 'thresholds'>,
  { window, counter }: WindowState,
  { before, forecast }: { readonly before?: WindowState; readonly forecast?: bigint } = {},
): Assessment {
  const limit = limitOf(budget, window, before)
  const spent = measure(budget.limit, counter.spent)
  const held = measure(budget.limit, counter.held)
  const passed = budget.thresholds
    .filter(({ of, percent }) => {
      const amount = of === 'spent' ? spent : forecast
      return amount !== undefined && amount >= percentOf(limit, percent)
    })
    .toSorted((a, b) => a.percent - b.percent)
  const left = limit - spent - held
  return {
    limit,
    spent,
    held,
    left: left > 0n ? left : 0n,
    percent: percentage(spent, limit),
    ...(forecast !== undefined && { forecast }),
    state: spent >= limit ? 'exhausted' : passed.length > 0 ? 'alert' : 'active',
    passed,
  }
}

/** A share for people to read; decisions compare amounts. */
function percentage(amount: bigint, limit: bigint): number {
  return limit === 0n ? 100 : Number((amount * 100_000n) / limit) / 1000
}
