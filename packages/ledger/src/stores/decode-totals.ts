import type { CostStatus } from '@spancost/pricing/rating'
import type { MetricSums, Sums, Total } from '../store.ts'
import { decodeMetrics, type MetricRow } from './metric-columns.ts'
import { decodeLabels, decodeSums, type SumRow } from './rows.ts'

/** SQL for either database: both tables as they are at one moment; `which` label sets. */
export function listTotals(which = 'true'): string {
  return `
    SELECT 'total' AS side, labels, totals.*
    FROM totals JOIN label_sets ON label_sets.id = label_set WHERE ${which}
    UNION ALL
    SELECT 'reversal' AS side, labels, reversals.*
    FROM reversals JOIN label_sets ON label_sets.id = label_set WHERE ${which}
    ORDER BY label_set, status, error_type`
}

export type TotalRow = SumRow &
  MetricRow & {
    readonly side: 'total' | 'reversal'
    readonly label_set: bigint | string
    readonly labels: string
    readonly status: CostStatus
    readonly error_type: string
  }

/** `decodeError` undoes what a store does to texts. */
export function decodeTotals(
  rows: readonly TotalRow[],
  decodeError: (errorType: string) => string,
): Total[] {
  const { total: totals = [], reversal: reversals = [] } = Object.groupBy(rows, ({ side }) => side)
  const reversed = new Map(reversals.map((row) => [keyOf(row), decodeFigures(row)]))
  return totals.map((row) => {
    const less = reversed.get(keyOf(row))
    return {
      ...decodeFigures(row),
      labels: decodeLabels(row.labels),
      status: row.status,
      ...(row.error_type !== '' && { errorType: decodeError(row.error_type) }),
      ...(less !== undefined && { reversed: less }),
    }
  })
}

function decodeFigures(row: TotalRow): Sums & MetricSums {
  return { ...decodeSums(row), ...decodeMetrics(row) }
}

function keyOf({ label_set: set, status, error_type: errorType }: TotalRow): string {
  return `${set}\n${status}\n${errorType}`
}
