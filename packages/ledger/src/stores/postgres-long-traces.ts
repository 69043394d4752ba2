import type { PoolClient } from 'pg'
import { isTelling, type Known } from '../decide-trace.ts'
import type { Entry } from '../entry.ts'
import { ask } from './postgres-client.ts'
import { hashResponse } from './postgres-rows.ts'
import { findSpans, listAllSpans } from './postgres-traces.ts'
import { decodeId, decodeParent, encodeId, encodeParent } from './rows.ts'
import {
  MAX_OLDER,
  NO_LINEAGE,
  type KnownTrace,
  type Lineage,
  type Link,
  type LinkedOperation,
} from './trace-view.ts'

const IS_KNOWN = 'SELECT EXISTS (SELECT FROM long_traces WHERE trace_id = $1) AS is_known'

/** What has usage below it may be known before the span itself is. */
const ADD_SPANS = `
  INSERT INTO long_traces
  SELECT $1, span_id, parent_span_id, response, false
  FROM unnest($2::bytea[], $3::bytea[], $4::bytea[]) AS added (span_id, parent_span_id, response)
  ON CONFLICT (trace_id, span_id) DO UPDATE SET
    parent_span_id = excluded.parent_span_id, response = excluded.response
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

interface SpanRow {
  readonly span_id: Buffer
  readonly parent_span_id: Buffer | null
}

/** An operation with the hash of the answer that it brought. */
interface AnsweredOperation extends LinkedOperation {
  readonly response: string | undefined
}

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
 * Takes new spans of a long trace in, which is locked (`0007.sql`), with all that was before them
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
  const here = new Set([...operations, ...entries].map(({ spanId }) => spanId))
  const wanted = new Set([...lineage.aboveUsage, ...answered].filter((id) => !here.has(id)))
  return { older: await findSpans(client, traceId, [...wanted]), lineage }
}

function toAnswered(each: Known): AnsweredOperation {
  const { spanId, parentSpanId, operation } = each
  return { spanId, parentSpanId, hasUsage: isTelling(each), response: hashResponse(operation) }
}

/** Each span is marked once, however many are below it. */
async function add(
  client: PoolClient,
  traceId: string,
  operations: readonly AnsweredOperation[],
  links: readonly Link[],
): Promise<Lineage> {
  const spans = new Map<string, readonly [parentSpanId: string, response?: string]>(
    links.map(([spanId, parentSpanId]) => [spanId, [parentSpanId]]),
  )
  for (const { spanId, parentSpanId, response } of operations) {
    spans.set(spanId, response === undefined ? [parentSpanId] : [parentSpanId, response])
  }
  if (spans.size === 0) return NO_LINEAGE
  const trace = encodeId(traceId)
  const added = await ask<SpanRow & { readonly is_above_usage: boolean }>(
    client,
    'add_to_long_trace',
    ADD_SPANS,
    [
      trace,
      [...spans.keys()].map(encodeId),
      [...spans.values()].map(([parent]) => encodeParent(parent)),
      [...spans.values()].map(([, response]) =>
        response === undefined ? null : encodeId(response),
      ),
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
