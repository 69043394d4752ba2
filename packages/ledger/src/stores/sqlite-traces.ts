import type { DatabaseSync } from 'node:sqlite'
import { readSighted } from '../compact/details.ts'
import type { Known } from '../decide-trace.ts'
import { NANOS_PER_HOUR } from '../hours.ts'
import type { Sighting } from '../same-call.ts'
import { decodeId, decodeKnown, decodeParent, STANDING_NOW, type KnownRow } from './rows.ts'
import type { PackedEntry } from './sqlite-batch.ts'
import { prepare } from './sqlite-statements.ts'
import type { TraceIndex } from './sqlite-trace-index.ts'
import { MAX_NEWEST, type Link } from './trace-view.ts'

const FIND_ROW = `
  SELECT sequence, span_id, parent_span_id, hour, hour_nano, response_hash, details, ${STANDING_NOW} AS standing
  FROM entries WHERE sequence = ? AND trace_id = ?`

const FIND_LINKS = 'SELECT span_id, parent_span_id FROM relatives WHERE trace_id = ?'

export type TraceRow = KnownRow & {
  readonly sequence: bigint
  readonly response_hash: bigint | null
  readonly details: Uint8Array
}
type LinkRow = Pick<KnownRow, 'span_id' | 'parent_span_id'>

/** An operation with the sequence of its entry. */
export interface StoredOperation extends Known {
  readonly sequence: bigint
}

/** The rows of a trace, the newest first, which are decoded only where something is to be decided. */
export interface TraceRows {
  readonly rows: readonly TraceRow[]
  readonly isWhole: boolean
}

export interface TraceReader {
  findRows(traceId: Uint8Array): TraceRows
  /** All of them, however long the trace is. */
  listAll(traceId: Uint8Array): readonly TraceRow[]
  /** The entry of these ids, with the standing that it has now. */
  findEntry(traceId: Uint8Array, spanId: Uint8Array): TraceRow | undefined
  decode(row: TraceRow): StoredOperation
  findLinks(traceId: Uint8Array): readonly Link[]
  /** What an entry that is about to be written says of its span. */
  readSighting(entry: PackedEntry): Sighting
}

const NO_ROWS: TraceRows = { rows: [], isWhole: true }

export function createTraceReader(
  database: DatabaseSync,
  index: TraceIndex,
  words: readonly string[],
): TraceReader {
  const findRow = prepare<TraceRow>(database, FIND_ROW)
  const findLinks = prepare<LinkRow>(database, FIND_LINKS)

  function readRows(traceId: Uint8Array, sequences: readonly number[]): TraceRow[] {
    return sequences.flatMap((sequence) => findRow.get(BigInt(sequence), traceId) ?? [])
  }

  return {
    findRows(traceId) {
      const sequences = index.list(traceId)
      if (sequences.length === 0) return NO_ROWS
      const rows = readRows(traceId, sequences.slice(0, MAX_NEWEST))
      return { rows, isWhole: sequences.length <= MAX_NEWEST }
    },
    listAll: (traceId) => readRows(traceId, index.list(traceId)),
    findEntry(traceId, spanId) {
      for (const sequence of index.find(traceId, spanId)) {
        const row = findRow.get(BigInt(sequence), traceId)
        if (row !== undefined && Buffer.compare(row.span_id, spanId) === 0) return row
      }
      return undefined
    },
    decode(row) {
      return { ...decodeKnown(row, readSighted(row.details, words)), sequence: row.sequence }
    },
    findLinks(traceId) {
      const rows = findLinks.all(traceId)
      return rows.map((row) => [decodeId(row.span_id), decodeParent(row.parent_span_id)])
    },
    readSighting({ details, hour, hourNano, span, parentSpanId }) {
      return {
        ...readSighted(details, words),
        startTimeUnixNano: BigInt(hour) * NANOS_PER_HOUR + BigInt(hourNano),
        spanId: span,
        parentSpanId: decodeParent(parentSpanId),
      }
    },
  }
}
