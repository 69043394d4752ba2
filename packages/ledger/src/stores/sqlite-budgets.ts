import type { DatabaseSync } from 'node:sqlite'
import {
  addHeld,
  decodeBudgets,
  encodeBudgets,
  openAccounts,
  planRecount,
  type Accounts,
} from '../budget-accounts.ts'
import type { BudgetBook, BudgetStore, HoldState, StoredBudget } from '../budgets.ts'
import { checkLimit } from '../check-entry.ts'
import { decideOnce, type DecisionDesk } from '../decide-once.ts'
import { createCounters, type Counters } from './sqlite-counters.ts'
import { createAudit, createDecisions } from './sqlite-decisions.ts'
import { createLineReader } from './sqlite-lines.ts'
import { createNotes } from './sqlite-notes.ts'
import { runTransaction } from './sqlite-statements.ts'

/** The note that all budgets stand in. */
const NOTE = 'budgets'

/** Decisions wait for no more of them; the rest is ended by whoever looks at budgets. */
const MAX_EXPIRED_FIRST = 1_000n

/** What the writer of entries needs of budgets, within its own transaction. */
export interface Chargers {
  /** Adds what came after these sequences to the counters. The last thing before the commit. */
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

/** What is asked before and after calls: one after the other, and a commit for all of it. */
export type Call =
  | { readonly kind: 'decide'; readonly given: Parameters<BudgetStore['decide']> }
  | { readonly kind: 'endHold'; readonly given: Parameters<BudgetStore['endHold']> }

export type Called = { readonly answer: unknown } | { readonly error: unknown }

/** The budgets of a SQLite ledger: as `BudgetStore`, on the thread that the ledger lives on. */
export type SqliteBudgets = Chargers &
  Sync<Omit<BudgetStore, Call['kind']>> & { call(calls: readonly Call[]): readonly Called[] }

export function createSqliteBudgets(database: DatabaseSync): SqliteBudgets {
  const notes = createNotes(database)
  const counters = createCounters(database)
  const lines = createLineReader(database)
  const audit = createAudit(database)
  const book = createBook(notes)

  function forget(): void {
    book.forget()
    counters.forget()
  }

  /** Counters are in the file when the transaction is. */
  function transact<Result>(work: () => Result): Result {
    try {
      return runTransaction(database, () => {
        const result = work()
        counters.flush()
        return result
      })
    } catch (error) {
      forget()
      throw error
    }
  }

  /** Makes the counters of present windows anew. */
  function recount(before: readonly StoredBudget[], nowUnixMs: number): void {
    const plan = planRecount(before, book.read().budgets, nowUnixMs)
    if (plan === undefined) return
    for (const [id, startUnixMs] of plan.starts) counters.clear(id, startUnixMs)
    lines.readSince(plan.fromUnixMs, (batch) => {
      for (const change of plan.collect(batch)) counters.add(change)
    })
  }

  const decider = createDecider(database, counters, transact, () => book.read().accounts)

  return {
    charge(entriesAfter, correctionsAfter) {
      const { accounts } = book.read()
      if (!accounts.isEmpty) {
        const fresh = lines.readAfter(entriesAfter, correctionsAfter)
        for (const change of accounts.collect(fresh)) counters.add(change)
      }
      counters.flush()
    },
    settle(holdIds) {
      for (const id of holdIds) decider.release(id, 'settled')
    },
    forget,
    budgetVersion: () => book.read().version,
    readBudgets: () => ({ version: book.read().version, budgets: book.read().budgets }),
    writeBudgets(budgets, version, steps) {
      const before = book.read().budgets
      return transact(() => {
        if (!notes.write(NOTE, encodeBudgets(budgets), version)) return false
        book.forget()
        for (const step of steps) audit.add(step)
        recount(before, Date.now())
        return true
      })
    },
    audit: ({ budgetId, limit }) => audit.list(budgetId, checkLimit(limit)),
    counters: ({ budgetId, windowId, limit }) =>
      counters.list(budgetId, windowId, Number(checkLimit(limit))),
    ...decider.port,
  }
}

/** Nobody else writes to the file, so the budgets that were read once hold until they are written. */
function createBook(notes: ReturnType<typeof createNotes>) {
  let known: (BudgetBook & { readonly accounts: Accounts }) | undefined
  return {
    read(): BudgetBook & { readonly accounts: Accounts } {
      if (known !== undefined) return known
      const note = notes.read(NOTE)
      const budgets = note === undefined ? [] : decodeBudgets(note.text)
      known = { version: note?.version ?? 0, budgets, accounts: openAccounts(budgets) }
      return known
    },
    forget(): void {
      known = undefined
    },
  }
}

type Decider = Sync<Pick<BudgetStore, 'findDecision' | 'expireHolds'>> & Pick<SqliteBudgets, 'call'>

function createDecider(
  database: DatabaseSync,
  counters: Counters,
  transact: <Result>(work: () => Result) => Result,
  readAccounts: () => Accounts,
): {
  readonly port: Decider
  release(holdId: string, state: HoldState): HoldState | undefined
} {
  const decisions = createDecisions(database)
  const desk: DecisionDesk = {
    findDecision: decisions.find,
    readCounter: counters.get,
    writeCounter: counters.put,
    keepDecision: decisions.add,
  }

  function release(holdId: string, state: HoldState): HoldState | undefined {
    const found = decisions.findHold(holdId)
    if (found?.state !== 'held') return found?.state
    for (const { id, amounts } of found.reserved) {
      counters.put(id, 0, addHeld(counters.get(id), amounts, -1n))
    }
    decisions.end(holdId, state)
    return 'held'
  }

  function expire(nowUnixMs: number, limit: bigint): number {
    const due = decisions.listDue(nowUnixMs, limit)
    for (const holdId of due) release(holdId, 'expired')
    return due.length
  }

  /** What holds whose time is over reserve is free, whenever somebody last looked. */
  function expireFor(calls: readonly Call[]): void {
    const asked = calls.flatMap(({ kind, given }) => (kind === 'decide' ? given[0].atUnixMs : []))
    if (asked.length > 0) expire(Math.max(...asked), MAX_EXPIRED_FIRST)
  }

  function answer({ kind, given }: Call): Called {
    if (kind === 'endHold') return { answer: release(...given) }
    return { answer: decideOnce(...given, readAccounts(), desk) }
  }

  const port: Decider = {
    call(calls) {
      try {
        return transact(() => {
          expireFor(calls)
          return calls.map(answer)
        })
      } catch (error) {
        if (calls.length === 1) return [{ error }]
        // Whichever is at fault, the others need not fail with it.
        return calls.flatMap((call) => port.call([call]))
      }
    },
    findDecision: decisions.find,
    expireHolds(nowUnixMs, limit) {
      return transact(() => expire(nowUnixMs, checkLimit(limit)))
    },
  }
  return { port, release }
}
