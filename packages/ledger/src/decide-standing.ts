import type { Standing } from './entry.ts'
import {
  isBetterSighting,
  isSameCall,
  listAncestors,
  type Parents,
  type Sighting,
} from './same-call.ts'

/** An operation of the trace that was written down before. */
export interface Known extends Sighting {
  readonly standing: Standing
  /** For an echo: the span of the call that it repeats. */
  readonly echoOf?: string
}

/** A standing that is no longer right; the ledger writes it as a correcting entry. */
export interface Correction {
  readonly spanId: string
  readonly standing: Standing
  readonly echoOf?: string
}

export interface Decision {
  readonly standing: Standing
  readonly echoOf?: string
  readonly corrections: readonly Correction[]
}

/**
 * Whether an operation that has just arrived is spend, given all that is known of its trace. Spans
 * come in any order, over any number of requests; whatever the order, the same operations are
 * counted in the end.
 * `parents` has the links of the arrived span as well.
 * - A leaf counts, unless the call is counted already; the better of the two sightings counts.
 * - A container is held, and restates once a leaf with usage is below it.
 */
export function decideStanding(
  arrived: Sighting,
  known: readonly Known[],
  parents: Parents,
): Decision {
  const { role } = arrived.operation
  if (role === 'free') return { standing: 'counted', corrections: [] }
  if (role === 'container') {
    const below = known.filter((each) => listAncestors(each, parents).includes(arrived.spanId))
    const standing = below.some(isSpent) ? 'restated' : 'held'
    return { standing, corrections: findEchoes(below, known, parents) }
  }

  const restated = restateAbove(arrived, known, parents)
  const twin = known.find((each) => isFreeTwin(arrived, each, known, parents))
  if (twin === undefined) return { standing: 'counted', corrections: restated }
  if (!isBetterSighting(twin, arrived, parents)) {
    return { standing: 'echo', echoOf: twin.spanId, corrections: restated }
  }
  const demoted: Correction = { spanId: twin.spanId, standing: 'echo', echoOf: arrived.spanId }
  return { standing: 'counted', corrections: [demoted, ...restated] }
}

/**
 * The containers of a trace that count after all, because nothing with usage came below them: the
 * innermost of those that are held. What lies above one of them restates it.
 */
export function settleHeld(known: readonly Known[], parents: Parents): readonly Correction[] {
  const held = known.filter(({ standing, units }) => standing === 'held' && units.size > 0)
  const above = new Set(held.flatMap((each) => listAncestors(each, parents)))
  return held.map(({ spanId }) => ({
    spanId,
    standing: above.has(spanId) ? 'restated' : 'counted',
  }))
}

/** Calls that a newly known parent shows to be one: until it came, they were not of one family. */
function findEchoes(
  below: readonly Known[],
  known: readonly Known[],
  parents: Parents,
): readonly Correction[] {
  const corrections: Correction[] = []
  let current = known
  for (const { spanId } of below) {
    const each = current.find((other) => other.spanId === spanId)
    if (each?.standing !== 'counted' || each.operation.role !== 'leaf') continue
    const twin = current.find((other) => isFreeTwin(each, other, current, parents))
    if (twin === undefined) continue
    const [echo, call] = isBetterSighting(twin, each, parents) ? [twin, each] : [each, twin]
    const correction: Correction = { spanId: echo.spanId, standing: 'echo', echoOf: call.spanId }
    corrections.push(correction)
    current = current.map((other) => (other === echo ? { ...other, ...correction } : other))
  }
  return corrections
}

/** Spend, or a second sight of it. A call without usage leaves its container to tell the usage. */
function isSpent({ operation, standing, units }: Known): boolean {
  if (units.size === 0) return false
  if (operation.role === 'leaf') return true
  return operation.role === 'container' && standing === 'counted'
}

function restateAbove(
  leaf: Sighting,
  known: readonly Known[],
  parents: Parents,
): readonly Correction[] {
  if (leaf.units.size === 0) return []
  const above = new Set(listAncestors(leaf, parents))
  return known
    .filter(({ operation, standing }) => operation.role === 'container' && standing !== 'restated')
    .filter((each) => above.has(each.spanId))
    .map((each) => ({ spanId: each.spanId, standing: 'restated' }))
}

/** A counted leaf that is the same call, and whose echo from this scope has not come already. */
function isFreeTwin(
  arrived: Sighting,
  candidate: Known,
  known: readonly Known[],
  parents: Parents,
): boolean {
  if (candidate.standing !== 'counted' || candidate.operation.role !== 'leaf') return false
  if (candidate.spanId === arrived.spanId) return false
  const isTaken = known.some(
    ({ echoOf, operation }) =>
      echoOf === candidate.spanId && operation.scopeName === arrived.operation.scopeName,
  )
  return !isTaken && isSameCall(arrived, candidate, parents)
}
