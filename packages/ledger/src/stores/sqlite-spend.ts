import type { DatabaseSync } from 'node:sqlite'
import type { SpendQuery, SpendRow } from '../store.ts'
import { SELECT_SUMS, SUM_COLUMNS } from './rows.ts'
import { groupSpend, type PeriodRow } from './spend-groups.ts'
import { listDays, planSpend, toTouchedHours, type DayRow } from './spend-plan.ts'
import { prepare } from './sqlite-statements.ts'

/**
 * Spend over a range. Whole hours come from the hourly sums; entries are read only for hours that
 * are cut in two. SQL adds up by period and label set, and the sets are then joined by the labels
 * that were asked for.
 */
const LIST_DAYS = listDays('?1', '?2')

/** The plan comes as JSON: [period, from, to] for whole hours, [period, hour, from, to] for parts. */
const sumHours = (table: 'hourly' | 'dropped_hourly') => `
  SELECT planned.value ->> 0 AS period, label_set, status, sum(operations) AS operations,
    ${SELECT_SUMS}
  FROM json_each(?) AS planned CROSS JOIN ${table}
  WHERE hour >= planned.value ->> 1 AND hour < planned.value ->> 2
  GROUP BY period, label_set, status`

/** Not from the view `lines`: joined with a plan, SQLite would make all of it before it looks for hours. */
export const SUM_PARTS_OF_HOURS = `
  SELECT period, label_set, status, sum(operations) AS operations, ${SELECT_SUMS}
  FROM (${selectParts('entries', '1')} AND standing = 'counted'
    UNION ALL ${selectParts('corrections', 'operations')})
  GROUP BY period, label_set, status`

function selectParts(table: 'entries' | 'corrections', operations: string): string {
  return `
    SELECT planned.value ->> 0 AS period, label_set, status, ${operations} AS operations,
      ${SUM_COLUMNS.join(', ')}
    FROM json_each(?1) AS planned CROSS JOIN ${table}
    WHERE hour = planned.value ->> 1
      AND hour_nano >= planned.value ->> 2 AND hour_nano < planned.value ->> 3`
}

const FIND_LABELS = 'SELECT labels FROM label_sets WHERE id = ?'

export function createSpendReader(database: DatabaseSync): (query: SpendQuery) => SpendRow[] {
  const findDays = prepare<DayRow>(database, LIST_DAYS)
  const sumWholeHours = prepare<PeriodRow<bigint>>(database, sumHours('hourly'))
  const sumDropped = prepare<PeriodRow<bigint>>(database, sumHours('dropped_hourly'))
  const sumPartsOfHours = prepare<PeriodRow<bigint>>(database, SUM_PARTS_OF_HOURS)
  const findLabels = prepare<{ readonly labels: string }>(database, FIND_LABELS)

  function findDaysOf(query: SpendQuery): bigint[] {
    if (query.granularity === undefined) return []
    const { from, to } = toTouchedHours(query)
    return findDays.all(from, to).map(({ hour }) => hour!)
  }

  return (query) => {
    const plan = planSpend(query, findDaysOf(query))
    const hours = plan.hours.map(({ period, from, to }) => `[${period},${from},${to}]`)
    const parts = plan.parts.map(
      ({ period, hour, from, to }) => `[${period},${hour},${from},${to}]`,
    )
    const rows = sumWholeHours.all(`[${hours.join(',')}]`)
    const more = sumPartsOfHours.all(`[${parts.join(',')}]`)
    // Entries that are gone cannot be cut: they belong to the part that their hour begins in.
    const starts = plan.parts
      .filter(({ from }) => from === 0n)
      .map(({ period, hour }) => `[${period},${hour},${hour + 1n}]`)
    const dropped = sumDropped.all(`[${starts.join(',')}]`)
    const labelsOf = (labelSet: bigint) => findLabels.get(labelSet)!.labels
    return groupSpend(rows.concat(more, dropped), plan.starts, labelsOf, query)
  }
}
