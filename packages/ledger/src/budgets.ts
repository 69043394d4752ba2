import type { Budget, Counter, Decision, Life, Question } from '@spancost/budget'
import type { Labels } from './entry.ts'

/** A budget with what has become of it. */
export interface StoredBudget {
  readonly budget: Budget
  readonly life: Life
  /** `config`: it stands in the config of a processor, which alone changes it. */
  readonly origin: 'config' | 'api'
  readonly requestedBy?: string
  /** The start of its window when it became active: its counters begin there. Absent: it is not. */
  readonly countsFromUnixMs?: number
}

/** All budgets, as they were written last. */
export interface BudgetBook {
  readonly version: number
  readonly budgets: readonly StoredBudget[]
}

/** One step in the life of a budget. */
export interface AuditStep {
  readonly atUnixMs: number
  readonly budgetId: string
  readonly what:
    | 'declared'
    | 'requested'
    | 'approved'
    | 'rejected'
    | 'closed'
    | 'removed'
    /** Its windows to come have other exchange rates. */
    | 'exchanged'
  readonly who: string
  readonly why?: string
  /** The budget as it was after the step. */
  readonly budget?: unknown
}

/** One counter of a budget. */
export interface CounterState extends Counter {
  readonly key: string
  readonly windowId: string
}

/** What is asked before a call. */
export interface Ask {
  readonly labels: Labels
  readonly atUnixMs: number
  readonly question: Question
  /**
   * Asked twice with one id, the first answer is given again. With it, what is refused is kept too,
   * so that people can ask why.
   */
  readonly requestId?: string
  /** Reserve the worst case, if the answer is `allow`. */
  readonly hold?: { readonly id: string; readonly expiresAtUnixMs: number }
  /** By budget id and key, as `signalKey` writes it: what the ledger itself does not know. */
  readonly signals?: Readonly<Record<string, { forecast?: bigint; lastMinute?: number }>>
}

export interface Decided extends Decision {
  /** There is a hold, and this ends it. */
  readonly holdId?: string
  readonly atUnixMs: number
  readonly labels: Labels
}

/** How a hold ends. `expired` is said of one whose time is over. */
export type HoldEnd = 'settled' | 'released'

export type HoldState = 'held' | 'settled' | 'released' | 'expired'

/**
 * The part of the ledger that knows budgets. What operations count in is added in the transaction
 * that records them, so a decision that comes after an entry knows it.
 */
export interface BudgetStore {
  /** Another than before: `readBudgets` has something new. */
  budgetVersion(): Promise<number>
  readBudgets(): Promise<BudgetBook>
  /**
   * Writes all budgets anew and what led to it, if nobody else has since `version`; `false`: somebody
   * has. Counters of budgets that became active or see something else than before are made from the
   * ledger in the same step, from the start of their present windows on.
   */
  writeBudgets(
    budgets: readonly StoredBudget[],
    version: number,
    audit: readonly AuditStep[],
  ): Promise<boolean>
  /** The newest first. */
  audit(query: {
    readonly budgetId?: string
    readonly limit: number
  }): Promise<readonly AuditStep[]>
  /** Of a budget's window, those that have spent most first. */
  counters(query: {
    readonly budgetId: string
    readonly windowId: string
    readonly limit: number
  }): Promise<readonly CounterState[]>
  /** Decides and, if asked, reserves at every level in one step, all or nothing. */
  decide(ask: Ask): Promise<Decided>
  /** What was answered to a request. */
  findDecision(requestId: string): Promise<(Decided & { readonly state: string }) | undefined>
  /** Gives back what a hold reserves; the answer is its state before, `undefined`: there is none. */
  endHold(holdId: string, end: HoldEnd): Promise<HoldState | undefined>
  /** Ends at most `limit` holds whose time is over; how many there were. */
  expireHolds(nowUnixMs: number, limit: number): Promise<number>
}

export function signalKey(budgetId: string, key: string): string {
  return `${budgetId}/${key}`
}
