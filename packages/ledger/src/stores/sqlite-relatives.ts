import type { DatabaseSync } from 'node:sqlite'
import type { Relative } from '../entry.ts'
import { MAX_RELATIVES } from '../store.ts'
import { encodeId, encodeParent } from './rows.ts'
import { prepare } from './sqlite-statements.ts'

const INSERT_RELATIVE = `
  INSERT INTO relatives (trace_id, span_id, parent_span_id, name, start_unix_nano, end_unix_nano,
    service, recorded_at_unix_ms)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
  WHERE (SELECT count(*) FROM relatives WHERE trace_id = ?1) < ${MAX_RELATIVES}
  ON CONFLICT (trace_id, span_id) DO NOTHING`

/** Writes down a span that is no operation, and says whether it is new; it is not where it is full. */
export function createRelativeWriter(
  database: DatabaseSync,
): (relative: Relative, nowMs: bigint) => boolean {
  const insert = prepare(database, INSERT_RELATIVE)
  return (relative, nowMs) => {
    const { changes } = insert.run(
      encodeId(relative.traceId),
      encodeId(relative.spanId),
      encodeParent(relative.parentSpanId),
      relative.name,
      BigInt.asIntN(64, relative.startTimeUnixNano),
      BigInt.asIntN(64, relative.endTimeUnixNano),
      relative.service,
      nowMs,
    )
    return Number(changes) > 0
  }
}
