import type { Budget, Limit } from './budget.ts'

/** A budget as text, for a ledger to keep. */
export function encodeBudget(budget: Budget): string {
  const { limit } = budget
  return JSON.stringify({ ...budget, limit: { ...limit, amount: limit.amount.toString() } })
}

/** What `encodeBudget` made of it. Only of its own texts: nothing is checked. */
export function decodeBudget(text: string): Budget {
  type Written = Omit<Budget, 'limit'> & { limit: Limit & { amount: unknown } }
  const { limit, ...rest } = JSON.parse(text) as Written
  return { ...rest, limit: { ...limit, amount: BigInt(String(limit.amount)) } }
}
