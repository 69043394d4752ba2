import {
  createCharger,
  createWindows,
  decodeBudget,
  encodeBudget,
  listAncestors,
  NOTHING,
  type Amounts,
  type Budget,
  type Charge,
  type Counter,
  type CounterId,
  type TokenType,
} from '@spancost/budget'
import type { CounterState, Decided, StoredBudget } from './budgets.ts'
import type { Labels } from './entry.ts'

/**
 * What both stores do with budgets, apart from reading and writing rows: which counters something
 * counts in, what they are afterwards, and what is decided.
 */

/** Something that was counted, or by which a correction changed what was. */
export interface SpendLine {
  readonly labels: Labels
  readonly startUnixMs: number
  /** Negative where something is spend no longer; so is `unpriced`. */
  readonly amounts: Amounts
  readonly unpriced: bigint
}

/** What is added to one counter. */
export interface CounterChange {
  readonly id: CounterId
  readonly windowStartUnixMs: number
  readonly amounts: Amounts
  readonly unpriced: bigint
}

export const EMPTY_COUNTER: Counter = { spent: NOTHING, held: NOTHING, unpriced: 0n }

export interface Accounts {
  /** No budget is active. */
  readonly isEmpty: boolean
  chargesOf(labels: Labels, startUnixMs: number): readonly Charge[]
  /** One change for each counter, sorted by it: one order for all who lock them. */
  collect(lines: readonly SpendLine[]): readonly CounterChange[]
}

/** The accounts of all active budgets. */
export function openAccounts(budgets: readonly StoredBudget[]): Accounts {
  const active = budgets.flatMap((stored) => {
    const { budget, life, countsFromUnixMs } = stored
    if (life !== 'approved' || countsFromUnixMs === undefined) return []
    const validFromUnixMs = Math.max(budget.validFromUnixMs ?? -Infinity, countsFromUnixMs)
    return [Number.isFinite(validFromUnixMs) ? { ...budget, validFromUnixMs } : budget]
  })
  const chargesOf = createCharger(active)
  return {
    isEmpty: active.length === 0,
    chargesOf,
    collect: (lines) => collectChanges(chargesOf, lines),
  }
}

function collectChanges(
  chargesOf: Accounts['chargesOf'],
  lines: readonly SpendLine[],
): readonly CounterChange[] {
  const changes = new Map<string, CounterChange>()
  for (const { labels, startUnixMs, amounts, unpriced } of lines) {
    for (const charge of chargesOf(labels, startUnixMs)) {
      const id = idOf(charge)
      const text = textOf(id)
      const before = changes.get(text)
      changes.set(text, {
        id,
        windowStartUnixMs: charge.window.startUnixMs,
        amounts: addAmounts(before?.amounts ?? NOTHING, amounts),
        unpriced: (before?.unpriced ?? 0n) + unpriced,
      })
    }
  }
  return [...changes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, change]) => change)
}

export function idOf({ budget, key, window }: Charge): CounterId {
  return { budgetId: budget.id, key, windowId: window.id }
}

/** One text for one counter; its order is that of locks. */
export function textOf({ budgetId, key, windowId }: CounterId): string {
  return `${budgetId}\n${windowId}\n${key}`
}

function addAmounts(a: Amounts, b: Amounts, times = 1n): Amounts {
  const tokens = Object.fromEntries(
    Object.entries(a.tokens).map(([type, count]) => [
      type,
      count + times * b.tokens[type as TokenType],
    ]),
  ) as Record<TokenType, bigint>
  return {
    costAtto: a.costAtto + times * b.costAtto,
    operations: a.operations + times * b.operations,
    tokens,
  }
}

export function addChange(counter: Counter, { amounts, unpriced }: CounterChange): Counter {
  return {
    ...counter,
    spent: addAmounts(counter.spent, amounts),
    unpriced: counter.unpriced + unpriced,
  }
}

export function addHeld(counter: Counter, amounts: Amounts, times: 1n | -1n): Counter {
  return { ...counter, held: addAmounts(counter.held, amounts, times) }
}

/** What cost most first; where that is equal, what was called most. */
export function compareSpent(a: CounterState, b: CounterState): number {
  const byCost = b.spent.costAtto - a.spent.costAtto
  const order = byCost === 0n ? b.spent.operations - a.spent.operations : byCost
  return order < 0n ? -1 : order > 0n ? 1 : 0
}

/** The budgets whose counters are no longer right when one list takes the place of another. */
function listRecounted(
  before: readonly StoredBudget[],
  after: readonly StoredBudget[],
): ReadonlySet<string> {
  const old = new Map(before.map((stored) => [stored.budget.id, stored]))
  const byId = new Map([...before, ...after].map(({ budget }) => [budget.id, budget]))
  const changed = after.filter((stored) => sees(old.get(stored.budget.id)) !== sees(stored))
  // What a child sees its parents see.
  return new Set(changed.flatMap(({ budget }) => listAncestors(budget, byId).map(({ id }) => id)))
}

/** Everything that decides what a budget's counters count. */
function sees(stored: StoredBudget | undefined): string {
  if (stored?.life !== 'approved') return ''
  const { scope, each, parent, window, validFromUnixMs, validToUnixMs } = stored.budget
  return JSON.stringify([scope, each, parent, window, validFromUnixMs, validToUnixMs])
}

/** What is to be made anew: by budget, from when on. */
export interface Recount {
  readonly starts: ReadonlyMap<string, number>
  readonly fromUnixMs: number
  /** Of what the ledger has since then, the changes that are wanted. */
  collect(lines: readonly SpendLine[]): readonly CounterChange[]
}

/**
 * What has to be counted again when one list of budgets takes the place of another: counters of
 * their present windows. `undefined`: nothing.
 */
export function planRecount(
  before: readonly StoredBudget[],
  after: readonly StoredBudget[],
  nowUnixMs: number,
): Recount | undefined {
  const ids = listRecounted(before, after)
  const counted = after.filter(({ budget }) => ids.has(budget.id))
  if (counted.length === 0) return undefined
  const starts = new Map(
    counted.map(({ budget }) => [budget.id, startOfWindow(budget, nowUnixMs)] as const),
  )
  const { collect } = openAccounts(after)
  return {
    starts,
    fromUnixMs: Math.min(...starts.values()),
    collect: (lines) =>
      collect(lines).filter(({ id, windowStartUnixMs }) => {
        const start = starts.get(id.budgetId)
        return start !== undefined && Math.max(0, windowStartUnixMs) >= start
      }),
  }
}

function startOfWindow({ window }: Budget, nowUnixMs: number): number {
  return Math.max(0, createWindows(window)(nowUnixMs).startUnixMs)
}

/** What a hold reserves, at one level. */
export interface Reserved {
  readonly id: CounterId
  readonly amounts: Amounts
}

/** As it stands in a row of decisions. */
export interface KeptDecision {
  readonly decided: Decided
  readonly reserved: readonly Reserved[]
}

const TOKENS = Object.keys(NOTHING.tokens) as TokenType[]

/** As it stands in a row of counters: digits, in one order. */
export function encodeCounter({ spent, held, unpriced }: Counter): string {
  return [...listAmounts(spent), ...listAmounts(held), unpriced].join(' ')
}

export function decodeCounter(text: string): Counter {
  const figures = text.split(' ').map(BigInt)
  const held = 2 + TOKENS.length
  return {
    spent: readAmounts(figures, 0),
    held: readAmounts(figures, held),
    unpriced: figures[2 * held]!,
  }
}

function listAmounts({ costAtto, operations, tokens }: Amounts): bigint[] {
  return [costAtto, operations, ...TOKENS.map((type) => tokens[type])]
}

function readAmounts(figures: readonly bigint[], from: number): Amounts {
  const tokens = TOKENS.map((type, index) => [type, figures[from + 2 + index]!])
  return {
    costAtto: figures[from]!,
    operations: figures[from + 1]!,
    tokens: Object.fromEntries(tokens) as Record<TokenType, bigint>,
  }
}

/** As texts for rows: bigints are digits. */
export function encodeBudgets(budgets: readonly StoredBudget[]): string {
  return JSON.stringify(
    budgets.map(({ budget, ...rest }) => ({ ...rest, budget: encodeBudget(budget) })),
  )
}

export function decodeBudgets(text: string): readonly StoredBudget[] {
  const stored = JSON.parse(text) as (Omit<StoredBudget, 'budget'> & { budget: string })[]
  return stored.map((each) => ({ ...each, budget: decodeBudget(each.budget) }))
}

/** What a text begins with that stands for a bigint; texts that begin so themselves get it twice. */
const MARK = '\u0000'

/** JSON with bigints in it. */
export function encodeExact(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (typeof each === 'bigint') return `${MARK}${each}`
    return typeof each === 'string' && each.startsWith(MARK) ? MARK + each : each
  })
}

/** `Value` is a promise of the caller: nothing checks it against the text. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as JSON.parse is used
export function decodeExact<Value>(text: string): Value {
  return JSON.parse(text, (_, each: unknown) => {
    if (typeof each !== 'string' || !each.startsWith(MARK)) return each
    return each.startsWith(MARK + MARK) ? each.slice(1) : BigInt(each.slice(1))
  }) as Value
}
