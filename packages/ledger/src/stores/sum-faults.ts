import type { CostStatus } from '@spancost/pricing'
import { NANOS_PER_HOUR } from '../hours.ts'
import type { SumFault } from '../store.ts'
import { isSameSums } from '../sums.ts'
import {
  decodeMetrics,
  METRIC_TOTAL_COLUMNS,
  SELECT_METRIC_SUMS,
  type MetricRow,
} from './metric-columns.ts'
import { decodeLabels, decodeSums, SELECT_SUMS, SUM_COLUMNS, type SumRow } from './rows.ts'

/**
 * Adds up all entries anew and compares that with the sums that were kept along the way. Rows that
 * are right never leave the database.
 */

const FIGURES = {
  hourly: ['operations', ...SUM_COLUMNS],
  totals: ['operations', ...SUM_COLUMNS, ...METRIC_TOTAL_COLUMNS],
} as const

const SELECT_FIGURES = {
  hourly: `count(*) AS operations, ${SELECT_SUMS}`,
  totals: `count(*) AS operations, ${SELECT_SUMS}, ${SELECT_METRIC_SUMS}`,
} as const

/** SQL for either database; it ends where the limit is to be said. */
export const FIND_FAULTS = {
  hourly: compareWithEntries('hourly', ['hour', 'label_set', 'status']),
  totals: compareWithEntries('totals', ['label_set', 'status', 'error_type']),
}

const NANOS_PER_MS = 1_000_000n

export type FaultRow = Readonly<Record<string, bigint | string | null>>

function compareWithEntries(table: SumFault['table'], key: readonly string[]): string {
  const both = FIGURES[table].flatMap((name) => [
    `k.${name} AS kept_${name}`,
    `e.${name} AS entries_${name}`,
  ])
  const differs = FIGURES[table].map((name) => `k.${name} IS DISTINCT FROM e.${name}`)
  return `
    WITH e AS (
      SELECT ${key.join(', ')}, ${SELECT_FIGURES[table]} FROM entries
      WHERE standing = 'counted' GROUP BY ${key.join(', ')})
    SELECT ${key.join(', ')}, labels, ${both.join(', ')}
    FROM ${table} AS k FULL JOIN e USING (${key.join(', ')})
      LEFT JOIN label_sets ON label_sets.id = label_set
    WHERE ${differs.join(' OR ')} ORDER BY ${key.join(', ')} LIMIT`
}

/** Limbs that carry differently are the same sum, and no fault. */
export function decodeFaults(table: SumFault['table'], rows: readonly FaultRow[]): SumFault[] {
  const faults = rows.map((row) => decodeFault(table, row))
  return faults.filter(({ kept, entries }) => !isSameSums(kept, entries))
}

function decodeFault(table: SumFault['table'], row: FaultRow): SumFault {
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

function pickSums(table: SumFault['table'], row: FaultRow, prefix: string): SumFault['kept'] {
  if (row[`${prefix}operations`] === null) return undefined
  const figures = FIGURES[table].map((name) => [name, row[prefix + name]])
  const found = Object.fromEntries(figures) as SumRow & MetricRow
  return { ...decodeSums(found), ...(table === 'totals' && decodeMetrics(found)) }
}
