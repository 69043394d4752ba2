import type { DatabaseSync } from 'node:sqlite'
import { listSettled } from '../decide-trace.ts'
import type { Settled } from '../store.ts'
import type { CorrectionWriter } from './sqlite-corrections.ts'
import { prepare } from './sqlite-statements.ts'
import type { TraceReader } from './sqlite-traces.ts'

const FIND_DUE = `
  SELECT trace_id FROM unsettled WHERE recorded_at_unix_ms < ?
  GROUP BY trace_id ORDER BY min(recorded_at_unix_ms) LIMIT ?`

/** What can be settled is: whatever is due afterwards is gone, or is restated by now. */
const FORGET_DUE = 'DELETE FROM unsettled WHERE trace_id = ? AND recorded_at_unix_ms < ?'

/** Settles the containers that are due of up to `limit` traces, within the transaction that is open. */
export function createSettler(
  database: DatabaseSync,
  corrections: CorrectionWriter,
  traces: TraceReader,
): (beforeMs: bigint, limit: bigint, nowMs: bigint) => Settled {
  const findDue = prepare<{ readonly trace_id: Uint8Array }>(database, FIND_DUE)
  const forgetDue = prepare(database, FORGET_DUE)

  return (beforeMs, limit, nowMs) => {
    const due = findDue.all(beforeMs, limit)
    let containers = 0
    for (const { trace_id: traceId } of due) {
      const known = traces.decode(traceId, traces.findRows(traceId), [])
      const changes = listSettled(known.operations, (one) => one.recordedAtUnixMs < beforeMs)
      corrections.write(traceId, known.operations, changes, nowMs)
      forgetDue.run(traceId, beforeMs)
      containers += changes.length
    }
    return { containers, isDone: BigInt(due.length) < limit }
  }
}
