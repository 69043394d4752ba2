import type { DatabaseSync } from 'node:sqlite'
import type { Standing } from '../entry.ts'
import type { Recorded } from '../store.ts'
import type { PackedEntry } from './sqlite-batch.ts'
import { METRIC_ENTRY_COLUMNS, METRIC_TOTAL_COLUMNS, SELECT_METRIC_SUMS } from './metric-columns.ts'
import { createLabelSets } from './sqlite-label-sets.ts'
import { encodeId, SELECT_SUMS, SUM_COLUMNS } from './rows.ts'
import { createStandings } from './sqlite-standings.ts'
import { prepare, runTransaction } from './sqlite-statements.ts'

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

const FIND_LAST_SEQUENCE = 'SELECT coalesce(max(sequence), 0) AS last FROM entries'

const FIND_ENTRY = 'SELECT standing FROM entries WHERE trace_id = ? AND span_id = ?'

/**
 * Writes entries, and brings the sums along, in one transaction: either all of it is on disk when
 * the answers are returned, or it throws and nothing is.
 */
export function createEntryWriter(
  database: DatabaseSync,
): (entries: readonly PackedEntry[]) => readonly Recorded[] {
  const labelSets = createLabelSets(database)
  const insertEntry = prepare(database, INSERT_ENTRY)
  const findEntry = prepare<{ readonly standing: Standing }>(database, FIND_ENTRY)
  const standings = createStandings(database)
  const findLast = prepare<{ readonly last: bigint }>(database, FIND_LAST_SEQUENCE)
  const addToHourly = prepare(database, sumInto('hourly', ['hour', 'label_set', 'status']))
  const addToTotals = prepare(database, sumInto('totals', ['label_set', 'status', 'error_type']))

  function writeEntries(entries: readonly PackedEntry[]): readonly Recorded[] {
    try {
      return runTransaction(database, () => {
        const before = findLast.get()?.last ?? 0n
        const recordedAtUnixMs = BigInt(Date.now())
        standings.beginTransaction()
        const answers = entries.map((entry) => writeEntry(entry, recordedAtUnixMs))
        addToHourly.run(before)
        addToTotals.run(before)
        return answers
      })
    } catch (error) {
      labelSets.forget()
      throw error
    }
  }

  function writeEntry(entry: PackedEntry, recordedAtUnixMs: bigint): Recorded {
    const traceId = encodeId(entry.traceId)
    const spanId = encodeId(entry.spanId)
    const old = findEntry.get(traceId, spanId)
    if (old !== undefined) return { outcome: 'duplicate', standing: old.standing }

    const standing = standings.decide(entry, traceId)
    insertEntry.run(
      traceId,
      spanId,
      entry.parentSpanId === '' ? null : encodeId(entry.parentSpanId),
      entry.hour,
      entry.hourNano,
      recordedAtUnixMs,
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
    return { outcome: 'recorded', standing }
  }

  return writeEntries
}

/**
 * Adds the counted entries after a sequence number to a table of sums. It reads the very rows that
 * the transaction has just written, so sums and entries cannot part.
 */
function sumInto(table: 'hourly' | 'totals', key: readonly string[]): string {
  const [metrics, selectMetrics] =
    table === 'totals' ? [METRIC_TOTAL_COLUMNS, `, ${SELECT_METRIC_SUMS}`] : [[], '']
  const figures = ['operations', ...SUM_COLUMNS, ...metrics]
  const adding = figures.map((name) => `${name} = ${name} + excluded.${name}`)
  return `
    INSERT INTO ${table} (${[...key, ...figures].join(', ')})
    SELECT ${key.join(', ')}, count(*), ${SELECT_SUMS}${selectMetrics} FROM entries
    WHERE sequence > ? AND standing = 'counted' GROUP BY ${key.join(', ')}
    ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${adding.join(', ')}`
}
