import { foreignOf } from './foreign.ts'
import type { Budget, Foreign, Limit } from './budget.ts'

/** A budget as text, for a ledger to keep. */
export function encodeBudget(budget: Budget): string {
  const { limit } = budget
  const foreign = foreignOf(limit)
  const written = {
    ...limit,
    amount: limit.amount.toString(),
    ...(foreign !== undefined && { foreign: writeForeign(foreign) }),
  }
  return JSON.stringify({ ...budget, limit: written })
}

type WrittenForeign = ReturnType<typeof writeForeign>

/** What `encodeBudget` made of it. Only of its own texts: nothing is checked. */
export function decodeBudget(text: string): Budget {
  type Written = Omit<Budget, 'limit'> & {
    limit: Omit<Limit, 'amount'> & { amount: string; foreign?: WrittenForeign }
  }
  const { limit, ...rest } = JSON.parse(text) as Written
  const { foreign, amount, ...about } = limit
  const read = {
    ...about,
    amount: BigInt(amount),
    ...(foreign !== undefined && { foreign: readForeign(foreign) }),
  }
  return { ...rest, limit: read }
}

function writeForeign({ currency, rates }: Foreign) {
  const written = rates.map(({ usd, ...rate }) => {
    return { ...rate, usd: [usd.num.toString(), usd.den.toString()] as const }
  })
  return { currency, rates: written }
}

function readForeign({ currency, rates }: WrittenForeign): Foreign {
  const read = rates.map(({ usd: [num, den], ...rate }) => {
    return { ...rate, usd: { num: BigInt(num), den: BigInt(den) } }
  })
  return { currency, rates: read }
}
