import { createScope, type Budget, type Labels } from './budget.ts'
import { createScopeIndex } from './scope-index.ts'
import { listAncestors } from './tree.ts'
import { createWindows, type Window } from './window.ts'

/** Names one counter: what a budget has seen for some values of `each` in one window. */
export interface CounterId {
  readonly budgetId: string
  /** `''`, or the values of `each` as a JSON list. */
  readonly key: string
  readonly windowId: string
}

/** A counter that an operation counts in. */
export interface Charge {
  readonly budget: Budget
  readonly key: string
  readonly window: Window
  /** The one before, where the budget was there when that began, and takes over what it left. */
  readonly before?: Window
}

/** Where some labels count, whenever that is. */
interface Account {
  readonly budget: Budget
  readonly key: string
  readonly windowOf: (unixMs: number) => Window
}

/** Label sets are few, but a flood of new values must not fill the memory. */
const MAX_REMEMBERED = 10_000

/**
 * Tells which counters an operation counts in: of every budget whose scope its labels match, and of
 * all above these, whether their own scope matches or not. What a budget sees
 * is decided by the operation's start: outside `validFromUnixMs` and `validToUnixMs` it sees nothing.
 */
export function createCharger(
  budgets: readonly Budget[],
): (labels: Labels, startUnixMs: number) => readonly Charge[] {
  const accountsOf = createAccounts(budgets)
  const remembered = new Map<string, readonly Account[]>()
  return (labels, startUnixMs) => {
    const text = JSON.stringify(labels)
    let accounts = remembered.get(text)
    if (accounts === undefined) {
      accounts = accountsOf(labels)
      if (remembered.size >= MAX_REMEMBERED) remembered.clear()
      remembered.set(text, accounts)
    }
    return accounts
      .filter(({ budget }) => isValidAt(budget, startUnixMs))
      .map((account) => chargeAccount(account, startUnixMs))
  }
}

function chargeAccount({ budget, key, windowOf }: Account, startUnixMs: number): Charge {
  const window = windowOf(startUnixMs)
  if (!budget.carriesOver || !Number.isFinite(window.startUnixMs)) return { budget, key, window }
  const before = windowOf(window.startUnixMs - 1)
  const wasThere = before.startUnixMs >= (budget.validFromUnixMs ?? -Infinity)
  return { budget, key, window, ...(wasThere && { before }) }
}

function createAccounts(budgets: readonly Budget[]): (labels: Labels) => readonly Account[] {
  const byId = new Map(budgets.map((budget) => [budget.id, budget]))
  const scopes = budgets.map((budget) => ({
    scopeOf: createScope(budget),
    // A parent takes what its child takes, as long as it can tell whose it is.
    chain: listAncestors(budget, byId).map((each) => ({
      budget: each,
      keyOf: createScope({ scope: {}, each: each.each }),
    })),
  }))
  const windows = new Map(budgets.map((budget) => [budget.id, createWindows(budget.window)]))
  const findCandidates = createScopeIndex(budgets)
  return (labels) => {
    const accounts = new Map<string, Account>()
    for (const position of findCandidates(labels)) {
      const { scopeOf, chain } = scopes[position]!
      if (scopeOf(labels) === undefined) continue
      for (const { budget, keyOf } of chain) {
        const key = keyOf(labels)
        if (key === undefined || accounts.has(budget.id)) continue
        accounts.set(budget.id, { budget, key, windowOf: windows.get(budget.id)! })
      }
    }
    return [...accounts.values()]
  }
}

function isValidAt({ validFromUnixMs, validToUnixMs }: Budget, unixMs: number): boolean {
  return unixMs >= (validFromUnixMs ?? -Infinity) && unixMs < (validToUnixMs ?? Infinity)
}
