import type { PoolClient } from 'pg'
import { listSettled, type Change, type Known } from '../decide-trace.ts'
import type { Settled } from '../store.ts'
import { ask } from './postgres-client.ts'
import { askRows, insertInto, unnest } from './postgres-statements.ts'
import { selectPriced } from './priced-entries.ts'
import type { SumChanges } from './postgres-sums.ts'
import { listDue, lockFreeTraces } from './postgres-traces.ts'
import type { MetricRow } from './metric-columns.ts'
import { encodeId, type SumRow } from './rows.ts'
import { FIGURES, FIGURES_OF_ENTRY } from './sum-lines.ts'
import { signOf } from './trace-view.ts'

/** The figures are those of the entry as it is priced now, or their negatives, or 0. */
const INSERT_CORRECTIONS = `
  INSERT INTO corrections (trace_id, span_id, recorded_day, recorded_at_unix_ms, reason, standing,
    hour, hour_nano, label_set, status, error_type, ${FIGURES.join(', ')})
  SELECT trace_id, span_id, recorded_day, now_ms, reason, change.standing,
    hour, hour_nano, label_set, status, error_type,
    ${FIGURES_OF_ENTRY.map((figure) => `sign * ${figure}`).join(', ')}
  FROM ${unnest([
    ['trace_id', 'bytea'],
    ['span_id', 'bytea'],
    ['now_ms', 'bigint'],
    ['reason', 'text'],
    ['standing', 'text'],
    ['sign', 'bigint'],
  ])} WITH ORDINALITY
      AS change (trace_id, span_id, now_ms, reason, standing, sign, place)
    JOIN (${selectPriced('entries.recorded_day')}) AS priced USING (trace_id, span_id)
  ORDER BY place
  RETURNING hour, hour_nano, label_set, status, error_type, ${FIGURES.join(', ')}`

const INSERT_UNSETTLED = insertInto('unsettled', [
  ['trace_id', 'bytea'],
  ['span_id', 'bytea'],
  ['recorded_at_unix_ms', 'bigint'],
])

const DELETE_UNSETTLED = `
  DELETE FROM unsettled WHERE (trace_id, span_id) IN (
    SELECT * FROM ${unnest([
      ['trace_id', 'bytea'],
      ['span_id', 'bytea'],
    ])})`

const FIND_DUE = `
  SELECT trace_id FROM unsettled WHERE recorded_at_unix_ms < $1
  GROUP BY trace_id ORDER BY min(recorded_at_unix_ms) LIMIT $2`

/** What can be settled is: whatever is due afterwards is gone, or is restated by now. */
const FORGET_DUE = `
  DELETE FROM unsettled WHERE trace_id = ANY ($1::bytea[]) AND recorded_at_unix_ms < $2`

type CorrectedRow = SumRow &
  MetricRow & {
    readonly hour: bigint
    readonly hour_nano: bigint
    readonly label_set: string
    readonly status: string
    readonly error_type: string
  }

/** A change of mind about an operation of a trace. */
export interface TraceChange {
  readonly traceId: string
  readonly before: Known
  readonly change: Change
}

/** Writes down what operations are from now on. */
export async function writeCorrections(
  client: PoolClient,
  changes: readonly TraceChange[],
  nowMs: number,
  sums: SumChanges,
): Promise<void> {
  const rows = changes.map(({ traceId, before, change: { spanId, standing, reason } }) => {
    const sign = signOf(before.standing!, standing)
    return [encodeId(traceId), encodeId(spanId), nowMs, reason, standing, sign]
  })
  const corrected = await askRows<CorrectedRow>(client, 'corrections', INSERT_CORRECTIONS, rows)
  for (const row of corrected) {
    sums.addCorrection({ ...row, figures: FIGURES.map((name) => row[name]!) })
  }
  const ids = rows.map((row) => row.slice(0, 2))
  await askRows(client, 'delete_unsettled', DELETE_UNSETTLED, ids)
}

/** Remembers held containers, until there is a change to them. */
export async function awaitSettling(
  client: PoolClient,
  held: readonly { readonly traceId: string; readonly spanId: string }[],
  nowMs: number,
): Promise<void> {
  const rows = held.map(({ traceId, spanId }) => [encodeId(traceId), encodeId(spanId), nowMs])
  await askRows(client, 'unsettled', INSERT_UNSETTLED, rows)
}

/** Settles what is due of up to `limit` traces, leaving out those that others work on. */
export async function settleDue(
  client: PoolClient,
  query: { readonly beforeUnixMs: number; readonly limit: bigint },
  nowMs: number,
  sums: SumChanges,
): Promise<Settled> {
  const { beforeUnixMs, limit } = query
  const due = await ask<{ readonly trace_id: Buffer }>(client, 'due', FIND_DUE, [
    beforeUnixMs,
    limit,
  ])
  const traceIds = await lockFreeTraces(
    client,
    due.map((row) => row.trace_id),
  )
  const waiting = await listDue(client, traceIds, beforeUnixMs)
  const changes = [...waiting].flatMap(([traceId, held]) => {
    const before = new Map(held.map((each) => [each.spanId, each]))
    return listSettled(held).map((change): TraceChange => ({
      traceId,
      before: before.get(change.spanId)!,
      change,
    }))
  })
  await writeCorrections(client, changes, nowMs, sums)
  await ask(client, 'forget_due', FORGET_DUE, [traceIds.map(encodeId), beforeUnixMs])
  // Where all are being written to, trying again at once would go round and round.
  const isDone = BigInt(due.length) < limit || traceIds.length === 0
  return { containers: changes.length, isDone }
}
