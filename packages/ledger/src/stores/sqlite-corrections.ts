import type { DatabaseSync } from 'node:sqlite'
import type { Change } from '../decide-trace.ts'
import { selectPriced } from './priced-entries.ts'
import { encodeId } from './rows.ts'
import { prepare } from './sqlite-statements.ts'
import type { StoredOperation } from './sqlite-traces.ts'
import { FIGURES, FIGURES_OF_ENTRY } from './sum-lines.ts'
import { signOf } from './trace-view.ts'

/** The figures are those of the entry as it is priced now, or their negatives, or 0. */
const INSERT_CORRECTION = `
  INSERT INTO corrections (trace_id, span_id, recorded_at_unix_ms, reason, standing,
    hour, hour_nano, label_set, status, error_type, ${FIGURES.join(', ')})
  SELECT trace_id, span_id, ?2, ?3, ?4, hour, hour_nano, label_set, status, error_type,
    ${FIGURES_OF_ENTRY.map((figure) => `?5 * ${figure}`).join(', ')}
  FROM (${selectPriced('entries.sequence')}) WHERE sequence = ?1`

export interface CorrectionWriter {
  /** Writes down what operations of a trace are from now on. */
  write(
    traceId: Uint8Array,
    operations: readonly StoredOperation[],
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
      if (changes.length === 0) return
      const before = new Map(operations.map((each) => [each.spanId, each]))
      for (const { spanId, standing, reason } of changes) {
        const known = before.get(spanId)!
        const sign = signOf(known.standing!, standing)
        insertCorrection.run(known.sequence, nowMs, reason, standing, sign)
        deleteUnsettled.run(traceId, encodeId(spanId))
      }
    },
    awaitSettling(traceId, spanId, nowMs) {
      insertUnsettled.run(traceId, spanId, nowMs)
    },
  }
}
