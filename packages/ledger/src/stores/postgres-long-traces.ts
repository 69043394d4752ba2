import type { PoolClient } from 'pg'
import type { Known } from '../decide-trace.ts'
import type { Entry } from '../entry.ts'
import { ask } from './postgres-client.ts'
import { hashResponse } from './postgres-rows.ts'
import { findSpans, listAllSpans } from './postgres-traces.ts'
import { decodeId, decodeParent, encodeId, encodeParent } from './rows.ts'
import {
  MAX_GONE_THROUGH,
  MAX_OLDER,
  NO_LINEAGE,
  pickNearest,
  toLinked,
  toOrderedTime,
  type KnownTrace,
  type Lineage,
  type Link,
  type LinkedOperation,
  type StoodRow,
} from './trace-view.ts'

const IS_KNOWN = 'SELECT EXISTS (SELECT FROM long_traces WHERE trace_id = $1) AS is_known'

/** What has usage below it may be known before the span itself is. */
const ADD_SPANS = `
  INSERT INTO long_traces
  SELECT $1, span_id, parent_span_id, response, false, start_unix_nano, end_unix_nano
  FROM unnest($2::bytea[], $3::bytea[], $4::bytea[], $5::bigint[], $6::bigint[])
    AS added (span_id, parent_span_id, response, start_unix_nano, end_unix_nano)
  ON CONFLICT (trace_id, span_id) DO UPDATE SET
    parent_span_id = excluded.parent_span_id, response = excluded.response,
    start_unix_nano = excluded.start_unix_nano, end_unix_nano = excluded.end_unix_nano
  RETURNING span_id, parent_span_id, is_above_usage`

/** Marks spans and all above them, as far as they are known and have no mark yet. */
const MARK_UP = `
  WITH RECURSIVE up (span_id) AS (
    SELECT span_id FROM unnest($2::bytea[]) AS span_id
    UNION
    SELECT span.parent_span_id FROM up JOIN long_traces AS span
      ON span.trace_id = $1 AND span.span_id = up.span_id
    WHERE NOT span.is_above_usage AND span.parent_span_id IS NOT NULL)
  INSERT INTO long_traces SELECT $1, span_id, NULL, NULL, true FROM up
  ON CONFLICT (trace_id, span_id) DO UPDATE SET is_above_usage = true
    WHERE NOT long_traces.is_above_usage
  RETURNING span_id, parent_span_id`

const LIST_ANSWERED = `
  SELECT span_id FROM long_traces WHERE trace_id = $1 AND response = ANY ($2::bytea[]) LIMIT $3`

/** Of each new leaf; two that brought answers are told apart by these. */
const LIST_NEAR = `
  SELECT fresh.number, near.span_id, near.start_unix_nano, near.end_unix_nano
  FROM unnest($2::bigint[], $3::bigint[], $4::boolean[])
      WITH ORDINALITY AS fresh (start_unix_nano, end_unix_nano, is_answered, number),
    LATERAL (
      SELECT * FROM long_traces
      WHERE trace_id = $1 AND start_unix_nano <= fresh.end_unix_nano
      ORDER BY start_unix_nano DESC LIMIT ${MAX_GONE_THROUGH}) AS near
  WHERE near.end_unix_nano >= fresh.start_unix_nano
    AND NOT (fresh.is_answered AND near.response IS NOT NULL)`

interface SpanRow {
  readonly span_id: Buffer
  readonly parent_span_id: Buffer | null
}

/** An operation with the hash of the answer that it brought. */
interface AnsweredOperation extends LinkedOperation {
  readonly response: string | undefined
}

/** Of one that is no operation, its place alone. */
type AddedSpan = Pick<AnsweredOperation, 'spanId' | 'parentSpanId' | 'stood'> &
  Partial<AnsweredOperation>

/** What is new of a trace and is decided together. */
interface Fresh {
  readonly entries: readonly Entry[]
  readonly links: readonly Link[]
}

/** What new spans of a long trace bring of it that is not among the newest. */
interface LookedBack {
  readonly older: readonly Known[]
  readonly lineage: Lineage
}

/** Of a trace that is looked at as a whole. */
export const LOOKED_AT_ALL: LookedBack = { older: [], lineage: NO_LINEAGE }

/**
 * Takes new spans of a long trace in, which is locked (`0008.sql`), with all that was before them
 * where it is the first time; answers what of it may be another thing now, or decide another.
 */
export async function lookBack(
  client: PoolClient,
  traceId: string,
  { operations }: KnownTrace,
  { entries, links }: Fresh,
  allLinks: readonly Link[],
): Promise<LookedBack> {
  const [known] = await ask<{ is_known: boolean }>(client, 'is_long_trace', IS_KNOWN, [
    encodeId(traceId),
  ])
  if (!known!.is_known) {
    const before = await listAllSpans(client, traceId)
    await add(client, traceId, before.map(toAnswered), allLinks)
  }
  const fresh = entries.map(toAnswered)
  const lineage = await add(client, traceId, fresh, links)
  const responses = [...new Set(fresh.flatMap(({ response }) => response ?? []))]
  const answered = await listAnswered(client, traceId, responses)
  const simultaneous = await listSimultaneous(client, traceId, fresh)
  const here = new Set([...operations, ...entries].map(({ spanId }) => spanId))
  const wanted = new Set(
    [...lineage.aboveUsage, ...answered, ...simultaneous].filter((id) => !here.has(id)),
  )
  return { older: await findSpans(client, traceId, [...wanted]), lineage }
}

function toAnswered(each: Known): AnsweredOperation {
  return { ...toLinked(each), response: hashResponse(each.operation) }
}

/** Each span is marked once, however many are below it. */
async function add(
  client: PoolClient,
  traceId: string,
  operations: readonly AnsweredOperation[],
  links: readonly Link[],
): Promise<Lineage> {
  const spans = new Map<string, AddedSpan>(
    links.map(([spanId, parentSpanId]) => [spanId, { spanId, parentSpanId }]),
  )
  for (const each of operations) spans.set(each.spanId, each)
  if (spans.size === 0) return NO_LINEAGE
  const rows = [...spans.values()]
  const trace = encodeId(traceId)
  const added = await ask<SpanRow & { readonly is_above_usage: boolean }>(
    client,
    'add_to_long_trace',
    ADD_SPANS,
    [
      trace,
      rows.map(({ spanId }) => encodeId(spanId)),
      rows.map(({ parentSpanId }) => encodeParent(parentSpanId)),
      rows.map(({ response }) => (response === undefined ? null : encodeId(response))),
      rows.map(({ stood }) => stood && toOrderedTime(stood.startTimeUnixNano)),
      rows.map(({ stood }) => stood && toOrderedTime(stood.endTimeUnixNano)),
    ],
  )
  // Of what usage was below before it came, what is above it learns of that now.
  const reached = added.filter((row) => row.is_above_usage)
  const parents = new Set([
    ...operations.flatMap(({ hasUsage, parentSpanId }) => (hasUsage ? [parentSpanId] : [])),
    ...reached.map((row) => decodeParent(row.parent_span_id)),
  ])
  parents.delete('')
  const marked =
    parents.size === 0
      ? []
      : await ask<SpanRow>(client, 'mark_above_usage', MARK_UP, [trace, [...parents].map(encodeId)])
  return {
    aboveUsage: new Set([...reached, ...marked].map((row) => decodeId(row.span_id))),
    links: marked.flatMap((row): Link[] =>
      row.parent_span_id === null ? [] : [[decodeId(row.span_id), decodeId(row.parent_span_id)]],
    ),
  }
}

/** Spans that brought one of these answers. */
async function listAnswered(
  client: PoolClient,
  traceId: string,
  responses: readonly string[],
): Promise<string[]> {
  if (responses.length === 0) return []
  const values = [encodeId(traceId), responses.map(encodeId), MAX_OLDER]
  const rows = await ask<SpanRow>(client, 'list_answered', LIST_ANSWERED, values)
  return rows.map((row) => decodeId(row.span_id))
}

/** Spans of leaves that may be the same call as one of these, by when they stood. */
async function listSimultaneous(
  client: PoolClient,
  traceId: string,
  operations: readonly AnsweredOperation[],
): Promise<readonly string[]> {
  const leaves = operations.flatMap(({ stood, response }) =>
    stood === undefined ? [] : { stood, isAnswered: response !== undefined },
  )
  if (leaves.length === 0) return []
  type Row = StoodRow & { readonly number: bigint }
  const rows = await ask<Row>(client, 'list_near', LIST_NEAR, [
    encodeId(traceId),
    leaves.map(({ stood }) => toOrderedTime(stood.startTimeUnixNano)),
    leaves.map(({ stood }) => toOrderedTime(stood.endTimeUnixNano)),
    leaves.map(({ isAnswered }) => isAnswered),
  ])
  const byLeaf = Map.groupBy(rows, (row) => Number(row.number) - 1)
  return pickNearest(leaves.map(({ stood }, at) => [stood, byLeaf.get(at) ?? []] as const))
}
