import type { DatabaseSync } from 'node:sqlite'
import { NANOS_PER_HOUR } from '../hours.ts'
import type { Sighting } from '../same-call.ts'
import {
  decodeId,
  decodeKnown,
  decodeParent,
  decodeSighting,
  STANDING_NOW,
  type KnownRow,
} from './rows.ts'
import type { PackedEntry } from './sqlite-batch.ts'
import { prepare } from './sqlite-statements.ts'
import {
  MAX_NEWEST,
  MAX_OLDER,
  type Link,
  type TimedOperation,
  type TimedTrace,
} from './trace-view.ts'

const KNOWN = `
  SELECT sequence, span_id, parent_span_id, hour, hour_nano, recorded_at_unix_ms, details,
    ${STANDING_NOW} AS standing
  FROM entries WHERE trace_id = ?`

const FIND_NEWEST = `${KNOWN} ORDER BY sequence DESC LIMIT ${MAX_NEWEST}`

const FIND_OLDER = `
  ${KNOWN} AND sequence < ?
    AND (role = 'container' OR response_id IN (SELECT value FROM json_each(?)))
  ORDER BY sequence DESC LIMIT ${MAX_OLDER}`

const FIND_LINKS = 'SELECT span_id, parent_span_id FROM relatives WHERE trace_id = ?'

type Row = KnownRow & { readonly sequence: bigint; readonly recorded_at_unix_ms: bigint }
type LinkRow = Pick<KnownRow, 'span_id' | 'parent_span_id'>

/** The rows of a trace, the newest first, which are decoded only where something is to be decided. */
export interface TraceRows {
  readonly rows: readonly Row[]
  /** False: there are more operations than are looked at. */
  readonly isWhole: boolean
}

export interface TraceReader {
  findRows(traceId: Uint8Array): TraceRows
  /** Of a longer trace, also what is older and may matter to new operations. */
  decode(traceId: Uint8Array, found: TraceRows, fresh: readonly PackedEntry[]): TimedTrace
  findLinks(traceId: Uint8Array): readonly Link[]
}

export function createTraceReader(database: DatabaseSync): TraceReader {
  const findNewest = prepare<Row>(database, FIND_NEWEST)
  const findOlder = prepare<Row>(database, FIND_OLDER)
  const findLinks = prepare<LinkRow>(database, FIND_LINKS)

  return {
    findRows(traceId) {
      const rows = findNewest.all(traceId)
      return { rows, isWhole: rows.length < MAX_NEWEST }
    },
    decode(traceId, { rows, isWhole }, fresh) {
      const answers = fresh.flatMap(({ responseId }) => responseId ?? [])
      const oldest = rows.at(-1)?.sequence ?? 0n
      const older = isWhole ? [] : findOlder.all(traceId, oldest, JSON.stringify(answers))
      return { operations: [...rows, ...older].map(decodeTimed), isWhole }
    },
    findLinks(traceId) {
      const rows = findLinks.all(traceId)
      return rows.map((row) => [decodeId(row.span_id), decodeParent(row.parent_span_id)])
    },
  }
}

function decodeTimed(row: Row): TimedOperation {
  return { ...decodeKnown(row), recordedAtUnixMs: Number(row.recorded_at_unix_ms) }
}

/** What an entry that is about to be written says of its span. */
export function readSighting(entry: PackedEntry): Sighting {
  const { details, hour, hourNano, spanId, parentSpanId } = entry
  return { ...decodeSighting(details, hour * NANOS_PER_HOUR + hourNano), spanId, parentSpanId }
}
