import type { Pool } from 'pg'
import type { SpendRow, Store } from '../store.ts'
import { ask } from './postgres-client.ts'
import { SELECT_SUMS } from './rows.ts'
import { groupSpend, type PeriodRow } from './spend-groups.ts'
import { listDays, planSpend, toTouchedHours, type DayRow } from './spend-plan.ts'

const LIST_DAYS = listDays('$1', '$2')

const sumHours = (table: 'hourly' | 'dropped_hourly') => `
  SELECT period, label_set, status, sum(operations) AS operations, ${SELECT_SUMS}
  FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS planned (period, first, last)
    JOIN ${table} ON hour >= first AND hour < last
  GROUP BY period, label_set, status`

const SUM_PARTS_OF_HOURS = `
  SELECT period, label_set, status, sum(operations) AS operations, ${SELECT_SUMS}
  FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
      AS planned (period, planned_hour, first, last)
    JOIN lines ON hour = planned_hour AND hour_nano >= first AND hour_nano < last
  GROUP BY period, label_set, status`

const FIND_LABELS = 'SELECT id, labels FROM label_sets WHERE id = ANY ($1::uuid[])'

interface LabelSetRow {
  readonly id: string
  readonly labels: string
}

/** Whole hours from their sums, and hours that are cut in two from entries. */
export async function readSpend(
  pool: Pool,
  query: Parameters<Store['spend']>[0],
): Promise<SpendRow[]> {
  const { from, to } = toTouchedHours(query)
  const days =
    query.granularity === undefined
      ? []
      : await ask<DayRow>(pool, 'list_days', LIST_DAYS, [from, to])
  const { starts, hours, parts } = planSpend(
    query,
    days.map(({ hour }) => hour!),
  )
  // Entries that are gone cannot be cut: they belong to the part that their hour begins in.
  const begun = parts.filter((part) => part.from === 0n)
  const found = await Promise.all([
    ask<PeriodRow<string>>(pool, 'dropped_hours', sumHours('dropped_hourly'), [
      begun.map(({ period }) => period),
      begun.map(({ hour }) => hour),
      begun.map(({ hour }) => hour + 1n),
    ]),
    ask<PeriodRow<string>>(pool, 'whole_hours', sumHours('hourly'), [
      hours.map(({ period }) => period),
      hours.map((planned) => planned.from),
      hours.map((planned) => planned.to),
    ]),
    ask<PeriodRow<string>>(pool, 'parts_of_hours', SUM_PARTS_OF_HOURS, [
      parts.map(({ period }) => period),
      parts.map(({ hour }) => hour),
      parts.map((planned) => planned.from),
      parts.map((planned) => planned.to),
    ]),
  ])
  const rows = found.flat()
  const ids = [...new Set(rows.map((row) => row.label_set))]
  const sets = await ask<LabelSetRow>(pool, 'find_labels', FIND_LABELS, [ids])
  const labels = new Map(sets.map((set) => [set.id, set.labels]))
  return groupSpend(rows, starts, (id) => labels.get(id)!, query)
}
