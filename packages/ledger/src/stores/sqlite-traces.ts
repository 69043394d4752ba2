import type { DatabaseSync } from 'node:sqlite'
import { readSighted } from '../compact/details.ts'
import { NANOS_PER_HOUR } from '../hours.ts'
import type { Sighting } from '../same-call.ts'
import { decodeId, decodeKnown, decodeParent, STANDING_NOW, type KnownRow } from './rows.ts'
import type { PackedEntry } from './sqlite-batch.ts'
import { prepare } from './sqlite-statements.ts'
import type { TraceIndex } from './sqlite-trace-index.ts'
import {
  MAX_NEWEST,
  MAX_OLDER,
  type Link,
  type TimedOperation,
  type TimedTrace,
} from './trace-view.ts'

const FIND_ROW = `
  SELECT sequence, span_id, parent_span_id, hour, hour_nano, recorded_at_unix_ms, role,
    response_hash, details, ${STANDING_NOW} AS standing
  FROM entries WHERE sequence = ? AND trace_id = ?`

const FIND_LINKS = 'SELECT span_id, parent_span_id FROM relatives WHERE trace_id = ?'

export type TraceRow = KnownRow & {
  readonly sequence: bigint
  readonly recorded_at_unix_ms: bigint
  readonly role: string
  readonly response_hash: bigint | null
  readonly details: Uint8Array
}
type LinkRow = Pick<KnownRow, 'span_id' | 'parent_span_id'>

/** An operation with the sequence of its entry. */
export interface StoredOperation extends TimedOperation {
  readonly sequence: bigint
}

/** The rows of a trace, the newest first, which are decoded only where something is to be decided. */
export interface TraceRows {
  readonly rows: readonly TraceRow[]
  /** Of what is older. */
  readonly older: readonly number[]
}

export interface TraceReader {
  findRows(traceId: Uint8Array): TraceRows
  /** The entry of these ids, with the standing that it has now. */
  findEntry(traceId: Uint8Array, spanId: Uint8Array): TraceRow | undefined
  /** Of a longer trace, also what is older and may matter to new operations. */
  decode(
    traceId: Uint8Array,
    found: TraceRows,
    fresh: readonly PackedEntry[],
  ): TimedTrace & { readonly operations: readonly StoredOperation[] }
  findLinks(traceId: Uint8Array): readonly Link[]
  /** What an entry that is about to be written says of its span. */
  readSighting(entry: PackedEntry): Sighting
}

const NO_ROWS: TraceRows = { rows: [], older: [] }

export function createTraceReader(
  database: DatabaseSync,
  index: TraceIndex,
  words: readonly string[],
): TraceReader {
  const findRow = prepare<TraceRow>(database, FIND_ROW)
  const findLinks = prepare<LinkRow>(database, FIND_LINKS)

  function findOlder(
    traceId: Uint8Array,
    older: readonly number[],
    fresh: readonly PackedEntry[],
  ): TraceRow[] {
    const answers = new Set(fresh.flatMap(({ responseHash }) => responseHash ?? []))
    const found: TraceRow[] = []
    for (const sequence of older) {
      const row = findRow.get(BigInt(sequence), traceId)
      if (row === undefined) continue
      const isAnswer = row.response_hash !== null && answers.has(Number(row.response_hash))
      if (isAnswer || row.role === 'container') found.push(row)
      if (found.length === MAX_OLDER) break
    }
    return found
  }

  function decodeRow(row: TraceRow): StoredOperation {
    const { sequence } = row
    const known = decodeKnown(row, readSighted(row.details, words))
    return { ...known, sequence, recordedAtUnixMs: Number(row.recorded_at_unix_ms) }
  }

  return {
    findRows(traceId) {
      const sequences = index.list(traceId)
      if (sequences.length === 0) return NO_ROWS
      const newest = sequences.slice(0, MAX_NEWEST)
      const rows = newest.flatMap((sequence) => findRow.get(BigInt(sequence), traceId) ?? [])
      return { rows, older: sequences.slice(MAX_NEWEST) }
    },
    findEntry(traceId, spanId) {
      for (const sequence of index.find(traceId, spanId)) {
        const row = findRow.get(BigInt(sequence), traceId)
        if (row !== undefined && Buffer.compare(row.span_id, spanId) === 0) return row
      }
      return undefined
    },
    decode(traceId, { rows, older }, fresh) {
      const all = [...rows, ...findOlder(traceId, older, fresh)]
      return { operations: all.map(decodeRow), isWhole: older.length === 0 }
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
