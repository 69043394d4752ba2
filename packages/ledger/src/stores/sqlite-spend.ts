import type { DatabaseSync } from 'node:sqlite'
import { splitAtHours, toHourTime, toUnixNanoRange, type Range } from '../hours.ts'
import type { SpendQuery, SpendRow } from '../store.ts'
import { SELECT_SUMS } from './rows.ts'
import { groupSpend, periodHoursOf, type PeriodRow } from './spend-groups.ts'
import { prepare } from './sqlite-statements.ts'

/**
 * Spend over a range. Whole hours come from the hourly sums; entries are read only for the part of
 * an hour at either end. SQL adds up by label set, and the sets are then joined by the labels that
 * were asked for.
 */

/** The first parameter of both is the length of a row's period, in hours. */
const SUM_WHOLE_HOURS = `
  SELECT hour / ? AS period, label_set, status, sum(operations) AS operations, ${SELECT_SUMS}
  FROM hourly WHERE hour >= ? AND hour < ?
  GROUP BY period, label_set, status`

const SUM_PART_OF_HOUR = `
  SELECT hour / ? AS period, label_set, status, count(*) AS operations, ${SELECT_SUMS}
  FROM entries WHERE hour = ? AND hour_nano >= ? AND hour_nano < ? AND standing = 'counted'
  GROUP BY period, label_set, status`

const FIND_LABELS = 'SELECT labels FROM label_sets WHERE id = ?'

export function createSpendReader(database: DatabaseSync): (query: SpendQuery) => SpendRow[] {
  const sumWholeHours = prepare<PeriodRow<bigint>>(database, SUM_WHOLE_HOURS)
  const sumPartOfHour = prepare<PeriodRow<bigint>>(database, SUM_PART_OF_HOUR)
  const findLabels = prepare<{ readonly labels: string }>(database, FIND_LABELS)

  function readSums(range: Range, periodHours: bigint): PeriodRow<bigint>[] {
    const { hours, rests } = splitAtHours(range)
    const fromRests = rests.flatMap(({ from, to }) => {
      const { hour, nano } = toHourTime(from)
      return sumPartOfHour.all(periodHours, hour, nano, nano + to - from)
    })
    const fromHours = sumWholeHours.all(periodHours, hours.from, hours.to)
    return fromRests.concat(fromHours)
  }

  return (query) => {
    const rows = readSums(toUnixNanoRange(query), periodHoursOf(query))
    return groupSpend(rows, (labelSet) => findLabels.get(labelSet)!.labels, query)
  }
}
