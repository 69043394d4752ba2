import type { DatabaseSync } from 'node:sqlite'
import { checkLimit, checkTraceId } from '../check-entry.ts'
import type { EntryOutline, Relative, StoredEntry } from '../entry.ts'
import { toHourTime, toUnixNanoRange } from '../hours.ts'
import type { SpendRow, Store, SumFault, Total, TraceSpend, UnpricedGroup } from '../store.ts'
import { decodeTotals, LIST_TOTALS, type TotalRow } from './decode-totals.ts'
import {
  decodeEntries,
  decodeId,
  decodeRelatives,
  decodeSums,
  encodeId,
  listCorrectionsOf,
  SELECT_COST,
  SELECT_SUMS,
  toPage,
  type CorrectionRow,
  type EntryRow,
  type RelativeRow,
  type SumRow,
} from './rows.ts'
import { decodeOutlines, type OutlineRow } from './outlines.ts'
import { createSpendReader } from './sqlite-spend.ts'
import { prepare } from './sqlite-statements.ts'
import { createUnpricedReader } from './sqlite-unpriced.ts'
import { decodeFaults, FIND_FAULTS, type FaultRow } from './sum-faults.ts'

const LIST_ENTRIES = `
  SELECT trace_id, span_id, parent_span_id, hour, hour_nano, recorded_at_unix_ms, standing,
    labels, details
  FROM entries JOIN label_sets ON label_sets.id = label_set
  WHERE trace_id = ?1 AND (?2 IS NULL OR span_id = ?2)
  ORDER BY hour, hour_nano, sequence LIMIT ?3`

/** SQLite finds the few members it wants of the details faster than they are parsed as a whole. */
const LIST_OUTLINES = `
  SELECT span_id, parent_span_id, hour, hour_nano, standing, labels, status,
    details ->> '$.spanName' AS span_name, details ->> '$.endTimeUnixNano' AS end_unix_nano,
    details ->> '$.operation.name' AS operation, details ->> '$.rating.costAtto' AS cost_atto
  FROM entries JOIN label_sets ON label_sets.id = label_set
  WHERE trace_id = ?1 ORDER BY hour, hour_nano, sequence LIMIT ?2`

const LIST_RELATIVES = `
  SELECT span_id, parent_span_id, name, start_unix_nano, end_unix_nano, service
  FROM relatives WHERE trace_id = ? ORDER BY start_unix_nano, span_id`

const LIST_BETWEEN = `
  SELECT trace_id, span_id, parent_span_id, hour, hour_nano, recorded_at_unix_ms, standing,
    labels, details
  FROM entries JOIN label_sets ON label_sets.id = label_set
  WHERE (hour, hour_nano, trace_id, span_id) > (?, ?, ?, ?) AND (hour, hour_nano) < (?, ?)
  ORDER BY hour, hour_nano, trace_id, span_id LIMIT ?`

/** A trace is chosen by any of its operations in the range, and then summed as a whole. */
const LIST_TOP_TRACES = `
  SELECT trace_id, min(hour * 3600000 + hour_nano / 1000000) AS start_unix_ms,
    sum(operations) AS operations, sum(operations * (status = 'unpriced')) AS unpriced,
    ${SELECT_SUMS}, ${SELECT_COST}
  FROM lines
  WHERE trace_id IN (
    SELECT trace_id FROM lines
    WHERE (hour, hour_nano) >= (?, ?) AND (hour, hour_nano) < (?, ?)
    GROUP BY trace_id HAVING sum(operations) > 0)
  GROUP BY trace_id ORDER BY cost_nano DESC, cost_atto DESC, trace_id LIMIT ?`

type TraceRow = SumRow & {
  readonly trace_id: Uint8Array
  readonly start_unix_ms: bigint
  readonly unpriced: bigint
}

/** What `Store` promises of each question, but answered at once. */
export interface Reader {
  entries(query: Parameters<Store['entries']>[0]): readonly StoredEntry[]
  outlines(query: Parameters<Store['outlines']>[0]): readonly EntryOutline[]
  relatives(query: Parameters<Store['relatives']>[0]): readonly Relative[]
  entriesBetween(query: Parameters<Store['entriesBetween']>[0]): readonly StoredEntry[]
  spend(query: Parameters<Store['spend']>[0]): readonly SpendRow[]
  totals(): readonly Total[]
  topTraces(query: Parameters<Store['topTraces']>[0]): readonly TraceSpend[]
  unpriced(query: Parameters<Store['unpriced']>[0]): readonly UnpricedGroup[]
  verify(query: Parameters<Store['verify']>[0]): readonly SumFault[]
}

export function createReader(database: DatabaseSync): Reader {
  const listEntries = prepare<EntryRow>(database, LIST_ENTRIES)
  const listOutlines = prepare<OutlineRow>(database, LIST_OUTLINES)
  const listRelatives = prepare<RelativeRow>(database, LIST_RELATIVES)
  const listCorrections = prepare<CorrectionRow>(database, listCorrectionsOf('= ?'))
  const listBetween = prepare<EntryRow>(database, LIST_BETWEEN)
  const listTotals = prepare<TotalRow>(database, LIST_TOTALS)
  const listTopTraces = prepare<TraceRow>(database, LIST_TOP_TRACES)
  const findFaults = FIND_FAULTS.map(({ table, sql }) => ({
    table,
    find: prepare<FaultRow>(database, `${sql} ?`),
  }))

  return {
    entries({ traceId, spanId, limit }) {
      checkTraceId(traceId)
      const id = encodeId(traceId)
      const span = spanId === undefined ? null : encodeId(spanId)
      return decodeEntries(listEntries.all(id, span, checkLimit(limit)), listCorrections.all(id))
    },
    outlines({ traceId, limit }) {
      checkTraceId(traceId)
      const id = encodeId(traceId)
      return decodeOutlines(listOutlines.all(id, checkLimit(limit)), listCorrections.all(id))
    },
    relatives({ traceId }) {
      checkTraceId(traceId)
      return decodeRelatives(traceId, listRelatives.all(encodeId(traceId)), (text) => text)
    },
    entriesBetween(query) {
      const { after, end } = toPage(query)
      const bounds = [after.hour, after.nano, ...after.ids, end.hour, end.nano]
      const rows = listBetween.all(...bounds, checkLimit(query.limit))
      const traceIds = new Map(rows.map((row) => [decodeId(row.trace_id), row.trace_id]))
      const corrections = [...traceIds.values()].flatMap((id) => listCorrections.all(id))
      return decodeEntries(rows, corrections)
    },
    spend: createSpendReader(database),
    totals: () => decodeTotals(listTotals.all(), (text) => text),
    topTraces(query) {
      const { from, to } = toUnixNanoRange(query)
      const [first, end] = [toHourTime(from), toHourTime(to)]
      const rows = listTopTraces.all(
        first.hour,
        first.nano,
        end.hour,
        end.nano,
        checkLimit(query.limit),
      )
      return rows.map((row) => ({
        ...decodeSums(row),
        traceId: decodeId(row.trace_id),
        startUnixMs: Number(row.start_unix_ms),
        unpriced: row.unpriced,
      }))
    },
    unpriced: createUnpricedReader(database),
    verify({ limit }) {
      const most = checkLimit(limit)
      return findFaults.flatMap(({ table, find }) => decodeFaults(table, find.all(most)))
    },
  }
}
