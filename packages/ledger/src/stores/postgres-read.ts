import type { Pool } from 'pg'
import { checkLimit, checkTraceId } from '../check-entry.ts'
import type { StoredEntry } from '../entry.ts'
import { toHourTime, toUnixNanoRange } from '../hours.ts'
import type { LabelFilter, Store } from '../store.ts'
import { decodeTotals, listTotals, type TotalRow } from './decode-totals.ts'
import { decodeOutlines } from './outlines.ts'
import { decodeCosts, listCosts, type CostsRow } from './costs.ts'
import { ask } from './postgres-client.ts'
import { decodeText } from './postgres-rows.ts'
import { LIST_LABEL_SETS, pickLabelSets } from './label-filter.ts'
import { readSpend } from './postgres-spend.ts'
import { readUnpriced } from './postgres-unpriced.ts'
import { verifyLedger } from './postgres-verify.ts'
import {
  decodeDetails,
  decodeEntries,
  decodeId,
  decodeRelatives,
  decodeSums,
  encodeId,
  listCorrectionsOf,
  SELECT_SUMS,
  SUM_COLUMNS,
  toPage,
  type CorrectionRow,
  type EntryRow,
  type RelativeRow,
  type SumRow,
} from './rows.ts'

const LIST_ENTRIES = `
  SELECT trace_id, span_id, parent_span_id, hour, hour_nano, recorded_at_unix_ms, standing,
    labels, details
  FROM entries JOIN label_sets ON label_sets.id = label_set
  WHERE trace_id = $1 AND ($3::bytea IS NULL OR span_id = $3)
  ORDER BY hour, hour_nano, sequence LIMIT $2`

const LIST_RELATIVES = `
  SELECT span_id, parent_span_id, name, start_unix_nano, end_unix_nano, service
  FROM relatives WHERE trace_id = $1 ORDER BY start_unix_nano, span_id`

const LIST_CORRECTIONS = listCorrectionsOf('= ANY ($1::bytea[])')

const LIST_UNSETTLED = `
  SELECT entries.trace_id, entries.span_id, parent_span_id, hour, hour_nano,
    entries.recorded_at_unix_ms, standing, labels, details
  FROM (SELECT trace_id, span_id FROM unsettled
      ORDER BY recorded_at_unix_ms, trace_id, span_id LIMIT $1) AS waiting
    JOIN entries USING (trace_id, span_id) JOIN label_sets ON label_sets.id = label_set
  ORDER BY entries.recorded_at_unix_ms, entries.trace_id, entries.span_id`

const LIST_BETWEEN = `
  SELECT trace_id, span_id, parent_span_id, hour, hour_nano, recorded_at_unix_ms, standing,
    labels, details
  FROM entries JOIN label_sets ON label_sets.id = label_set
  WHERE (hour, hour_nano, trace_id, span_id) > ($1, $2, $3, $4) AND (hour, hour_nano) < ($5, $6)
  ORDER BY hour, hour_nano, trace_id, span_id LIMIT $7`

const LIST_TOTALS = listTotals()
const LIST_COSTS = listCosts((position) => `$${position}`)

/** In 1e-18 USD; sums of bigint are numeric, which does not end. */
const COST_ATTO = SUM_COLUMNS.filter((name) => name.startsWith('cost_'))
  .map((name) => (name.endsWith('_nano') ? `sum(${name}) * 1000000000` : `sum(${name})`))
  .join(' + ')

const SELECT_TRACES = `
  SELECT trace_id, min(hour * 3600000 + hour_nano / 1000000) AS start_unix_ms,
    sum(operations) AS operations,
    coalesce(sum(operations) FILTER (WHERE status = 'unpriced'), 0) AS unpriced, ${SELECT_SUMS}
  FROM lines`

const IN_RANGE = '(hour, hour_nano) >= ($1, $2) AND (hour, hour_nano) < ($3, $4)'

const LIST_TOP_TRACES = `
  ${SELECT_TRACES} WHERE trace_id IN (
    SELECT trace_id FROM lines WHERE ${IN_RANGE} GROUP BY trace_id HAVING sum(operations) > 0)
  GROUP BY trace_id ORDER BY ${COST_ATTO} DESC, trace_id LIMIT $5`

const LIST_MATCHING_TRACES = `
  ${SELECT_TRACES} WHERE ${IN_RANGE} AND label_set = ANY ($6::uuid[])
  GROUP BY trace_id HAVING sum(operations) > 0
  ORDER BY ${COST_ATTO} DESC, trace_id LIMIT $5`

type TraceRow = SumRow & {
  readonly trace_id: Uint8Array
  readonly start_unix_ms: bigint
  readonly unpriced: bigint
}

function createEntryReader(
  pool: Pool,
): Pick<Store, 'costs' | 'entries' | 'entriesBetween' | 'held' | 'outlines'> {
  function listCorrections(traceIds: readonly Uint8Array[]): Promise<CorrectionRow[]> {
    return ask<CorrectionRow>(pool, 'list_corrections', LIST_CORRECTIONS, [traceIds])
  }

  async function decode(rows: readonly EntryRow[]): Promise<readonly StoredEntry[]> {
    return decodeEntries(
      rows,
      await listCorrections(rows.map((row) => row.trace_id)),
      decodeDetails,
    )
  }

  return {
    async entries({ traceId, spanId, limit }) {
      checkTraceId(traceId)
      const span = spanId === undefined ? null : encodeId(spanId)
      const values = [encodeId(traceId), checkLimit(limit), span]
      return decode(await ask<EntryRow>(pool, 'list_entries', LIST_ENTRIES, values))
    },
    async outlines({ traceId, limit }) {
      checkTraceId(traceId)
      const id = encodeId(traceId)
      const values = [id, checkLimit(limit), null]
      const rows = await ask<EntryRow>(pool, 'list_entries', LIST_ENTRIES, values)
      return decodeOutlines(rows, await listCorrections([id]), decodeDetails)
    },
    async costs(query) {
      const { from, to } = toUnixNanoRange(query)
      const [first, end] = [toHourTime(from), toHourTime(to)]
      const values = [first.hour, first.nano, end.hour, end.nano, checkLimit(query.limit)]
      return decodeCosts(await ask<CostsRow>(pool, 'list_costs', LIST_COSTS, values))
    },
    async held({ limit }) {
      const values = [checkLimit(limit)]
      return decode(await ask<EntryRow>(pool, 'list_unsettled', LIST_UNSETTLED, values))
    },
    async entriesBetween(query) {
      const { after, end } = toPage(query)
      const bounds = [after.hour, after.nano, ...after.ids, end.hour, end.nano]
      const values = [...bounds, checkLimit(query.limit)]
      return decode(await ask<EntryRow>(pool, 'list_between', LIST_BETWEEN, values))
    },
  }
}

/** What `Store` promises of each question. */
export function createPostgresReader(
  pool: Pool,
): Pick<
  Store,
  | 'entries'
  | 'entriesBetween'
  | 'outlines'
  | 'relatives'
  | 'held'
  | 'spend'
  | 'totals'
  | 'costs'
  | 'topTraces'
  | 'unpriced'
  | 'verify'
> {
  async function findLabelSets(where: LabelFilter): Promise<string[]> {
    return pickLabelSets(await ask(pool, 'list_label_sets', LIST_LABEL_SETS, []), where)
  }

  return {
    ...createEntryReader(pool),
    async relatives({ traceId }) {
      checkTraceId(traceId)
      const values = [encodeId(traceId)]
      const rows = await ask<RelativeRow>(pool, 'list_relatives', LIST_RELATIVES, values)
      return decodeRelatives(traceId, rows, decodeText)
    },
    spend: (query) => readSpend(pool, query),
    async totals() {
      return decodeTotals(await ask<TotalRow>(pool, 'list_totals', LIST_TOTALS, []), decodeText)
    },
    async topTraces(query) {
      const { from, to } = toUnixNanoRange(query)
      const [first, end] = [toHourTime(from), toHourTime(to)]
      const values = [first.hour, first.nano, end.hour, end.nano, checkLimit(query.limit)]
      const rows =
        query.where === undefined
          ? await ask<TraceRow>(pool, 'list_top_traces', LIST_TOP_TRACES, values)
          : await ask<TraceRow>(pool, 'list_matching_traces', LIST_MATCHING_TRACES, [
              ...values,
              await findLabelSets(query.where),
            ])
      return rows.map((row) => ({
        ...decodeSums(row),
        traceId: decodeId(row.trace_id),
        startUnixMs: Number(row.start_unix_ms),
        unpriced: row.unpriced,
      }))
    },
    unpriced: (query) => readUnpriced(pool, query),
    verify: ({ limit }) => verifyLedger(pool, limit),
  }
}
