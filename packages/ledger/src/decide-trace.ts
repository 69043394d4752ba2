import type { Role } from '@spancost/genai'
import type { CorrectionReason, Standing } from './entry.ts'
import { groupCalls } from './group-calls.ts'
import {
  createFamily,
  isBetterSighting,
  isBilled,
  type Family,
  type Parents,
  type Sighting,
} from './same-call.ts'

/** An operation of a trace; `standing` is what it was taken for so far, absent where it is new. */
export interface Known extends Sighting {
  readonly standing?: Standing
}

/** What is known of a trace at one moment. */
export interface TraceView {
  readonly operations: readonly Known[]
  /** With the links of `operations` as well. */
  readonly parents: Parents
  /** False: older operations were left out, so an echo may repeat a call that is not here. */
  readonly isWhole: boolean
  /** Spans that usage lies below which is not here. */
  readonly aboveUsage?: ReadonlySet<string>
}

/** A standing that is no longer right; the ledger writes it as a correcting entry. */
export interface Change {
  readonly spanId: string
  readonly standing: Standing
  readonly reason: CorrectionReason
}

export interface Decision {
  /** Of every operation. */
  readonly standings: ReadonlyMap<string, Standing>
  /** Of those that were known, the ones whose standing is another now. */
  readonly changes: readonly Change[]
}

/**
 * Whether each operation of a trace is spend, given all that is known of it. Spans come in any order,
 * over any number of requests: as this looks at what is there and not at how it came, the same
 * operations count in the end.
 * - A leaf counts, unless another sighting of the same call is better: then it is its echo.
 * - A container is restated where something that tells usage lies below it. Until then it is held,
 *   or stays counted once it was settled (`listSettled`).
 * - What is free counts.
 */
export function decideTrace(view: TraceView): Decision {
  const { operations, parents } = view
  const family = createFamily(parents)
  const standings = new Map([...decideLeaves(view, family), ...decideContainers(view, family)])
  for (const { spanId, operation } of operations) {
    if (operation.role === 'free') standings.set(spanId, 'counted')
  }
  return { standings, changes: listChanges(operations, standings, family) }
}

/** The same for an operation that is all that is known of its trace. */
export function decideAlone(role: Role): Standing {
  return role === 'container' ? 'held' : 'counted'
}

/** Of containers that are due, those that count after all, because nothing has come below them. */
export function listSettled(due: readonly Known[]): readonly Change[] {
  return due
    .filter((each) => each.standing === 'held' && isSettleable(each))
    .map(({ spanId }) => ({ spanId, standing: 'counted', reason: 'settled' }))
}

/** A container that has something to count. Usage that is wrong is to be seen, as unpriced. */
export function isSettleable(each: Sighting): boolean {
  const { role, usage } = each.operation
  return role === 'container' && (isTelling(each) || Object.keys(usage).length > 0)
}

/** A call without usage leaves its container to tell the usage. */
export function isTelling(each: Sighting): boolean {
  return each.operation.role !== 'free' && (each.units.size > 0 || isBilled(each))
}

function decideLeaves({ operations, isWhole }: TraceView, family: Family): [string, Standing][] {
  const leaves = operations.filter(({ operation }) => operation.role === 'leaf')
  return groupCalls(leaves, family).flatMap((group) => {
    const call = isWhole ? findBest(group, family) : findBestKnown(group, family)
    return group.map((leaf): [string, Standing] => [
      leaf.spanId,
      leaf === call ? 'counted' : 'echo',
    ])
  })
}

function findBest(group: readonly Known[], family: Family): Known | undefined {
  return group.reduce<Known | undefined>(
    (best, one) => (best !== undefined && !isBetterSighting(best, one, family) ? best : one),
    undefined,
  )
}

/** Where a trace is not here as a whole, what was an echo stays one: it may be one of what is not. */
function findBestKnown(group: readonly Known[], family: Family): Known | undefined {
  const others = group.filter(({ standing }) => standing !== 'echo')
  const isElsewhere =
    others.length < group.length && !others.some(({ standing }) => standing === 'counted')
  return isElsewhere ? undefined : findBest(others, family)
}

function decideContainers(
  { operations, aboveUsage }: TraceView,
  family: Family,
): [string, Standing][] {
  const above = listAbove(operations.filter(isTelling), family)
  return operations
    .filter(({ operation }) => operation.role === 'container')
    .map(({ spanId, standing = 'held' }) => {
      const isRestated = above.has(spanId) || aboveUsage?.has(spanId) === true
      return [spanId, isRestated ? 'restated' : standing]
    })
}

function listAbove(operations: readonly Known[], family: Family): ReadonlySet<string> {
  return new Set(operations.flatMap((each) => [...family.above(each)]))
}

function listChanges(
  operations: readonly Known[],
  standings: ReadonlyMap<string, Standing>,
  family: Family,
): readonly Change[] {
  const fresh = operations.filter(({ standing }) => standing === undefined)
  const aboveFresh = listAbove(fresh.filter(isTelling), family)
  const hasFreshLeaf = fresh.some(({ operation }) => operation.role === 'leaf')
  return operations.flatMap(({ spanId, operation, standing: before }) => {
    const standing = standings.get(spanId)!
    if (before === undefined || before === standing) return []
    const isContainer = operation.role === 'container'
    // Without a new operation that could be the reason, a parent that was not known is.
    const isByArrival = isContainer ? aboveFresh.has(spanId) : hasFreshLeaf
    const reason = isContainer ? 'late_leaf' : 'better_sighting'
    return [{ spanId, standing, reason: isByArrival ? reason : 'late_parent' }]
  })
}
