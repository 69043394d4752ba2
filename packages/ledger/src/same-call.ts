import type { Entry } from './entry.ts'

/** The little of an entry that says whether two spans are one call. */
export type Sighting = Pick<
  Entry,
  'spanId' | 'parentSpanId' | 'startTimeUnixNano' | 'endTimeUnixNano' | 'operation' | 'units'
>

/** When a span stood. */
export type Interval = Pick<Sighting, 'startTimeUnixNano' | 'endTimeUnixNano'>

/** The parent of every span of a trace that was seen, GenAI or not, by span id; '' for a root. */
export type Parents = ReadonlyMap<string, string>

/** Who lies above whom in one trace. */
export interface Family {
  /** The ids above a span, as far as the parents are known; at most `MAX_DEPTH`. */
  readonly above: (span: Sighting) => ReadonlySet<string>
  /** Whether one of the two lies above the other. */
  readonly isNested: (a: Sighting, b: Sighting) => boolean
}

/** No trace is deeper; a loop of parents must end. */
const MAX_DEPTH = 256

export function createFamily(parents: Parents): Family {
  const known = new Map<string, ReadonlySet<string>>()

  function above({ spanId, parentSpanId }: Sighting): ReadonlySet<string> {
    const found = known.get(spanId)
    if (found !== undefined) return found
    const ancestors = new Set<string>()
    let next = parentSpanId
    while (next !== '' && next !== spanId && !ancestors.has(next) && ancestors.size < MAX_DEPTH) {
      ancestors.add(next)
      next = parents.get(next) ?? ''
    }
    known.set(spanId, ancestors)
    return ancestors
  }

  return {
    above,
    isNested: (a, b) => above(a).has(b.spanId) || above(b).has(a.spanId),
  }
}

/**
 * Whether two leaves of a trace may be one call, seen by two instrumentations: the provider's answer
 * has the same id, or, where a span does not have it, the spans are of one family, stand at the same
 * time, name a common model and count the same tokens.
 */
export function isSameCall(a: Sighting, b: Sighting, family: Family): boolean {
  if (isContradiction(a, b, family)) return false
  if (hasSameAnswer(a, b)) return true
  // Wrapper and SDK span are siblings where the wrapper works by callbacks, or aunt and niece.
  const isFamily =
    family.above(a).has(b.parentSpanId) ||
    family.above(b).has(a.parentSpanId) ||
    family.isNested(a, b)
  return isFamily && isAtSameTime(a, b) && hasCommonModel(a, b) && countsTheSame(a, b)
}

/**
 * Whether two leaves are two calls for certain: they brought different answers; or one scope saw
 * both, each with an answer of its own or none, and neither lies above the other (a leaf makes no
 * second call).
 */
export function isContradiction(a: Sighting, b: Sighting, family: Family): boolean {
  if (hasAnswer(a) && hasAnswer(b) && a.operation.responseId !== b.operation.responseId) return true
  if (a.operation.scopeName !== b.operation.scopeName || family.isNested(a, b)) return false
  return !(hasSameAnswer(a, b) && a.operation.provider === b.operation.provider)
}

export function hasSameAnswer(a: Sighting, b: Sighting): boolean {
  return hasAnswer(a) && a.operation.responseId === b.operation.responseId
}

function hasAnswer({ operation }: Sighting): boolean {
  return operation.responseId !== undefined && operation.responseId !== ''
}

/** A wrapper may end a little before its stream does, or start a little after the SDK. */
const MIN_OVERHANG_NANO = 20_000_000n

/** Whether one interval lies inside the other, or nearly: a fifth of the shorter may stand out. */
export function isAtSameTime(a: Interval, b: Interval): boolean {
  const [short, long] = durationOf(a) <= durationOf(b) ? [a, b] : [b, a]
  const fifth = durationOf(short) / 5n
  const overhang = fifth > MIN_OVERHANG_NANO ? fifth : MIN_OVERHANG_NANO
  const isOverlapping =
    short.startTimeUnixNano <= long.endTimeUnixNano &&
    long.startTimeUnixNano <= short.endTimeUnixNano
  return (
    isOverlapping &&
    short.startTimeUnixNano >= long.startTimeUnixNano - overhang &&
    short.endTimeUnixNano <= long.endTimeUnixNano + overhang
  )
}

function durationOf({ startTimeUnixNano, endTimeUnixNano }: Interval): bigint {
  return endTimeUnixNano - startTimeUnixNano
}

function hasCommonModel(a: Sighting, b: Sighting): boolean {
  const models = modelsOf(b)
  return modelsOf(a).some((model) => models.includes(model))
}

function modelsOf({ operation: { requestModel, responseModel } }: Sighting): readonly string[] {
  return [requestModel, responseModel].flatMap((model) => model?.toLowerCase() ?? [])
}

/**
 * Totals only: instrumentations differ in how finely they split them. One that saw no usage says
 * nothing against. Some count the first token of a stream twice.
 */
function countsTheSame(a: Sighting, b: Sighting): boolean {
  if (a.units.size === 0 || b.units.size === 0) return true
  const [mine, other] = [a.operation.usage, b.operation.usage]
  const output = Math.abs((mine.outputTokens ?? 0) - (other.outputTokens ?? 0))
  const isCacheEqual =
    mine.cacheReadTokens === undefined ||
    other.cacheReadTokens === undefined ||
    mine.cacheReadTokens === other.cacheReadTokens
  return (mine.inputTokens ?? 0) === (other.inputTokens ?? 0) && output <= 1 && isCacheEqual
}

/**
 * Which of two spans of one call is to count: what was billed goes before what is computed; then the
 * one that tells more (cached tokens that are not listed would be priced as new ones); then the one
 * nearer to the wire, which lies below or inside the other. Otherwise the first.
 */
export function isBetterSighting(than: Sighting, candidate: Sighting, family: Family): boolean {
  const billed = Number(isBilled(candidate)) - Number(isBilled(than))
  if (billed !== 0) return billed > 0
  const detail = candidate.units.size - than.units.size
  if (detail !== 0) return detail > 0
  if (family.above(candidate).has(than.spanId)) return true
  if (family.above(than).has(candidate.spanId)) return false
  return (
    candidate.startTimeUnixNano > than.startTimeUnixNano &&
    candidate.endTimeUnixNano <= than.endTimeUnixNano
  )
}

/** Whether the answer said what it cost. */
export function isBilled({ operation }: Sighting): boolean {
  return operation.reportedCost?.source === 'provider'
}
