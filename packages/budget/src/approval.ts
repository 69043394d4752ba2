import type { Budget } from './budget.ts'
import { newestAmountOf } from './foreign.ts'

/** Who may approve how much. */
export interface ApprovalLevel {
  readonly role: string
  /**
   * The highest limit, in 1e-18 USD, of other currencies by the newest rate; absent: any, and limits
   * that are not money.
   */
  readonly upToAtto?: bigint
  /** Percent of the limit at which budgets that this level approved alert first. */
  readonly alertAtPercent?: number
}

/** What has been decided about a budget; where it stands in its window is another matter. */
export type Life = 'pending' | 'approved' | 'rejected' | 'closed'

export type Step = 'approve' | 'reject' | 'close'

export interface Actor {
  readonly name: string
  readonly roles: readonly string[]
}

export type StepResult =
  | { readonly kind: 'done'; readonly life: Life; readonly level?: ApprovalLevel }
  /** `isRank`: another actor could. */
  | { readonly kind: 'refused'; readonly reason: string; readonly isRank: boolean }

/** May do what any level may. */
export const ADMIN_ROLE = 'admin'

const NEXT: Readonly<Record<Step, { readonly from: readonly Life[]; readonly to: Life }>> = {
  approve: { from: ['pending'], to: 'approved' },
  reject: { from: ['pending'], to: 'rejected' },
  close: { from: ['pending', 'approved'], to: 'closed' },
}

/**
 * Takes one step in a budget's life, or says why this actor cannot. Whoever asked for a budget may
 * not approve it, whatever their rank; rejecting and closing one's own is giving it back.
 */
export function takeStep(
  step: Step,
  life: Life,
  budget: Pick<Budget, 'id' | 'limit' | 'owner'> & { readonly requestedBy?: string },
  actor: Actor,
  levels: readonly ApprovalLevel[],
): StepResult {
  const { from, to } = NEXT[step]
  if (!from.includes(life)) {
    const reason = `"${budget.id}" is ${life}; only what is ${from.join(' or ')} can be ${to}`
    return { kind: 'refused', reason, isRank: false }
  }
  const isOwn = budget.requestedBy === actor.name || budget.owner === actor.name
  if (isOwn && step !== 'approve') return { kind: 'done', life: to }
  if (budget.requestedBy === actor.name) {
    const reason = `"${actor.name}" asked for "${budget.id}"; somebody else has to approve it`
    return { kind: 'refused', reason, isRank: true }
  }
  if (actor.roles.includes(ADMIN_ROLE)) return { kind: 'done', life: to }
  const level = levels.find(
    ({ role, upToAtto }) => actor.roles.includes(role) && covers(upToAtto, budget.limit),
  )
  if (level !== undefined) return { kind: 'done', life: to, level }
  return { kind: 'refused', reason: describeLack(budget, actor, levels), isRank: true }
}

function covers(upToAtto: bigint | undefined, limit: Budget['limit']): boolean {
  return upToAtto === undefined || (limit.measure === 'cost' && newestAmountOf(limit) <= upToAtto)
}

function describeLack(
  { id, limit }: Pick<Budget, 'id' | 'limit'>,
  actor: Actor,
  levels: readonly ApprovalLevel[],
): string {
  const able = levels.filter(({ upToAtto }) => covers(upToAtto, limit)).map(({ role }) => role)
  const roles = [...able, ADMIN_ROLE].join(' or ')
  const held = actor.roles.length === 0 ? 'no role' : actor.roles.join(', ')
  return `"${id}" needs ${roles}; "${actor.name}" has ${held}`
}
