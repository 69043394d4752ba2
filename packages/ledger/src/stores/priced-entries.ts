import { METRIC_ENTRY_COLUMNS } from './metric-columns.ts'
import { SUM_COLUMNS } from './rows.ts'

/** The columns that a re-pricing has of its own; the tokens of an entry stay what they are. */
export const REPRICED_COLUMNS = [
  'status',
  ...SUM_COLUMNS.filter((name) => name.startsWith('cost_')),
  ...METRIC_ENTRY_COLUMNS,
] as const

const KEPT = [
  'trace_id',
  'span_id',
  'hour',
  'hour_nano',
  'label_set',
  'error_type',
  ...SUM_COLUMNS.filter((name) => name.startsWith('tokens_')),
]

/**
 * SQL for either database: entries with the status and figures in force, by which they are counted
 * and taken back. `more` are further columns of `entries`, or expressions over it.
 */
export function selectPriced(...more: readonly string[]): string {
  return `
    SELECT ${[...KEPT.map((name) => `entries.${name}`), ...more].join(', ')}, newest.rating,
      ${REPRICED_COLUMNS.map((name) => `coalesce(newest.${name}, entries.${name}) AS ${name}`).join(', ')}
    FROM entries LEFT JOIN repricings AS newest ON newest.sequence = (
      SELECT max(sequence) FROM repricings AS each_one
      WHERE each_one.trace_id = entries.trace_id AND each_one.span_id = entries.span_id)`
}
