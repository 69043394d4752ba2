/** What a trace comes to, by recursion over the whole of it: the definition, and nothing else. */
import type { MadeSpan, MadeTrace, Operation } from './make-trace.ts'

export interface Sum {
  readonly costAtto: bigint
  readonly operations: number
  /** How many of them have no price. */
  readonly unpriced: number
}

export interface ExpectedSpan {
  /** What the span itself is spend of; nothing for most. */
  readonly own: Sum
  /** With all that is below. */
  readonly subtree: Sum
}

/** `isSettled`: after agents with nothing below them were counted. */
export function expectSums(
  { spans }: MadeTrace,
  isSettled: boolean,
): ReadonlyMap<string, ExpectedSpan> {
  const expected = new Map<string, ExpectedSpan>()
  const visit = ({ spanId, operation, children }: MadeSpan): Sum => {
    const own = worthOf(operation, isSettled)
    const subtree = children.map(visit).reduce(add, own)
    expected.set(spanId, { own, subtree })
    return subtree
  }
  for (const span of spans) if (span.parent === undefined) visit(span)
  return expected
}

export function standingOf({ standing, hasUsage }: Operation, isSettled: boolean): string {
  return isSettled && standing === 'held' && hasUsage ? 'counted' : standing
}

function worthOf(operation: Operation | undefined, isSettled: boolean): Sum {
  if (operation === undefined || standingOf(operation, isSettled) !== 'counted') {
    return { costAtto: 0n, operations: 0, unpriced: 0 }
  }
  const { costAtto } = operation
  return { costAtto: costAtto ?? 0n, operations: 1, unpriced: costAtto === undefined ? 1 : 0 }
}

function add(one: Sum, other: Sum): Sum {
  return {
    costAtto: one.costAtto + other.costAtto,
    operations: one.operations + other.operations,
    unpriced: one.unpriced + other.unpriced,
  }
}
