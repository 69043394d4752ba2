import { COST_PARTS, type CostPart } from '@spancost/pricing/rating'
import { joinLimbs } from '../money-limbs.ts'
import type { CostRow } from '../store.ts'
import { decodeLabels, STANDING_NOW } from './rows.ts'

/** SQL for either database: what each of the newest operations cost, by the ratings in force. */

/** One row for what has the same labels, cost and cache effect. */
export interface CostsRow {
  readonly labels: string
  readonly operations: bigint
  readonly nano: bigint
  readonly atto: bigint
  readonly saved_nano: bigint
  readonly saved_atto: bigint
  readonly extra_nano: bigint
  readonly extra_atto: bigint
}

const COLUMNS = ['nano', 'atto', 'saved_nano', 'saved_atto', 'extra_nano', 'extra_atto']

/** A re-pricing has all of these columns, or there is none. */
function inForce(column: string): string {
  return `coalesce(r.${column}, entries.${column})`
}

function addUp(limb: 'nano' | 'atto'): string {
  return COST_PARTS.map((part: CostPart) => inForce(`cost_${part}_${limb}`)).join(' + ')
}

/** Values: the first hour and nanosecond, those that end the range, and how many at most. */
export function listCosts(value: (position: 1 | 2 | 3 | 4 | 5) => string): string {
  return `
    SELECT labels, found.* FROM (
      SELECT label_set, count(*) AS operations, ${COLUMNS.join(', ')} FROM (
        SELECT entries.label_set, ${addUp('nano')} AS nano, ${addUp('atto')} AS atto,
          ${inForce('cache_saved_nano')} AS saved_nano, ${inForce('cache_saved_atto')} AS saved_atto,
          ${inForce('cache_extra_nano')} AS extra_nano, ${inForce('cache_extra_atto')} AS extra_atto
        FROM entries LEFT JOIN repricings AS r ON r.sequence = (
          SELECT max(sequence) FROM repricings AS last
          WHERE last.trace_id = entries.trace_id AND last.span_id = entries.span_id)
        WHERE (entries.hour, entries.hour_nano) >= (${value(1)}, ${value(2)})
          AND (entries.hour, entries.hour_nano) < (${value(3)}, ${value(4)})
          AND ${inForce('cost_bucket')} >= 0 AND ${STANDING_NOW} = 'counted'
        ORDER BY entries.hour DESC, entries.hour_nano DESC LIMIT ${value(5)}
      ) AS newest GROUP BY label_set, ${COLUMNS.join(', ')}
    ) AS found JOIN label_sets ON label_sets.id = found.label_set`
}

export function decodeCosts(rows: readonly CostsRow[]): CostRow[] {
  return rows.map((row) => ({
    labels: decodeLabels(row.labels),
    operations: Number(row.operations),
    costAtto: joinLimbs(row.nano, row.atto),
    cacheSavedAtto: joinLimbs(row.saved_nano, row.saved_atto),
    cacheExtraAtto: joinLimbs(row.extra_nano, row.extra_atto),
  }))
}
