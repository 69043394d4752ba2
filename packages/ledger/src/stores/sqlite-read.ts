import type { DatabaseSync } from 'node:sqlite'
import { checkLimit, checkTraceId } from '../check-entry.ts'
import { readDetails } from '../compact/details.ts'
import type { EntryOutline, Relative, StoredEntry } from '../entry.ts'
import { toHourTime, toUnixNanoRange } from '../hours.ts'
import type { CostRow, SpendRow, Store, Total, TraceSpend, UnpricedGroup } from '../store.ts'
import { decodeCosts, listCosts, type CostsRow } from './costs.ts'
import { decodeTotals, listTotals, type TotalRow } from './decode-totals.ts'
import {
  decodeEntries,
  decodeId,
  decodeRelatives,
  encodeId,
  listCorrectionsOf,
  toPage,
  type CorrectionRow,
  type DetailsReader,
  type EntryRow,
  type RelativeRow,
} from './rows.ts'
import { decodeOutlines } from './outlines.ts'
import { createSpendReader } from './sqlite-spend.ts'
import { prepare } from './sqlite-statements.ts'
import { createTopTraces } from './sqlite-top-traces.ts'
import type { TraceIndex } from './sqlite-trace-index.ts'
import { createUnpricedReader } from './sqlite-unpriced.ts'
import { createVerifier, type Verifier } from './sqlite-verify.ts'

const LIST_ENTRIES = `
  SELECT trace_id, span_id, parent_span_id, hour, hour_nano, recorded_at_unix_ms, standing,
    labels, details
  FROM entries JOIN label_sets ON label_sets.id = label_set
  WHERE sequence IN (SELECT value FROM json_each(?1)) AND trace_id = ?2
    AND (?3 IS NULL OR span_id = ?3)
  ORDER BY hour, hour_nano, sequence LIMIT ?4`

const LIST_RELATIVES = `
  SELECT span_id, parent_span_id, name, start_unix_nano, end_unix_nano, service
  FROM relatives WHERE trace_id = ? ORDER BY start_unix_nano, span_id`

const LIST_UNSETTLED = `
  SELECT trace_id, span_id FROM unsettled ORDER BY recorded_at_unix_ms, trace_id, span_id LIMIT ?`

const LIST_BETWEEN = `
  SELECT trace_id, span_id, parent_span_id, hour, hour_nano, recorded_at_unix_ms, standing,
    labels, details
  FROM entries JOIN label_sets ON label_sets.id = label_set
  WHERE (hour, hour_nano, trace_id, span_id) > (?, ?, ?, ?) AND (hour, hour_nano) < (?, ?)
  ORDER BY hour, hour_nano, trace_id, span_id LIMIT ?`

/** What is read at a time, between commits: some ten milliseconds. */
const LABEL_SETS_PER_PAGE = 500

const FIND_TOTALS_PAGE = `
  SELECT max(id) AS last FROM (
    SELECT id FROM label_sets WHERE id > ? ORDER BY id LIMIT ${LABEL_SETS_PER_PAGE})`

const LIST_TOTALS_PAGE = listTotals('label_set > ?1 AND label_set <= ?2')

export interface TotalsPage {
  readonly totals: readonly Total[]
  readonly next: number | undefined
}

const LIST_COSTS = listCosts((position) => `?${position}`)

/** What `Store` promises of each question, but answered at once. */
export interface Reader {
  entries(query: Parameters<Store['entries']>[0]): readonly StoredEntry[]
  outlines(query: Parameters<Store['outlines']>[0]): readonly EntryOutline[]
  relatives(query: Parameters<Store['relatives']>[0]): readonly Relative[]
  held(query: Parameters<Store['held']>[0]): readonly StoredEntry[]
  entriesBetween(query: Parameters<Store['entriesBetween']>[0]): readonly StoredEntry[]
  spend(query: Parameters<Store['spend']>[0]): readonly SpendRow[]
  /** A page of them, and after which label set the next one begins; `undefined`: it was the last. */
  totals(afterLabelSet: number): TotalsPage
  costs(query: Parameters<Store['costs']>[0]): readonly CostRow[]
  topTraces(query: Parameters<Store['topTraces']>[0]): readonly TraceSpend[]
  unpriced(query: Parameters<Store['unpriced']>[0]): readonly UnpricedGroup[]
  readonly verify: Verifier
}

export function createReader(
  database: DatabaseSync,
  index: TraceIndex,
  words: readonly string[],
): Reader {
  const readEntryDetails: DetailsReader = (bytes) => readDetails(bytes as Uint8Array, words)
  const listEntries = prepare<EntryRow>(database, LIST_ENTRIES)
  const listRelatives = prepare<RelativeRow>(database, LIST_RELATIVES)
  const listCorrections = prepare<CorrectionRow>(database, listCorrectionsOf('= ?'))
  const listUnsettled = prepare<Pick<EntryRow, 'trace_id' | 'span_id'>>(database, LIST_UNSETTLED)
  const listBetween = prepare<EntryRow>(database, LIST_BETWEEN)
  const findPage = prepare<{ readonly last: bigint | null }>(database, FIND_TOTALS_PAGE)
  const listPage = prepare<TotalRow>(database, LIST_TOTALS_PAGE)

  function findEntries(id: Uint8Array, limit: bigint, spanId?: string): readonly EntryRow[] {
    const span = spanId === undefined ? null : encodeId(spanId)
    const sequences = span === null ? index.list(id) : index.find(id, span)
    return listEntries.all(JSON.stringify(sequences), id, span, limit)
  }

  return {
    entries({ traceId, spanId, limit }) {
      checkTraceId(traceId)
      const id = encodeId(traceId)
      return decodeEntries(
        findEntries(id, checkLimit(limit), spanId),
        listCorrections.all(id),
        readEntryDetails,
      )
    },
    outlines({ traceId, limit }) {
      checkTraceId(traceId)
      const id = encodeId(traceId)
      const rows = findEntries(id, checkLimit(limit))
      return decodeOutlines(rows, listCorrections.all(id), readEntryDetails)
    },
    relatives({ traceId }) {
      checkTraceId(traceId)
      return decodeRelatives(traceId, listRelatives.all(encodeId(traceId)), (text) => text)
    },
    held({ limit }) {
      return listUnsettled.all(checkLimit(limit)).flatMap((row) => {
        const { trace_id: id, span_id: span } = row
        const rows = findEntries(id, 1n, decodeId(span))
        return decodeEntries(rows, listCorrections.all(id), readEntryDetails)
      })
    },
    entriesBetween(query) {
      const { after, end } = toPage(query)
      const bounds = [after.hour, after.nano, ...after.ids, end.hour, end.nano]
      const rows = listBetween.all(...bounds, checkLimit(query.limit))
      const traceIds = new Map(rows.map((row) => [decodeId(row.trace_id), row.trace_id]))
      const corrections = [...traceIds.values()].flatMap((id) => listCorrections.all(id))
      return decodeEntries(rows, corrections, readEntryDetails)
    },
    spend: createSpendReader(database),
    totals(afterLabelSet) {
      const after = BigInt(afterLabelSet)
      const last = findPage.get(after)!.last
      if (last === null) return { totals: [], next: undefined }
      const totals = decodeTotals(listPage.all(after, last), (text) => text)
      return { totals, next: Number(last) }
    },
    costs: createCostsReader(database),
    topTraces: createTopTraces(database, index),
    unpriced: createUnpricedReader(database, readEntryDetails),
    verify: createVerifier(database),
  }
}

function createCostsReader(database: DatabaseSync): Reader['costs'] {
  const listed = prepare<CostsRow>(database, LIST_COSTS)
  return (query) => {
    const { from, to } = toUnixNanoRange(query)
    const [first, end] = [toHourTime(from), toHourTime(to)]
    const bounds = [first.hour, first.nano, end.hour, end.nano]
    return decodeCosts(listed.all(...bounds, checkLimit(query.limit)))
  }
}
