import type { DatabaseSync } from 'node:sqlite'
import type { Change, Known } from '../decide-trace.ts'
import { selectPriced } from './priced-entries.ts'
import { encodeId } from './rows.ts'
import { prepare } from './sqlite-statements.ts'
import { FIGURES, FIGURES_OF_ENTRY } from './sum-lines.ts'
import { signOf } from './trace-view.ts'

/** The figures are those of the entry as it is priced now, or their negatives, or 0. */
const INSERT_CORRECTION = `
  INSERT INTO corrections (trace_id, span_id, recorded_at_unix_ms, reason, standing,
    hour, hour_nano, label_set, status, error_type, ${FIGURES.join(', ')})
  SELECT trace_id, span_id, ?3, ?4, ?5, hour, hour_nano, label_set, status, error_type,
    ${FIGURES_OF_ENTRY.map((figure) => `?6 * ${figure}`).join(', ')}
  FROM (${selectPriced()}) WHERE trace_id = ?1 AND span_id = ?2`

export interface CorrectionWriter {
  /** Writes down what operations of a trace are from now on. */
  write(
    traceId: Uint8Array,
    operations: readonly Known[],
    changes: readonly Change[],
    nowMs: bigint,
  ): void
  /** Remembers a held container, until there is a change to it. */
  awaitSettling(traceId: Uint8Array, spanId: Uint8Array, nowMs: bigint): void
}

export function createCorrectionWriter(database: DatabaseSync): CorrectionWriter {
  const insertCorrection = prepare(database, INSERT_CORRECTION)
  const insertUnsettled = prepare(database, 'INSERT INTO unsettled VALUES (?, ?, ?)')
  const deleteUnsettled = prepare(
    database,
    'DELETE FROM unsettled WHERE trace_id = ? AND span_id = ?',
  )

  return {
    write(traceId, operations, changes, nowMs) {
      const before = new Map(operations.map((each) => [each.spanId, each.standing]))
      for (const { spanId, standing, reason } of changes) {
        const id = encodeId(spanId)
        const sign = signOf(before.get(spanId)!, standing)
        insertCorrection.run(traceId, id, nowMs, reason, standing, sign)
        deleteUnsettled.run(traceId, id)
      }
    },
    awaitSettling(traceId, spanId, nowMs) {
      insertUnsettled.run(traceId, spanId, nowMs)
    },
  }
}
