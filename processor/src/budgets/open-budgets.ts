import type { Store } from '@spancost/ledger'
import { loadExchange } from '@spancost/pricing'
import type { Config } from '../config.ts'
import type { Books } from '../open-book.ts'
import { createDecisions, type Decisions } from './decisions.ts'
import { createBudgetDesk, type BudgetDesk } from './desk.ts'
import { createSignals, type Signals } from './signals.ts'

export interface Budgets {
  readonly desk: BudgetDesk
  readonly decisions: Decisions
  readonly signals: Signals
}

/** The budgets of a ledger. Those of the config are not in it before `desk.declare`. */
export function openBudgets(
  { budgets: store }: Pick<Store, 'budgets'>,
  books: Books,
  { approvals, prices }: Pick<Config, 'approvals'> & { prices: Pick<Config['prices'], 'exchange'> },
): Budgets {
  const signals = createSignals()
  return {
    desk: createBudgetDesk(store, approvals, loadExchange(prices.exchange)),
    decisions: createDecisions(store, books, signals),
    signals,
  }
}
