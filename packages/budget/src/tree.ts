import type { Budget } from './budget.ts'
import { foreignOf, newestAmountOf } from './foreign.ts'
import type { Period } from './window.ts'

export interface BudgetFault {
  readonly id: string
  readonly message: string
}

/** Deeper trees are refused: a decision takes every level in one transaction. */
export const MAX_DEPTH = 8

/** In how many windows of one period a window of a longer one can lie at most, even in part. */
const WINDOWS_IN: Readonly<Partial<Record<Period, Readonly<Partial<Record<Period, bigint>>>>>> = {
  day: { hour: 25n },
  week: { hour: 169n, day: 7n },
  month: { hour: 745n, day: 31n, week: 6n },
  quarter: { hour: 2209n, day: 92n, week: 15n, month: 3n },
  year: { hour: 8784n, day: 366n, week: 54n, month: 12n, quarter: 4n },
}

/**
 * What is wrong with budgets together: ids that come twice, parents that do not exist or lead in a
 * circle, and children that promise more than their parent has. Answers nothing where all is well.
 */
export function findTreeFaults(budgets: readonly Budget[]): BudgetFault[] {
  const byId = new Map(budgets.map((budget) => [budget.id, budget]))
  const childrenOf = Map.groupBy(budgets, ({ parent }) => parent)
  const seen = new Set<string>()
  return budgets.flatMap((budget) => {
    const { id } = budget
    if (seen.has(id)) return [{ id, message: `the id "${id}" comes twice` }]
    seen.add(id)
    const fault =
      findParentFault(budget, byId) ?? findPromiseFault(budget, childrenOf.get(id) ?? [])
    return fault === undefined ? [] : [{ id, message: fault }]
  })
}

/** A budget and those above it, from the inside out. Ends where a circle would begin. */
export function listAncestors(
  budget: Budget,
  byId: ReadonlyMap<string, Budget>,
): readonly Budget[] {
  const chain: Budget[] = []
  for (let at: Budget | undefined = budget; at !== undefined && !chain.includes(at);) {
    chain.push(at)
    at = at.parent === undefined ? undefined : byId.get(at.parent)
  }
  return chain
}

function findParentFault(budget: Budget, byId: ReadonlyMap<string, Budget>): string | undefined {
  if (budget.parent === undefined) return undefined
  const parent = byId.get(budget.parent)
  if (parent === undefined) return `its parent "${budget.parent}" does not exist`
  const chain = listAncestors(budget, byId)
  const top = chain.at(-1)
  if (top?.parent !== undefined && byId.has(top.parent)) {
    return `its parents lead in a circle: ${[...chain, top.parent].map(nameOf).join(' > ')}`
  }
  if (chain.length > MAX_DEPTH) return `it lies ${chain.length} deep; ${MAX_DEPTH} is the most`
  const known = new Set([...budget.each, ...Object.keys(budget.scope)])
  const missing = parent.each.filter((label) => !known.has(label))
  if (missing.length === 0) return undefined
  const labels = missing.join(', ')
  return `"${parent.id}" counts for each ${labels}, which "${budget.id}" neither names nor counts by`
}

function nameOf(budget: Budget | string): string {
  return typeof budget === 'string' ? budget : budget.id
}

/** Limits in one currency are compared in it, of several currencies in USD by the newest rates. */
function findPromiseFault(parent: Budget, children: readonly Budget[]): string | undefined {
  if (parent.mayOvercommit) return undefined
  const compared = children.filter((child) => isSameMeasure(child, parent))
  const currency = currencyOf(parent)
  const isOne = compared.every((child) => currencyOf(child) === currency)
  const amountOf = ({ limit }: Budget) => (isOne ? limit.amount : newestAmountOf(limit))
  let promised = 0n
  for (const child of compared) {
    const times = timesIn(child, parent)
    if (times === undefined) {
      return `its child "${child.id}" promises without end (by its window, or by \`each\`); set mayOvercommit to allow that`
    }
    promised += amountOf(child) * times
  }
  const excess = promised - amountOf(parent)
  if (excess <= 0n) return undefined
  const unit = parent.limit.measure === 'cost' ? `1e-18 ${isOne ? currency : 'USD'}` : currency
  return `its children promise more than it has (${excess} too much, in ${unit}); set mayOvercommit to allow that`
}

/** Of money; else what the limit measures. */
function currencyOf({ limit }: Budget): string {
  return limit.measure === 'cost' ? (foreignOf(limit)?.currency ?? 'USD') : limit.measure
}

function isSameMeasure({ limit: a }: Budget, { limit: b }: Budget): boolean {
  if (a.measure !== b.measure) return false
  if (a.measure !== 'tokens' || b.measure !== 'tokens') return true
  return String(a.types?.toSorted() ?? '') === String(b.types?.toSorted() ?? '')
}

/** How often a child's limit fits into one window of its parent, at most; `undefined`: without end. */
function timesIn(child: Budget, parent: Budget): bigint | undefined {
  if (child.each.some((label) => !parent.each.includes(label))) return undefined
  const carried = child.carriesOver ? 2n : 1n
  const [inner, outer] = [child.window.period, parent.window.period]
  if (inner === 'total') return 1n
  if (outer === 'total') return undefined
  if (inner === outer && isSameCalendar(child, parent)) return carried
  // Of windows that are cut by other clocks or calendars, one more may reach into the parent's.
  const windows = (WINDOWS_IN[outer]?.[inner] ?? 1n) + (isSameCalendar(child, parent) ? 0n : 1n)
  return windows + carried - 1n
}

function isSameCalendar({ window: a }: Budget, { window: b }: Budget): boolean {
  return a.zone === b.zone && a.weekStart === b.weekStart && a.fiscalStart === b.fiscalStart
}
