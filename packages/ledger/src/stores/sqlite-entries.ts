import type { DatabaseSync } from 'node:sqlite'
import { decideAlone, decideTrace, isSettleable, type Change } from '../decide-trace.ts'
import type { Relative, Standing } from '../entry.ts'
import type { Recorded } from '../store.ts'
import { METRIC_ENTRY_COLUMNS } from './metric-columns.ts'
import { decodeId, encodeId, encodeParent, STANDING_NOW, SUM_COLUMNS } from './rows.ts'
import type { PackedEntry } from './sqlite-batch.ts'
import type { CorrectionWriter } from './sqlite-corrections.ts'
import type { LabelSets } from './sqlite-label-sets.ts'
import { createRelativeWriter } from './sqlite-relatives.ts'
import { prepare } from './sqlite-statements.ts'
import { createTraceReader, readSighting, type TraceRows } from './sqlite-traces.ts'
import { createView, listTurned, MAX_TOGETHER } from './trace-view.ts'

const ENTRY_COLUMNS = [
  'trace_id',
  'span_id',
  'parent_span_id',
  'hour',
  'hour_nano',
  'recorded_at_unix_ms',
  'standing',
  'role',
  'provider',
  'response_id',
  'label_set',
  'status',
  'error_type',
  ...SUM_COLUMNS,
  ...METRIC_ENTRY_COLUMNS,
  'details',
]

const INSERT_ENTRY = `
  INSERT INTO entries (${ENTRY_COLUMNS.join(', ')})
  VALUES (${ENTRY_COLUMNS.map(() => '?').join(', ')})`

const FIND_ENTRY = 'SELECT 1 FROM entries WHERE trace_id = ? AND span_id = ?'

const FIND_STANDING = `
  SELECT ${STANDING_NOW} AS standing FROM entries WHERE trace_id = ? AND span_id = ?`

/** What of one transaction belongs to one trace. */
interface TraceBatch {
  readonly traceId: Uint8Array
  /** Each id once. */
  readonly entries: Map<string, PackedEntry>
  hasNewRelatives: boolean
}

type WriteEntry = (
  entry: PackedEntry,
  traceId: Uint8Array,
  standing: Standing,
  nowMs: bigint,
) => void

/** What became of a trace. */
interface WrittenTrace {
  /** Of what is new. */
  readonly standings: Map<string, Standing>
  /** As `Recorded` says; they are told with the first entry. */
  changed: Change[]
}

type WriteTrace = (batch: TraceBatch, nowMs: bigint) => WrittenTrace

/** Writes entries and relatives; see `createEntryWriter`. */
export type WriteEntries = (
  entries: readonly PackedEntry[],
  relatives: readonly Relative[],
  nowMs: bigint,
) => readonly Recorded[]

/**
 * Writes entries and relatives within the transaction that is open, and what the changes of mind are
 * that they bring. Answers in the order of `entries`.
 */
export function createEntryWriter(
  database: DatabaseSync,
  labelSets: LabelSets,
  corrections: CorrectionWriter,
): WriteEntries {
  const findStanding = prepare<{ readonly standing: Standing }>(database, FIND_STANDING)
  const addRelative = createRelativeWriter(database)
  const writeEntry = createInsert(database, labelSets, corrections)
  const writeTrace = createTraceWriter(database, corrections, writeEntry)

  return (entries, relatives, nowMs) => {
    const batches = groupByTrace(entries)
    for (const relative of relatives) {
      if (!addRelative(relative, nowMs)) continue
      const batch = batches.get(relative.traceId) ?? createBatch(relative.traceId)
      batches.set(relative.traceId, batch)
      batch.hasNewRelatives = true
    }
    const written = new Map([...batches].map(([id, batch]) => [id, writeTrace(batch, nowMs)]))
    return entries.map(({ traceId, spanId }): Recorded => {
      const trace = written.get(traceId)!
      const { standings, changed } = trace
      trace.changed = []
      const told = changed.length > 0 && { changed }
      const standing = standings.get(spanId)
      // Only the first copy finds its id here.
      if (standings.delete(spanId)) return { outcome: 'recorded', standing: standing!, ...told }
      const found = findStanding.get(encodeId(traceId), encodeId(spanId))!
      return { outcome: 'duplicate', ...found, ...told }
    })
  }
}

/** Decides and writes what is new of a trace, and answers with its standings. */
function createTraceWriter(
  database: DatabaseSync,
  corrections: CorrectionWriter,
  writeEntry: WriteEntry,
): WriteTrace {
  const findEntry = prepare<object>(database, FIND_ENTRY)
  const traces = createTraceReader(database)

  /** The entries that the ledger does not have. */
  function listFresh(
    { traceId, entries }: TraceBatch,
    { rows, isWhole }: TraceRows,
  ): PackedEntry[] {
    if (rows.length === 0) return [...entries.values()]
    const known = new Set(rows.map((row) => decodeId(row.span_id)))
    return [...entries.values()].filter(({ spanId }) => {
      if (known.has(spanId)) return false
      return isWhole || findEntry.get(traceId, encodeId(spanId)) === undefined
    })
  }

  function writeTogether(
    traceId: Uint8Array,
    found: TraceRows,
    fresh: readonly PackedEntry[],
    nowMs: bigint,
    written: WrittenTrace,
  ): void {
    const [first] = fresh
    if (found.rows.length === 0 && fresh.length === 1 && first !== undefined) {
      const standing = decideAlone(first.role)
      writeEntry(first, traceId, standing, nowMs)
      written.standings.set(first.spanId, standing)
      return
    }
    const known = traces.decode(traceId, found, fresh)
    const view = createView(known, fresh.map(readSighting), traces.findLinks(traceId))
    const { standings, changes } = decideTrace(view)
    for (const entry of fresh) {
      const standing = standings.get(entry.spanId)!
      writeEntry(entry, traceId, standing, nowMs)
      written.standings.set(entry.spanId, standing)
    }
    corrections.write(traceId, known.operations, changes, nowMs)
    written.changed.push(...listTurned(known.operations, changes))
  }

  return (batch, nowMs) => {
    const { traceId, hasNewRelatives } = batch
    const found = traces.findRows(traceId)
    const fresh = listFresh(batch, found)
    const written: WrittenTrace = { standings: new Map(), changed: [] }
    if (fresh.length === 0 && hasNewRelatives && found.rows.length > 1) {
      writeTogether(traceId, found, [], nowMs, written)
    }
    for (let start = 0; start < fresh.length; start += MAX_TOGETHER) {
      const rows = start === 0 ? found : traces.findRows(traceId)
      writeTogether(traceId, rows, fresh.slice(start, start + MAX_TOGETHER), nowMs, written)
    }
    return written
  }
}

function createInsert(
  database: DatabaseSync,
  labelSets: LabelSets,
  corrections: CorrectionWriter,
): WriteEntry {
  const insertEntry = prepare(database, INSERT_ENTRY)
  return (entry, traceId, standing, nowMs) => {
    const spanId = encodeId(entry.spanId)
    insertEntry.run(
      traceId,
      spanId,
      encodeParent(entry.parentSpanId),
      entry.hour,
      entry.hourNano,
      nowMs,
      standing,
      entry.role,
      entry.provider,
      entry.responseId,
      labelSets.getId(entry.labels),
      entry.status,
      entry.errorType,
      ...entry.sums,
      entry.details,
    )
    if (standing !== 'held' || !isSettleable(readSighting(entry))) return
    corrections.awaitSettling(traceId, spanId, nowMs)
  }
}

function createBatch(traceId: string): TraceBatch {
  return { traceId: encodeId(traceId), entries: new Map(), hasNewRelatives: false }
}

function groupByTrace(entries: readonly PackedEntry[]): Map<string, TraceBatch> {
  const batches = new Map<string, TraceBatch>()
  for (const entry of entries) {
    const batch = batches.get(entry.traceId) ?? createBatch(entry.traceId)
    batches.set(entry.traceId, batch)
    // Of copies within the transaction, the first one is the entry.
    if (!batch.entries.has(entry.spanId)) batch.entries.set(entry.spanId, entry)
  }
  return batches
}
