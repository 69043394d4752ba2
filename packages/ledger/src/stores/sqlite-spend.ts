import type { DatabaseSync } from 'node:sqlite'
import type { CostStatus } from '@spancost/pricing'
import type { Labels } from '../entry.ts'
import { splitAtHours, toHourTime, toUnixNanoRange, type Range } from '../hours.ts'
import type { SpendQuery, SpendRow } from '../store.ts'
import { addSums, createSums, type RunningSums } from '../sums.ts'
import { decodeLabels, decodeSums, SELECT_SUMS, type SumRow } from './sqlite-rows.ts'
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

/** Without granularity, one period is longer than all the time there is. */
const PERIOD_HOURS = { hour: 1n, day: 24n, always: 2n ** 62n } as const
const MS_PER_HOUR = 3_600_000n

type PeriodRow = SumRow & {
  readonly period: bigint
  readonly label_set: bigint
  readonly status: CostStatus
}

interface RunningRow extends RunningSums {
  readonly startUnixMs?: number
  readonly labels: Labels
  readonly statuses: Partial<Record<CostStatus, bigint>>
}

export function createSpendReader(database: DatabaseSync): (query: SpendQuery) => SpendRow[] {
  const sumWholeHours = prepare<PeriodRow>(database, SUM_WHOLE_HOURS)
  const sumPartOfHour = prepare<PeriodRow>(database, SUM_PART_OF_HOUR)
  const findLabels = prepare<{ readonly labels: string }>(database, FIND_LABELS)

  function readSums(range: Range, periodHours: bigint): PeriodRow[] {
    const { hours, rests } = splitAtHours(range)
    const fromRests = rests.flatMap(({ from, to }) => {
      const { hour, nano } = toHourTime(from)
      return sumPartOfHour.all(periodHours, hour, nano, nano + to - from)
    })
    const fromHours = sumWholeHours.all(periodHours, hours.from, hours.to)
    return fromRests.concat(fromHours)
  }

  function pickLabels(labelSet: bigint, by: ReadonlySet<string>): Labels {
    const labels = decodeLabels(findLabels.get(labelSet)!.labels)
    const names = [...by].filter((name) => Object.hasOwn(labels, name))
    return Object.fromEntries(names.map((name) => [name, labels[name]!]))
  }

  return ({ by, granularity, ...range }) => {
    const periodHours = PERIOD_HOURS[granularity ?? 'always']
    const names = new Set(by)
    const picked = new Map<bigint, Labels>()
    const groups = new Map<string, RunningRow>()
    for (const row of readSums(toUnixNanoRange(range), periodHours)) {
      const labels = picked.get(row.label_set) ?? pickLabels(row.label_set, names)
      picked.set(row.label_set, labels)
      const startUnixMs = Number(row.period * periodHours * MS_PER_HOUR)
      const key = JSON.stringify([startUnixMs, labels])
      const group = groups.get(key) ?? {
        ...createSums(),
        ...(granularity !== undefined && { startUnixMs }),
        labels,
        statuses: {},
      }
      groups.set(key, group)
      addSums(group, decodeSums(row))
      group.statuses[row.status] = (group.statuses[row.status] ?? 0n) + row.operations
    }
    return sortRows(groups)
  }
}

/** By period, then by labels, so that the same question has the same answer twice. */
function sortRows(groups: ReadonlyMap<string, RunningRow>): SpendRow[] {
  const sorted = [...groups].sort(
    ([keyA, a], [keyB, b]) => (a.startUnixMs ?? 0) - (b.startUnixMs ?? 0) || (keyA < keyB ? -1 : 1),
  )
  return sorted.map(([, row]) => row)
}
