import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { isSettleable, type Change } from '../decide-trace.ts'
import type { Relative, Standing } from '../entry.ts'
import { FIGURES_PER_ENTRY } from '../entry-figures.ts'
import type { Recorded } from '../store.ts'
import { METRIC_ENTRY_COLUMNS } from './metric-columns.ts'
import { decodeId, encodeId, SUM_COLUMNS } from './rows.ts'
import type { PackedEntry } from './sqlite-batch.ts'
import type { CorrectionWriter } from './sqlite-corrections.ts'
import type { LabelSets } from './sqlite-label-sets.ts'
import { createRelativeWriter } from './sqlite-relatives.ts'
import { prepare } from './sqlite-statements.ts'
import type { EntrySums } from './sqlite-sums.ts'
import { createDecider, type Fresh } from './sqlite-decide.ts'
import { createLongTraces } from './sqlite-long-traces.ts'
import { createTraceHours, type AddedEntry } from './sqlite-trace-hours.ts'
import type { TraceIndex } from './sqlite-trace-index.ts'
import type { TraceReader, TraceRows } from './sqlite-traces.ts'
import { MAX_TOGETHER, type Link } from './trace-view.ts'

const ENTRY_COLUMNS = [
  'sequence',
  'trace_id',
  'span_id',
  'parent_span_id',
  'hour',
  'hour_nano',
  'recorded_at_unix_ms',
  'standing',
  'role',
  'response_hash',
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

/** What has been written of entries may be in a segment and no longer here. */
const FIND_LAST = `
  SELECT max((SELECT coalesce(max(sequence), 0) FROM entries),
    (SELECT coalesce(max(last_sequence), 0) FROM trace_segments)) AS sequence`

/** What of one transaction belongs to one trace. */
interface TraceBatch {
  readonly traceId: Uint8Array
  /** Each id once. */
  readonly entries: Map<string, PackedEntry>
  readonly links: Link[]
}

type WriteEntry = (entry: PackedEntry, standing: Standing, nowMs: bigint) => void

/** What became of a trace. */
interface WrittenTrace {
  /** Of what is new. */
  readonly standings: Map<string, Standing>
  /** As `Recorded` says; they are told with the first entry. */
  readonly changed: Change[]
}

type WriteTrace = (batch: TraceBatch, nowMs: bigint) => WrittenTrace

/** What entries are written with. */
export interface EntryParts {
  readonly labelSets: LabelSets
  readonly corrections: CorrectionWriter
  readonly traces: TraceReader
  readonly index: TraceIndex
  readonly sums: EntrySums
}

export interface EntryWriter {
  /**
   * Writes entries and relatives within the transaction that is open, and what the changes of mind
   * are that they bring. Answers in the order of `entries`.
   */
  write(
    entries: readonly PackedEntry[],
    relatives: readonly Relative[],
    nowMs: bigint,
  ): readonly Recorded[]
  /** The sequence of the newest entry. */
  last(): number
  /** After a rollback: what it was before. */
  reset(last: number): void
}

export function createEntryWriter(database: DatabaseSync, parts: EntryParts): EntryWriter {
  const { traces } = parts
  const addRelative = createRelativeWriter(database)
  let last = Number(prepare<{ readonly sequence: bigint }>(database, FIND_LAST).get()!.sequence)
  const writeEntry = createInsert(database, parts, () => (last += 1))
  const writeTrace = createTraceWriter(database, parts, writeEntry)

  function write(
    entries: readonly PackedEntry[],
    relatives: readonly Relative[],
    nowMs: bigint,
  ): readonly Recorded[] {
    const batches = groupByTrace(entries)
    for (const relative of relatives) {
      if (!addRelative(relative, nowMs)) continue
      const traceId = encodeId(relative.traceId)
      const trace = Buffer.from(traceId).toString('latin1')
      const batch = batches.get(trace) ?? createBatch(traceId)
      batches.set(trace, batch)
      batch.links.push([relative.spanId, relative.parentSpanId])
    }
    const written = new Map<string, WrittenTrace>()
    for (const [trace, batch] of batches) written.set(trace, writeTrace(batch, nowMs))
    return entries.map(({ trace, traceId, span, spanId }): Recorded => {
      const { standings, changed } = written.get(trace)!
      const told = changed.length > 0 && { changed: changed.splice(0) }
      const standing = standings.get(span)
      // Only the first copy finds its id here.
      if (standings.delete(span)) return { outcome: 'recorded', standing: standing!, ...told }
      const found = traces.findEntry(traceId, spanId)!
      return { outcome: 'duplicate', standing: found.standing, ...told }
    })
  }

  return {
    write,
    last: () => last,
    reset(before) {
      last = before
    },
  }
}

/** Decides and writes what is new of a trace, and answers with its standings. */
function createTraceWriter(
  database: DatabaseSync,
  parts: EntryParts,
  writeEntry: WriteEntry,
): WriteTrace {
  const { traces } = parts
  const hours = createTraceHours(database)
  const decide = createDecider(parts, createLongTraces(database))

  /** The entries that the ledger does not have. */
  function listFresh(
    { traceId, entries }: TraceBatch,
    { rows, isWhole }: TraceRows,
  ): readonly PackedEntry[] {
    if (rows.length === 0) return [...entries.values()]
    const known = new Set(rows.map((row) => decodeId(row.span_id)))
    return [...entries.values()].filter(({ span, spanId }) => {
      if (known.has(span)) return false
      return isWhole || traces.findEntry(traceId, spanId) === undefined
    })
  }

  function writeTogether(
    traceId: Uint8Array,
    found: TraceRows,
    fresh: Fresh,
    nowMs: bigint,
    written: WrittenTrace,
  ): void {
    const { standings, turned } = decide(traceId, found, fresh, nowMs)
    written.changed.push(...turned)
    const added: AddedEntry[] = []
    for (const entry of fresh.entries) {
      const standing = standings.get(entry.span)!
      writeEntry(entry, standing, nowMs)
      written.standings.set(entry.span, standing)
      added.push({ entry, isCounted: standing === 'counted' })
    }
    hours.add(
      traceId,
      added,
      found.rows.map((row) => Number(row.hour)),
    )
  }

  return (batch, nowMs) => {
    const { traceId, links } = batch
    const found = traces.findRows(traceId)
    const entries = listFresh(batch, found)
    const written: WrittenTrace = { standings: new Map(), changed: [] }
    if (entries.length === 0 && links.length > 0 && found.rows.length > 1) {
      writeTogether(traceId, found, { entries, links }, nowMs, written)
    }
    for (let start = 0; start < entries.length; start += MAX_TOGETHER) {
      const rows = start === 0 ? found : traces.findRows(traceId)
      const together = entries.slice(start, start + MAX_TOGETHER)
      const fresh = { entries: together, links: start === 0 ? links : [] }
      writeTogether(traceId, rows, fresh, nowMs, written)
    }
    return written
  }
}

function createInsert(
  database: DatabaseSync,
  { labelSets, corrections, index, sums, traces }: EntryParts,
  nextSequence: () => number,
): WriteEntry {
  const insertEntry = prepare(database, INSERT_ENTRY)
  // One list for all of them: spreading a list is much faster than spreading figures.
  const values: SQLInputValue[] = ENTRY_COLUMNS.map(() => null)
  return (entry, standing, nowMs) => {
    const { traceId, spanId } = entry
    const sequence = nextSequence()
    const labelSet = labelSets.getId(entry.labels)
    let at = 0
    for (const value of [
      sequence,
      traceId,
      spanId,
      entry.parentSpanId,
      entry.hour,
      entry.hourNano,
      nowMs,
      standing,
      entry.role,
      entry.responseHash,
      labelSet,
      entry.status,
      entry.errorType,
    ]) {
      values[at++] = value
    }
    const { figures, figuresAt } = entry
    for (let figure = 0; figure < FIGURES_PER_ENTRY; figure += 1) {
      values[at++] = figures[figuresAt + figure]!
    }
    values[at] = entry.details
    insertEntry.run(...values)
    index.add(traceId, spanId, sequence)
    if (standing === 'counted') sums.add(entry, labelSet)
    if (standing !== 'held' || !isSettleable(traces.readSighting(entry))) return
    corrections.awaitSettling(traceId, spanId, nowMs)
  }
}

function createBatch(traceId: Uint8Array): TraceBatch {
  return { traceId, entries: new Map(), links: [] }
}

function groupByTrace(entries: readonly PackedEntry[]): Map<string, TraceBatch> {
  const batches = new Map<string, TraceBatch>()
  for (const entry of entries) {
    const batch = batches.get(entry.trace) ?? createBatch(entry.traceId)
    batches.set(entry.trace, batch)
    // Of copies within the transaction, the first one is the entry.
    if (!batch.entries.has(entry.span)) batch.entries.set(entry.span, entry)
  }
  return batches
}
