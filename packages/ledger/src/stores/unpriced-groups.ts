import type { Labels } from '../entry.ts'
import { NANOS_PER_HOUR } from '../hours.ts'
import type { LabelFilter, UnpricedGroup } from '../store.ts'
import { isWanted } from './label-filter.ts'
import { decodeLabels } from './rows.ts'

/** SQL for either database, after `WHERE` and a range of hours: what has no price, or not all of it. */
export const SUM_UNPRICED = `
  status IN ('unpriced', 'partial') AND operations > 0 GROUP BY label_set, status`

/** What is read of one label set and status; the hours are the first and the last with spend. */
export interface UnpricedRow {
  readonly labels: string
  readonly label_set: bigint | string
  readonly status: UnpricedGroup['status']
  readonly operations: bigint
  readonly first_hour: bigint
  readonly last_hour: bigint
}

/** A group, and where its newest entry is. */
export interface FoundGroup {
  readonly group: UnpricedGroup
  readonly newest: UnpricedRow
}

const MS_PER_HOUR = NANOS_PER_HOUR / 1_000_000n

/** Joins wanted rows of the same provider, model and status; the most frequent groups first. */
export function groupUnpriced(
  rows: readonly UnpricedRow[],
  where: LabelFilter | undefined,
  limit: bigint,
): FoundGroup[] {
  const labelled = rows.map((row) => ({ row, labels: decodeLabels(row.labels) }))
  const groups = Map.groupBy(
    labelled.filter(({ labels }) => isWanted(labels, where)),
    ({ row, labels }) => JSON.stringify([labels['provider'], labels['model'], row.status]),
  )
  return [...groups.values()]
    .map((found) =>
      joinRows(
        found.map(({ row }) => row),
        found[0]!.labels,
      ),
    )
    .sort((one, other) => (one.group.operations < other.group.operations ? 1 : -1))
    .slice(0, Number(limit))
}

function joinRows(rows: readonly UnpricedRow[], { provider, model }: Labels): FoundGroup {
  const newest = rows.reduce((one, other) => (other.last_hour > one.last_hour ? other : one))
  const first = rows.reduce(
    (hour, row) => (row.first_hour < hour ? row.first_hour : hour),
    2n ** 63n,
  )
  const group: UnpricedGroup = {
    ...(provider !== undefined && { provider }),
    ...(model !== undefined && { model }),
    status: newest.status,
    operations: rows.reduce((sum, { operations }) => sum + operations, 0n),
    firstUnixMs: Number(first * MS_PER_HOUR),
    lastUnixMs: Number(newest.last_hour * MS_PER_HOUR),
  }
  return { group, newest }
}
