import type { PoolClient } from 'pg'
import type { Known } from '../decide-trace.ts'
import type { Relative } from '../entry.ts'
import { MAX_RELATIVES } from '../store.ts'
import { ask } from './postgres-client.ts'
import { encodeText } from './postgres-rows.ts'
import { askRows, insertInto } from './postgres-statements.ts'
import {
  decodeId,
  decodeDetails,
  decodeKnown,
  decodeParent,
  encodeId,
  encodeParent,
  STANDING_NOW,
  type KnownRow,
} from './rows.ts'
import { MAX_NEWEST, type KnownTrace, type Link } from './trace-view.ts'

const LOCK_TRACES = `
  ${insertInto('traces', [
    ['trace_id', 'bytea'],
    ['recorded_day', 'integer'],
  ])} ON CONFLICT (trace_id) DO UPDATE SET recorded_day = excluded.recorded_day`

const LOCK_FREE_TRACES = `
  SELECT trace_id FROM traces WHERE trace_id = ANY ($1::bytea[])
  ORDER BY trace_id FOR UPDATE SKIP LOCKED`

const KNOWN_COLUMNS = `
  trace_id, span_id, parent_span_id, hour, hour_nano, sequence, details,
  ${STANDING_NOW} AS standing`

const FIND_NEWEST = `
  SELECT ${KNOWN_COLUMNS} FROM (
    SELECT *, row_number() OVER (PARTITION BY trace_id ORDER BY sequence DESC) AS place
    FROM entries WHERE trace_id = ANY ($1::bytea[])
  ) AS entries WHERE place <= ${MAX_NEWEST} ORDER BY sequence`

const FIND_SPANS = `
  SELECT ${KNOWN_COLUMNS} FROM entries WHERE trace_id = $1 AND span_id = ANY ($2::bytea[])`

const LIST_ALL = `SELECT ${KNOWN_COLUMNS} FROM entries WHERE trace_id = $1`

/** Of these traces, the containers that are held since before an instant. */
const LIST_DUE = `
  SELECT ${KNOWN_COLUMNS} FROM entries
  WHERE trace_id = ANY ($1::bytea[]) AND (trace_id, span_id) IN (
    SELECT trace_id, span_id FROM unsettled
    WHERE trace_id = ANY ($1::bytea[]) AND recorded_at_unix_ms < $2)`

const FIND_LINKS = `
  SELECT trace_id, span_id, parent_span_id FROM relatives WHERE trace_id = ANY ($1::bytea[])`

const COUNT_RELATIVES = `
  SELECT trace_id, count(*) AS count FROM relatives WHERE trace_id = ANY ($1::bytea[])
  GROUP BY trace_id`

const INSERT_RELATIVES = `
  ${insertInto('relatives', [
    ['trace_id', 'bytea'],
    ['span_id', 'bytea'],
    ['parent_span_id', 'bytea'],
    ['name', 'text'],
    ['start_unix_nano', 'bigint'],
    ['end_unix_nano', 'bigint'],
    ['service', 'text'],
    ['recorded_day', 'integer'],
  ])} ON CONFLICT DO NOTHING RETURNING trace_id, span_id, parent_span_id`

type Row = KnownRow & {
  readonly trace_id: Uint8Array
  readonly sequence: bigint
}

type TraceRow = { readonly trace_id: Buffer }

type LinkRow = Pick<Row, 'trace_id' | 'span_id' | 'parent_span_id'>

/**
 * Waits until nobody else works on these traces, and keeps others out of them until the transaction
 * ends: what is known of a trace stays what it is. Everybody asks in the same order.
 */
export async function lockTraces(
  client: PoolClient,
  traceIds: Iterable<string>,
  day: number,
): Promise<void> {
  const rows = [...traceIds].sort().map((traceId) => [encodeId(traceId), day])
  await askRows(client, 'lock_traces', LOCK_TRACES, rows)
}

/** The same for those of the traces that nobody works on, which it answers. */
export async function lockFreeTraces(
  client: PoolClient,
  traceIds: readonly Uint8Array[],
): Promise<string[]> {
  const rows = await ask<TraceRow>(client, 'lock_free_traces', LOCK_FREE_TRACES, [traceIds])
  return rows.map((row) => decodeId(row.trace_id))
}

/** The newest that the ledger has of each trace, of which it has something. */
export async function findKnown(
  client: PoolClient,
  traceIds: readonly string[],
): Promise<Map<string, KnownTrace>> {
  const rows = await ask<Row>(client, 'known', FIND_NEWEST, [traceIds.map(encodeId)])
  const byTrace = Map.groupBy(rows, (row) => decodeId(row.trace_id))
  return new Map(
    [...byTrace].map(([traceId, newest]) => [
      traceId,
      { operations: newest.map(decodeRow), isWhole: newest.length < MAX_NEWEST },
    ]),
  )
}

/** Operations of a trace. */
export async function findSpans(
  client: PoolClient,
  traceId: string,
  spanIds: readonly string[],
): Promise<Known[]> {
  if (spanIds.length === 0) return []
  const values = [encodeId(traceId), spanIds.map(encodeId)]
  return (await ask<Row>(client, 'spans', FIND_SPANS, values)).map(decodeRow)
}

/** All operations of a trace, however long it is. */
export async function listAllSpans(client: PoolClient, traceId: string): Promise<Known[]> {
  return (await ask<Row>(client, 'all_spans', LIST_ALL, [encodeId(traceId)])).map(decodeRow)
}

/** Containers that wait to be settled, by their traces. */
export async function listDue(
  client: PoolClient,
  traceIds: readonly string[],
  beforeUnixMs: number,
): Promise<Map<string, Known[]>> {
  const values = [traceIds.map(encodeId), beforeUnixMs]
  const rows = await ask<Row>(client, 'list_due', LIST_DUE, values)
  const byTrace = Map.groupBy(rows, (row) => decodeId(row.trace_id))
  return new Map([...byTrace].map(([traceId, due]) => [traceId, due.map(decodeRow)]))
}

function decodeRow(row: Row): Known {
  return decodeKnown(row, decodeDetails(row.details))
}

/** The spans of each trace that are no operations. */
export async function findLinks(
  client: PoolClient,
  traceIds: readonly string[],
): Promise<Map<string, Link[]>> {
  if (traceIds.length === 0) return new Map()
  const values = [traceIds.map(encodeId)]
  return groupLinks(await ask<LinkRow>(client, 'links', FIND_LINKS, values))
}

function groupLinks(rows: readonly LinkRow[]): Map<string, Link[]> {
  const links = new Map<string, Link[]>()
  for (const row of rows) {
    const traceId = decodeId(row.trace_id)
    const found = links.get(traceId) ?? []
    links.set(traceId, found)
    found.push([decodeId(row.span_id), decodeParent(row.parent_span_id)])
  }
  return links
}

/** Answers those that are new, by their traces. Traces are locked, so the count stays right. */
export async function insertRelatives(
  client: PoolClient,
  relatives: readonly Relative[],
  day: number,
): Promise<Map<string, Link[]>> {
  if (relatives.length === 0) return new Map()
  const byTrace = Map.groupBy(relatives, ({ traceId }) => traceId)
  const values = [[...byTrace.keys()].map(encodeId)]
  const counted = await ask<TraceRow & { readonly count: bigint }>(
    client,
    'count_relatives',
    COUNT_RELATIVES,
    values,
  )
  const counts = new Map(counted.map((row) => [decodeId(row.trace_id), Number(row.count)]))
  const rows = [...byTrace].flatMap(([traceId, each]) => {
    const distinct = [...new Map(each.map((one) => [one.spanId, one])).values()]
    return distinct
      .slice(0, MAX_RELATIVES - (counts.get(traceId) ?? 0))
      .map((one) => toRow(one, day))
  })
  return groupLinks(await askRows<LinkRow>(client, 'relatives', INSERT_RELATIVES, rows))
}

function toRow(relative: Relative, day: number): unknown[] {
  return [
    encodeId(relative.traceId),
    encodeId(relative.spanId),
    encodeParent(relative.parentSpanId),
    encodeText(relative.name),
    BigInt.asIntN(64, relative.startTimeUnixNano),
    BigInt.asIntN(64, relative.endTimeUnixNano),
    encodeText(relative.service),
    day,
  ]
}
