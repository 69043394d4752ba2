import type { DatabaseSync } from 'node:sqlite'
import type { CostStatus } from '@spancost/pricing'
import { checkLimit, checkTraceId } from '../check-entry.ts'
import type { StoredEntry } from '../entry.ts'
import { toHourTime, toUnixNanoRange } from '../hours.ts'
import type { SpendRow, Store, SumFault, Total, TraceSpend, UnpricedGroup } from '../store.ts'
import { decodeMetrics, type MetricRow } from './metric-columns.ts'
import {
  decodeEntry,
  decodeId,
  decodeLabels,
  decodeSums,
  encodeId,
  SELECT_COST,
  SELECT_SUMS,
  type EntryRow,
  type SumRow,
} from './rows.ts'
import { createSpendReader } from './sqlite-spend.ts'
import { prepare } from './sqlite-statements.ts'
import { createUnpricedReader } from './sqlite-unpriced.ts'
import { decodeFaults, FIND_FAULTS, type FaultRow } from './sum-faults.ts'

const LIST_ENTRIES = `
  SELECT trace_id, span_id, parent_span_id, hour, hour_nano, recorded_at_unix_ms, standing,
    labels, details
  FROM entries JOIN label_sets ON label_sets.id = label_set
  WHERE trace_id = ? ORDER BY hour, hour_nano, sequence LIMIT ?`

const LIST_TOTALS = `
  SELECT labels, totals.* FROM totals JOIN label_sets ON label_sets.id = label_set
  ORDER BY label_set, status, error_type`

/** A trace is chosen by any of its operations in the range, and then summed as a whole. */
const LIST_TOP_TRACES = `
  SELECT trace_id, min(hour * 3600000 + hour_nano / 1000000) AS start_unix_ms,
    count(*) AS operations, sum(status = 'unpriced') AS unpriced, ${SELECT_SUMS}, ${SELECT_COST}
  FROM entries
  WHERE standing = 'counted' AND trace_id IN (
    SELECT trace_id FROM entries
    WHERE standing = 'counted' AND (hour, hour_nano) >= (?, ?) AND (hour, hour_nano) < (?, ?))
  GROUP BY trace_id ORDER BY cost_nano DESC, cost_atto DESC, trace_id LIMIT ?`

type TotalRow = SumRow &
  MetricRow & {
    readonly labels: string
    readonly status: CostStatus
    readonly error_type: string
  }

type TraceRow = SumRow & {
  readonly trace_id: Uint8Array
  readonly start_unix_ms: bigint
  readonly unpriced: bigint
}

/** What `Store` promises of each question, but answered at once. */
export interface Reader {
  entries(query: Parameters<Store['entries']>[0]): readonly StoredEntry[]
  spend(query: Parameters<Store['spend']>[0]): readonly SpendRow[]
  totals(): readonly Total[]
  topTraces(query: Parameters<Store['topTraces']>[0]): readonly TraceSpend[]
  unpriced(query: Parameters<Store['unpriced']>[0]): readonly UnpricedGroup[]
  verify(query: Parameters<Store['verify']>[0]): readonly SumFault[]
}

export function createReader(database: DatabaseSync): Reader {
  const listEntries = prepare<EntryRow>(database, LIST_ENTRIES)
  const listTotals = prepare<TotalRow>(database, LIST_TOTALS)
  const listTopTraces = prepare<TraceRow>(database, LIST_TOP_TRACES)
  const findInHourly = prepare<FaultRow>(database, `${FIND_FAULTS.hourly} ?`)
  const findInTotals = prepare<FaultRow>(database, `${FIND_FAULTS.totals} ?`)

  return {
    entries({ traceId, limit }) {
      checkTraceId(traceId)
      const rows = listEntries.all(encodeId(traceId), checkLimit(limit))
      return rows.map(decodeEntry)
    },
    spend: createSpendReader(database),
    totals() {
      const rows = listTotals.all()
      return rows.map((row) => ({
        ...decodeSums(row),
        ...decodeMetrics(row),
        labels: decodeLabels(row.labels),
        status: row.status,
        ...(row.error_type !== '' && { errorType: row.error_type }),
      }))
    },
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
      const inHourly = decodeFaults('hourly', findInHourly.all(most))
      return [...inHourly, ...decodeFaults('totals', findInTotals.all(most))]
    },
  }
}
