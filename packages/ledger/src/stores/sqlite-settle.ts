import type { DatabaseSync } from 'node:sqlite'
import { listSettled } from '../decide-trace.ts'
import type { Settled } from '../store.ts'
import type { CorrectionWriter } from './sqlite-corrections.ts'
import { prepare } from './sqlite-statements.ts'
import type { TraceReader } from './sqlite-traces.ts'

const FIND_DUE = `
  SELECT trace_id FROM unsettled WHERE recorded_at_unix_ms < ?
  GROUP BY trace_id ORDER BY min(recorded_at_unix_ms) LIMIT ?`

const LIST_DUE = `
  SELECT span_id FROM unsettled WHERE trace_id = ? AND recorded_at_unix_ms < ? LIMIT ?`

/** What can be settled is: whatever is due afterwards is gone, or is restated by now. */
const FORGET = 'DELETE FROM unsettled WHERE trace_id = ? AND span_id = ?'

/** Of one trace in one step. */
const MAX_CONTAINERS = 1_000n

/** Settles the containers that are due of up to `limit` traces, within the transaction that is open. */
export function createSettler(
  database: DatabaseSync,
  corrections: CorrectionWriter,
  traces: TraceReader,
): (beforeMs: bigint, limit: bigint, nowMs: bigint) => Settled {
  const findDue = prepare<{ readonly trace_id: Uint8Array }>(database, FIND_DUE)
  const listDue = prepare<{ readonly span_id: Uint8Array }>(database, LIST_DUE)
  const forget = prepare(database, FORGET)

  return (beforeMs, limit, nowMs) => {
    const due = findDue.all(beforeMs, limit)
    let containers = 0
    let isDone = BigInt(due.length) < limit
    for (const { trace_id: traceId } of due) {
      const spans = listDue.all(traceId, beforeMs, MAX_CONTAINERS)
      const rows = spans.flatMap(({ span_id: spanId }) => traces.findEntry(traceId, spanId) ?? [])
      const held = rows.map(traces.decode)
      const changes = listSettled(held)
      corrections.write(traceId, held, changes, nowMs)
      for (const { span_id: spanId } of spans) forget.run(traceId, spanId)
      containers += changes.length
      isDone &&= BigInt(spans.length) < MAX_CONTAINERS
    }
    return { containers, isDone }
  }
}
