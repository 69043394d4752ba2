import type { DatabaseSync } from 'node:sqlite'
import { checkLimit } from '../check-entry.ts'
import type { Store, UnpricedGroup } from '../store.ts'
import {
  decodeEntries,
  listCorrectionsOf,
  STANDING_NOW,
  STATUS_NOW,
  type CorrectionRow,
  type DetailsReader,
  type EntryRow,
} from './rows.ts'
import { toTouchedHours } from './spend-plan.ts'
import { prepare } from './sqlite-statements.ts'
import { groupUnpriced, SUM_UNPRICED, type UnpricedRow } from './unpriced-groups.ts'

const LIST_UNPRICED = `
  SELECT labels, found.* FROM (
    SELECT label_set, status, sum(operations) AS operations, min(hour) AS first_hour,
      max(hour) AS last_hour
    FROM hourly WHERE hour >= ? AND hour < ? AND ${SUM_UNPRICED}
  ) AS found JOIN label_sets ON label_sets.id = label_set`

const FIND_NEWEST = `
  SELECT trace_id, span_id, parent_span_id, hour, hour_nano, recorded_at_unix_ms, standing,
    labels, details
  FROM entries JOIN label_sets ON label_sets.id = label_set
  WHERE hour = ? AND label_set = ? AND ${STATUS_NOW} = ? AND ${STANDING_NOW} = 'counted'
  ORDER BY hour_nano DESC, sequence DESC LIMIT 1`

/** Counted from the hourly sums; of each group one entry is read. */
export function createUnpricedReader(
  database: DatabaseSync,
  read: DetailsReader,
): (query: Parameters<Store['unpriced']>[0]) => readonly UnpricedGroup[] {
  const listUnpriced = prepare<UnpricedRow>(database, LIST_UNPRICED)
  const listCorrections = prepare<CorrectionRow>(database, listCorrectionsOf('= ?'))
  const findNewest = prepare<EntryRow>(database, FIND_NEWEST)

  return (query) => {
    const { from, to } = toTouchedHours(query)
    const groups = groupUnpriced(listUnpriced.all(from, to), query.where, checkLimit(query.limit))
    return groups.map(({ group, newest }) => {
      const row = findNewest.get(newest.last_hour, newest.label_set, newest.status)
      if (row === undefined) return group
      const [example] = decodeEntries([row], listCorrections.all(row.trace_id), read)
      return { ...group, example: example! }
    })
  }
}
