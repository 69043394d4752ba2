import type { Pool } from 'pg'
import { checkLimit } from '../check-entry.ts'
import type { Store, UnpricedGroup } from '../store.ts'
import { ask } from './postgres-client.ts'
import {
  decodeDetails,
  decodeEntries,
  listCorrectionsOf,
  STANDING_NOW,
  STATUS_NOW,
  type CorrectionRow,
  type EntryRow,
} from './rows.ts'
import { toTouchedHours } from './spend-plan.ts'
import { groupUnpriced, SUM_UNPRICED, type UnpricedRow } from './unpriced-groups.ts'

const LIST_UNPRICED = `
  SELECT labels, found.* FROM (
    SELECT label_set, status, sum(operations) AS operations, min(hour) AS first_hour,
      max(hour) AS last_hour
    FROM hourly WHERE hour >= $1 AND hour < $2 AND ${SUM_UNPRICED}
  ) AS found JOIN label_sets ON label_sets.id = label_set`

const LIST_CORRECTIONS = listCorrectionsOf('= ANY ($1::bytea[])')

const FIND_NEWEST = `
  SELECT trace_id, span_id, parent_span_id, hour, hour_nano, recorded_at_unix_ms, standing,
    labels, details
  FROM entries JOIN label_sets ON label_sets.id = label_set
  WHERE hour = $1 AND label_set = $2 AND ${STATUS_NOW} = $3 AND ${STANDING_NOW} = 'counted'
  ORDER BY hour_nano DESC, sequence DESC LIMIT 1`

/** Counted from the hourly sums; of each group one entry is read. */
export async function readUnpriced(
  pool: Pool,
  query: Parameters<Store['unpriced']>[0],
): Promise<readonly UnpricedGroup[]> {
  const limit = checkLimit(query.limit)
  const { from, to } = toTouchedHours(query)
  const rows = await ask<UnpricedRow>(pool, 'list_unpriced', LIST_UNPRICED, [from, to])
  const groups = groupUnpriced(rows, query.where, limit).map(async ({ group, newest }) => {
    const values = [newest.last_hour, newest.label_set, newest.status]
    const [row] = await ask<EntryRow>(pool, 'find_newest', FIND_NEWEST, values)
    if (row === undefined) return group
    const corrections = await ask<CorrectionRow>(pool, 'list_corrections', LIST_CORRECTIONS, [
      [row.trace_id],
    ])
    const [example] = decodeEntries([row], corrections, decodeDetails)
    return { ...group, example: example! }
  })
  return Promise.all(groups)
}
