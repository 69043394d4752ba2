import type { DatabaseSync } from 'node:sqlite'
import {
  decideAsk,
  decodeBudgets,
  encodeBudgets,
  idOf,
  listCounters,
  openAccounts,
  planRecount,
  textOf,
  type Accounts,
} from '../budget-accounts.ts'
import type { Ask, BudgetBook, BudgetStore, Decided, HoldState, StoredBudget } from '../budgets.ts'
import { checkLimit } from '../check-entry.ts'
import { createCounters, type Counters } from './sqlite-counters.ts'
import { createAudit, createDecisions } from './sqlite-decisions.ts'
import { createLineReader } from './sqlite-lines.ts'
import { createNotes } from './sqlite-notes.ts'
import { runTransaction } from './sqlite-statements.ts'

/** The note that all budgets stand in. */
const NOTE = 'budgets'

/** What the writer of entries needs of budgets, within its own transaction. */
export interface Chargers {
  /** Adds what came after these sequences to the counters. */
  charge(entriesAfter: bigint, correctionsAfter: bigint): void
  /** Ends the holds that entries name. */
  settle(holdIds: readonly string[]): void
  /** After a rollback: what was read in the transaction may be gone. */
  forget(): void
}

type Sync<Port> = {
  [Name in keyof Port]: Port[Name] extends (...given: infer Given) => Promise<infer Answer>
    ? (...given: Given) => Answer
    : never
}

/** The budgets of a SQLite ledger: as `BudgetStore`, on the thread that the ledger lives on. */
export type SqliteBudgets = Chargers & Sync<BudgetStore>

export function createSqliteBudgets(database: DatabaseSync): SqliteBudgets {
  const notes = createNotes(database)
  const counters = createCounters(database)
  const lines = createLineReader(database)
  const audit = createAudit(database)
  let known: (BudgetBook & { readonly accounts: Accounts }) | undefined

  /** Nobody else writes to the file, so what was read once holds until it is written. */
  function read(): BudgetBook & { readonly accounts: Accounts } {
    if (known !== undefined) return known
    const note = notes.read(NOTE)
    const budgets = note === undefined ? [] : decodeBudgets(note.text)
    known = { version: note?.version ?? 0, budgets, accounts: openAccounts(budgets) }
    return known
  }

  /** Makes the counters of present windows anew. */
  function recount(before: readonly StoredBudget[], nowUnixMs: number): void {
    const plan = planRecount(before, read().budgets, nowUnixMs)
    if (plan === undefined) return
    for (const [id, startUnixMs] of plan.starts) counters.clear(id, startUnixMs)
    lines.readSince(plan.fromUnixMs, (batch) => {
      for (const change of plan.collect(batch)) counters.add(change)
    })
  }

  const decider = createDecider(database, counters, () => read().accounts)

  return {
    charge(entriesAfter, correctionsAfter) {
      const { accounts } = read()
      if (accounts.isEmpty) return
      const fresh = lines.readAfter(entriesAfter, correctionsAfter)
      for (const change of accounts.collect(fresh)) counters.add(change)
    },
    settle(holdIds) {
      for (const id of holdIds) decider.release(id, 'settled')
    },
    forget() {
      known = undefined
    },
    readBudgets: () => ({ version: read().version, budgets: read().budgets }),
    writeBudgets(budgets, version, steps) {
      const before = read().budgets
      try {
        return runTransaction(database, () => {
          if (!notes.write(NOTE, encodeBudgets(budgets), version)) return false
          known = undefined
          for (const step of steps) audit.add(step)
          recount(before, Date.now())
          return true
        })
      } catch (error) {
        known = undefined
        throw error
      }
    },
    audit: ({ budgetId, limit }) => audit.list(budgetId, checkLimit(limit)),
    counters: ({ budgetId, windowId, limit }) =>
      counters.list(budgetId, windowId, Number(checkLimit(limit))),
    ...decider.port,
  }
}

type Decider = Sync<Pick<BudgetStore, 'decide' | 'findDecision' | 'endHold' | 'expireHolds'>>

function createDecider(
  database: DatabaseSync,
  counters: Counters,
  readAccounts: () => Accounts,
): {
  readonly port: Decider
  release(holdId: string, state: HoldState): HoldState | undefined
} {
  const decisions = createDecisions(database)

  function release(holdId: string, state: HoldState): HoldState | undefined {
    const found = decisions.findHold(holdId)
    if (found?.state !== 'held') return found?.state
    for (const { id, amounts } of found.reserved) counters.hold(id, amounts, -1n)
    decisions.end(holdId, state)
    return 'held'
  }

  function decideOnce(ask: Ask): Decided {
    const { hold } = ask
    const requestId = ask.requestId ?? hold?.id
    const earlier = requestId === undefined ? undefined : decisions.find(requestId)
    if (earlier !== undefined) return earlier
    const charges = readAccounts().chargesOf(ask.labels, ask.atUnixMs)
    const found = new Map(listCounters(charges).map((id) => [textOf(id), counters.get(id)]))
    const decided = decideAsk(ask, charges, found)
    if (decided.holdId !== undefined) {
      const amounts = ask.question.worstCase
      for (const charge of charges)
        counters.hold(idOf(charge), amounts, 1n, charge.window.startUnixMs)
    }
    const isKept = decided.holdId !== undefined || decided.verdict.kind === 'deny'
    if (requestId !== undefined && isKept) {
      const reserved = charges.map((charge) => ({
        id: idOf(charge),
        amounts: ask.question.worstCase,
      }))
      decisions.add(requestId, decided, hold?.expiresAtUnixMs, reserved)
    }
    return decided
  }

  const port: Decider = {
    decide: (ask) => runTransaction(database, () => decideOnce(ask)),
    findDecision: (requestId) => decisions.find(requestId),
    endHold: (holdId, end) => runTransaction(database, () => release(holdId, end)),
    expireHolds(nowUnixMs, limit) {
      return runTransaction(database, () => {
        const due = decisions.listDue(nowUnixMs, checkLimit(limit))
        for (const holdId of due) release(holdId, 'expired')
        return due.length
      })
    },
  }
  return { port, release }
}
