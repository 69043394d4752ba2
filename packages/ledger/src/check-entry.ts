import type { Rating } from '@spancost/pricing/rating'
import type { Entry, Relative, Repricing } from './entry.ts'
import { MAX_REPRICINGS } from './store.ts'
import { tokenTypeOf } from './sums.ts'

/**
 * Above these an entry is refused. They keep sums of 64-bit integers far from their end, so that a
 * span with absurd figures cannot stop the ledger for everyone who shares a sum with it.
 */
const MAX_TOKENS_PER_UNIT = 1_000_000_000_000
const MAX_LINES = 100
const MAX_LINE_COST_ATTO = 1_000_000n * 10n ** 18n

const MAX_LIMIT = 100_000

const TRACE_ID = /^[0-9a-f]{32}$/
const SPAN_ID = /^[0-9a-f]{16}$/
const END_OF_TIME_UNIX_NANO = 2n ** 64n

/**
 * Why a store would refuse the entry, in words that name the field and the figure; `undefined` where
 * it would take it. Calls share a transaction, so whatever could make it fail is found before.
 */
export function findEntryFault(entry: Entry): string | undefined {
  const fault = findIdFault(entry) ?? findTimeFault(entry)
  return fault === undefined ? findFigureFault(entry) : nameFault(entry, fault)
}

/** The same where it is known that ids and times are sound, as they were read from a span's bytes. */
export function findFigureFault(entry: Entry): string | undefined {
  return nameFault(entry, findTokenFault(entry) ?? findCostFault(entry.rating))
}

/** The same for a span that is no operation. */
export function findRelativeFault(relative: Relative): string | undefined {
  return nameFault(relative, findIdFault(relative) ?? findTimeFault(relative))
}

function nameFault({ traceId, spanId }: Ids, fault: string | undefined): string | undefined {
  if (fault === undefined) return undefined
  return `span ${JSON.stringify(spanId)} of trace ${JSON.stringify(traceId)}: ${fault}`
}

/** @throws RangeError unless it is 32 lower-case hex digits. */
export function checkTraceId(traceId: string): void {
  if (TRACE_ID.test(traceId)) return
  throw new RangeError(`trace id ${JSON.stringify(traceId)} is not 32 lower-case hex digits`)
}

/** @throws RangeError unless it is a whole number from 1 to 100 000. */
export function checkLimit(limit: number): bigint {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return BigInt(limit)
  throw new RangeError(`limit ${limit} is not a whole number from 1 to ${MAX_LIMIT}`)
}

/** @throws RangeError for more than are taken in one step, and for what no ledger can hold. */
export function checkRepricings(repricings: readonly Repricing[]): void {
  if (repricings.length > MAX_REPRICINGS) {
    throw new RangeError(`${repricings.length} repricings; at most ${MAX_REPRICINGS} are taken`)
  }
  for (const { traceId, spanId, rating } of repricings) {
    const fault = findIdFault({ traceId, spanId, parentSpanId: '' }) ?? findCostFault(rating)
    if (fault !== undefined)
      throw new RangeError(nameFault({ traceId, spanId, parentSpanId: '' }, fault))
  }
}

type Ids = Pick<Relative, 'traceId' | 'spanId' | 'parentSpanId'>

function findIdFault({ traceId, spanId, parentSpanId }: Ids): string | undefined {
  if (!TRACE_ID.test(traceId)) return 'traceId is not 32 lower-case hex digits'
  if (!SPAN_ID.test(spanId)) return 'spanId is not 16 lower-case hex digits'
  if (parentSpanId !== '' && !SPAN_ID.test(parentSpanId)) {
    return `parentSpanId ${JSON.stringify(parentSpanId)} is neither empty nor 16 lower-case hex digits`
  }
  return undefined
}

function findTimeFault(
  span: Pick<Relative, 'startTimeUnixNano' | 'endTimeUnixNano'>,
): string | undefined {
  for (const field of ['startTimeUnixNano', 'endTimeUnixNano'] as const) {
    const time = span[field]
    if (time < 0n || time >= END_OF_TIME_UNIX_NANO) return `${field} ${time} is not 0 to 2^64 - 1`
  }
  return undefined
}

function findTokenFault({ units }: Entry): string | undefined {
  for (const [unit, quantity] of units) {
    if (tokenTypeOf(unit) === undefined) continue
    if (!(Number.isInteger(quantity) && quantity >= 0 && quantity <= MAX_TOKENS_PER_UNIT)) {
      return `${unit} is ${quantity}; tokens are whole numbers from 0 to ${MAX_TOKENS_PER_UNIT}`
    }
  }
  return undefined
}

function findCostFault(rating: Rating): string | undefined {
  if (rating.lines.length > MAX_LINES) {
    return `its rating has ${rating.lines.length} lines, more than ${MAX_LINES}`
  }
  let sumAtto = 0n
  for (const { unit, costAtto } of rating.lines) {
    if (costAtto > MAX_LINE_COST_ATTO || costAtto < -MAX_LINE_COST_ATTO) {
      return `the cost of ${unit} is ${costAtto}e-18 USD; it must lie within 1e6 USD`
    }
    sumAtto += costAtto
  }
  if (sumAtto === (rating.costAtto ?? 0n)) return undefined
  return `costAtto is ${rating.costAtto ?? 'absent'}, but its lines add up to ${sumAtto}`
}
