import type { DatabaseSync } from 'node:sqlite'
import { decodeId, encodeId, encodeParent } from './rows.ts'
import { prepare } from './sqlite-statements.ts'
import {
  MAX_GONE_THROUGH,
  NO_LINEAGE,
  pickNearest,
  toOrderedTime,
  type Lineage,
  type Link,
  type LinkedOperation,
  type StoodRow,
} from './trace-view.ts'

const IS_KNOWN = 'SELECT 1 FROM long_traces WHERE trace_id = ? LIMIT 1'

/** What has usage below it may be known before the span itself is. */
const ADD_SPAN = `
  INSERT INTO long_traces VALUES (?, ?, ?, ?, ?, ?, 0)
  ON CONFLICT (trace_id, span_id) DO UPDATE SET
    parent_span_id = excluded.parent_span_id, response_hash = excluded.response_hash,
    start_unix_nano = excluded.start_unix_nano, end_unix_nano = excluded.end_unix_nano
  RETURNING is_above_usage`

/** Answers nothing where the mark is there already. */
const MARK = `
  INSERT INTO long_traces VALUES (?, ?, NULL, NULL, NULL, NULL, 1)
  ON CONFLICT (trace_id, span_id) DO UPDATE SET is_above_usage = 1 WHERE is_above_usage = 0
  RETURNING parent_span_id`

const FIND_ANSWERED = `
  SELECT span_id FROM long_traces WHERE trace_id = ? AND response_hash = ? LIMIT ?`

/** Two that brought answers are told apart by these. */
const LIST_NEAR = `
  SELECT span_id, start_unix_nano, end_unix_nano FROM (
    SELECT * FROM long_traces WHERE trace_id = ? AND start_unix_nano <= ?
    ORDER BY start_unix_nano DESC LIMIT ${MAX_GONE_THROUGH})
  WHERE end_unix_nano >= ? AND (? OR response_hash IS NULL)`

/** An operation with the hash of the answer that it brought. */
export interface HashedOperation extends LinkedOperation {
  readonly responseHash: number | null
}

type Taken = Omit<HashedOperation, 'hasUsage'>

/** What is remembered of traces that are longer than what is looked at (`0009.sql`). */
export interface LongTraces {
  /** False: `add` is to be given all that the ledger has of the trace first. */
  isKnown(traceId: Uint8Array): boolean
  /** Takes in spans that are new, and says what follows for those that were there. */
  add(traceId: Uint8Array, operations: readonly HashedOperation[], links: readonly Link[]): Lineage
  /** At most `limit` spans that brought an answer of this hash. */
  listAnswered(traceId: Uint8Array, responseHash: number, limit: number): readonly Uint8Array[]
  /** Spans of leaves that may be the same call as one of these, by when they stood. */
  listSimultaneous(traceId: Uint8Array, leaves: readonly HashedOperation[]): readonly string[]
}

/** Works within the transaction that is open. Each span is marked once, however many are below it. */
export function createLongTraces(database: DatabaseSync): LongTraces {
  const isKnown = prepare(database, IS_KNOWN)
  const addSpan = prepare<{ readonly is_above_usage: bigint }>(database, ADD_SPAN)
  const mark = prepare<{ readonly parent_span_id: Uint8Array | null }>(database, MARK)
  const listNear = prepare<StoodRow>(database, LIST_NEAR)
  const findAnswered = prepare<{ readonly span_id: Uint8Array }>(database, FIND_ANSWERED)

  /** Marks a span and all above it, as far as they are known and have no mark yet. */
  function markUp(traceId: Uint8Array, spanId: string, marked: Set<string>, walked: Link[]): void {
    for (let next = spanId; next !== '';) {
      const row = mark.get(traceId, encodeId(next))
      if (row === undefined) return
      marked.add(next)
      const parent = row.parent_span_id === null ? '' : decodeId(row.parent_span_id)
      if (parent !== '') walked.push([next, parent])
      next = parent
    }
  }

  return {
    isKnown: (traceId) => isKnown.get(traceId) !== undefined,
    add(traceId, operations, links) {
      if (operations.length + links.length === 0) return NO_LINEAGE
      const aboveUsage = new Set<string>()
      const take = ({ spanId, parentSpanId, responseHash, stood }: Taken): void => {
        const parent = encodeParent(parentSpanId)
        const start = stood === undefined ? null : toOrderedTime(stood.startTimeUnixNano)
        const end = stood === undefined ? null : toOrderedTime(stood.endTimeUnixNano)
        const row = addSpan.get(traceId, encodeId(spanId), parent, responseHash, start, end)
        if (row!.is_above_usage === 1n) aboveUsage.add(spanId)
      }
      for (const [spanId, parentSpanId] of links) take({ spanId, parentSpanId, responseHash: null })
      for (const each of operations) take(each)

      const walked: Link[] = []
      for (const { parentSpanId, hasUsage } of operations) {
        if (hasUsage) markUp(traceId, parentSpanId, aboveUsage, walked)
      }
      // Those that usage was below before they came: what is above them learns of it now.
      const parents = new Map([
        ...links,
        ...operations.map(({ spanId, parentSpanId }) => [spanId, parentSpanId] as const),
      ])
      for (const spanId of aboveUsage) {
        markUp(traceId, parents.get(spanId) ?? '', aboveUsage, walked)
      }
      return { aboveUsage, links: walked }
    },
    listAnswered: (traceId, responseHash, limit) =>
      findAnswered.all(traceId, responseHash, limit).map((row) => row.span_id),
    listSimultaneous(traceId, leaves) {
      const found = leaves.flatMap(({ stood, responseHash }) => {
        if (stood === undefined) return []
        const start = toOrderedTime(stood.startTimeUnixNano)
        const end = toOrderedTime(stood.endTimeUnixNano)
        const near = listNear.all(traceId, end, start, responseHash === null ? 1 : 0)
        return [[stood, near] as const]
      })
      return pickNearest(found)
    },
  }
}
