import { isTelling, type Change, type Known, type TraceView } from '../decide-trace.ts'
import type { Standing } from '../entry.ts'
import { isAtSameTime, type Interval, type Sighting } from '../same-call.ts'
import { decodeId } from './rows.ts'

/** Of longer traces the newest operations are looked at: the sightings of a call arrive together. */
export const MAX_NEWEST = 256

/** And so many older leaves that brought the same answer as a new one, or stood at the same time. */
export const MAX_OLDER = 256

/** For those of the same time, so many are gone through that began last before the new one ended. */
export const MAX_GONE_THROUGH = 512

/** As many new operations of one trace are decided together: the time for it grows by the square. */
export const MAX_TOGETHER = 256

/** The parent of a span that is no operation. */
export type Link = readonly [spanId: string, parentSpanId: string]

/** What of an operation says who lies above usage. */
export interface LinkedOperation {
  readonly spanId: string
  readonly parentSpanId: string
  readonly hasUsage: boolean
  /** Of a leaf; only leaves are echoes of each other. */
  readonly stood?: Interval
}

export function toLinked(each: Sighting): LinkedOperation {
  const { spanId, parentSpanId, operation } = each
  const linked = { spanId, parentSpanId, hasUsage: isTelling(each) }
  return operation.role === 'leaf' ? { ...linked, stood: each } : linked
}

/** What new spans of a long trace show of spans that are no longer looked at, and the other way. */
export interface Lineage {
  /** Those of which it is new that usage lies below them, known and new ones; some may never come. */
  readonly aboveUsage: ReadonlySet<string>
  /** Between them. */
  readonly links: readonly Link[]
}

/** Of a trace that is looked at as a whole. */
export const NO_LINEAGE: Lineage = { aboveUsage: new Set(), links: [] }

/** What a store has of a trace. */
export interface KnownTrace {
  readonly operations: readonly Known[]
  readonly isWhole: boolean
}

export function createView(
  { operations, isWhole }: KnownTrace,
  fresh: readonly Sighting[],
  links: readonly Link[],
  lineage = NO_LINEAGE,
): TraceView {
  const all = [...operations, ...fresh]
  const parents = new Map([...links, ...lineage.links])
  for (const { spanId, parentSpanId } of all) parents.set(spanId, parentSpanId)
  return { operations: all, parents, isWhole, aboveUsage: lineage.aboveUsage }
}

/** Whether some of a trace will no longer be looked at when these have been written. */
export function isLong(known: number, isWhole: boolean, fresh: number): boolean {
  return !isWhole || known + fresh > MAX_NEWEST
}

/** What the sums change by when an entry's standing does: its figures are added or taken away. */
export function signOf(before: Standing, after: Standing): -1n | 0n | 1n {
  if ((before === 'counted') === (after === 'counted')) return 0n
  return after === 'counted' ? 1n : -1n
}

/** Of a span that SQL found, with times as `toOrderedTime` writes them. */
export interface StoodRow {
  readonly span_id: Uint8Array
  readonly start_unix_nano: bigint
  readonly end_unix_nano: bigint
}

/** The ids of leaves that stood at the same time as a new one, the nearest of all first. */
export function pickNearest(
  found: readonly (readonly [leaf: Interval, near: readonly StoodRow[]])[],
): readonly string[] {
  const pairs = found.flatMap(([{ startTimeUnixNano: start, endTimeUnixNano: end }, near]) =>
    near.flatMap((row) => {
      const stood = { startTimeUnixNano: row.start_unix_nano, endTimeUnixNano: row.end_unix_nano }
      if (!isAtSameTime({ startTimeUnixNano: start, endTimeUnixNano: end }, stood)) return []
      const gap = differ(start, row.start_unix_nano) + differ(end, row.end_unix_nano)
      return { spanId: decodeId(row.span_id), gap }
    }),
  )
  const nearest = pairs.sort((a, b) => Number(a.gap - b.gap)).map(({ spanId }) => spanId)
  return [...new Set(nearest)].slice(0, MAX_OLDER)
}

function differ(a: bigint, b: bigint): bigint {
  return a < b ? b - a : a - b
}

const MAX_INT64 = 2n ** 63n - 1n

/** OTLP's times have 64 bits without a sign, those of databases one with it; nobody is that late. */
export function toOrderedTime(unixNano: bigint): bigint {
  return unixNano < MAX_INT64 ? unixNano : MAX_INT64
}

/** The changes by which something becomes spend or is none any more. */
export function listTurned(operations: readonly Known[], changes: readonly Change[]): Change[] {
  if (changes.length === 0) return []
  const before = new Map(operations.map(({ spanId, standing }) => [spanId, standing]))
  return changes.filter(({ spanId, standing }) => signOf(before.get(spanId)!, standing) !== 0n)
}
