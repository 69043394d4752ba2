import type { CostStatus } from '@spancost/pricing/rating'
import { NANOS_PER_HOUR } from '../hours.ts'
import type { SumFault } from '../store.ts'
import { isSameSums } from '../sums.ts'
import { decodeMetrics, type MetricRow } from './metric-columns.ts'
import { decodeLabels, decodeSums, type SumRow } from './rows.ts'
import {
  FIGURES,
  SELECT_DECREASES,
  SELECT_INCREASES,
  SELECT_OF_ENTRY,
  selectAdded,
  SUM_TABLES,
  type SumTable,
} from './sum-lines.ts'

/**
 * Adds up all entries and corrections, and what retention has dropped, anew and compares that with
 * the sums that were kept along the way. Rows that are right never leave the database.
 */

const KEYS = 'hour, label_set, status, error_type'

const COUNTED = `SELECT ${KEYS}, ${SELECT_OF_ENTRY} FROM entries WHERE standing = 'counted'`

/** In the order in which faults are told; each SQL for either database, up to the limit's figure. */
export const FIND_FAULTS: readonly { readonly table: SumTable; readonly sql: string }[] = [
  compareWithLines(
    'hourly',
    `${COUNTED} UNION ALL SELECT ${KEYS}, ${FIGURES.join(', ')} FROM corrections`,
  ),
  compareWithLines(
    'totals',
    `${COUNTED} UNION ALL SELECT ${KEYS}, ${SELECT_INCREASES} FROM corrections`,
  ),
  compareWithLines('reversals', `SELECT ${KEYS}, ${SELECT_DECREASES} FROM corrections`),
]

const NANOS_PER_MS = 1_000_000n

export type FaultRow = Readonly<Record<string, bigint | string | null>>

function compareWithLines(table: SumTable, selectLines: string) {
  const { key, figures } = SUM_TABLES[table]
  const both = figures.flatMap((name) => [
    `k.${name} AS kept_${name}`,
    `e.${name} AS entries_${name}`,
  ])
  const columns = [...key, ...figures].join(', ')
  // An hour whose sums were dropped may still have entries, such as backfilled ones.
  const isKept = table === 'hourly' ? ' AND hour >= (SELECT hourly_from_hour FROM ledger)' : ''
  const differs = figures.map((name) => `k.${name} IS DISTINCT FROM e.${name}`)
  const sql = `
    WITH e AS (
      SELECT ${key.join(', ')}, ${selectAdded(figures)} FROM (
        SELECT ${columns} FROM (${selectLines}) AS each_line
        UNION ALL SELECT ${columns} FROM dropped_${table}) AS kept_or_dropped
      GROUP BY ${key.join(', ')})
    SELECT ${key.join(', ')}, labels, ${both.join(', ')}
    FROM ${table} AS k FULL JOIN e USING (${key.join(', ')})
      LEFT JOIN label_sets ON label_sets.id = label_set
    WHERE (${differs.join(' OR ')})${isKept} ORDER BY ${key.join(', ')} LIMIT`
  return { table, sql }
}

/** Limbs that carry differently are the same sum, and no fault. */
export function decodeFaults(table: SumTable, rows: readonly FaultRow[]): SumFault[] {
  const faults = rows.map((row) => decodeFault(table, row))
  return faults.filter(({ kept, entries }) => !isSameSums(kept, entries))
}

function decodeFault(table: SumTable, row: FaultRow): SumFault {
  const { hour, labels, status, error_type: errorType } = row
  const kept = pickSums(table, row, 'kept_')
  const entries = pickSums(table, row, 'entries_')
  return {
    table,
    ...(typeof hour === 'bigint' && {
      startUnixMs: Number((hour * NANOS_PER_HOUR) / NANOS_PER_MS),
    }),
    labels: typeof labels === 'string' ? decodeLabels(labels) : {},
    status: status as CostStatus,
    ...(typeof errorType === 'string' && errorType !== '' && { errorType }),
    ...(kept !== undefined && { kept }),
    ...(entries !== undefined && { entries }),
  }
}

function pickSums(table: SumTable, row: FaultRow, prefix: string): SumFault['kept'] {
  if (row[`${prefix}operations`] === null) return undefined
  const figures = SUM_TABLES[table].figures.map((name) => [name, row[prefix + name]])
  const found = Object.fromEntries(figures) as SumRow & MetricRow
  return { ...decodeSums(found), ...(table !== 'hourly' && decodeMetrics(found)) }
}
