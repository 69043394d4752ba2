import type { CostStatus } from '@spancost/pricing'
import type { Labels } from '../entry.ts'
import type { SpendQuery, SpendRow } from '../store.ts'
import { addSums, createSums, type RunningSums } from '../sums.ts'
import { decodeLabels, decodeSums, type SumRow } from './rows.ts'

/** The second half of a spend query: sums by label set are joined by the labels asked for. */

/** Without granularity, one period is longer than all the time there is. */
const PERIOD_HOURS = { hour: 1n, day: 24n, always: 2n ** 62n } as const
const MS_PER_HOUR = 3_600_000n

/** Sums of one label set over one period, as a database adds them up. */
export type PeriodRow<LabelSet> = SumRow & {
  readonly period: bigint
  readonly label_set: LabelSet
  readonly status: CostStatus
}

interface RunningRow extends RunningSums {
  readonly startUnixMs?: number
  readonly labels: Labels
  readonly statuses: Partial<Record<CostStatus, bigint>>
}

/** How many hours a row of the answer covers. */
export function periodHoursOf({ granularity }: SpendQuery): bigint {
  return PERIOD_HOURS[granularity ?? 'always']
}

/** `findLabels` gives the labels of a set, as `encodeLabels` writes them; asked once for each. */
export function groupSpend<LabelSet>(
  rows: readonly PeriodRow<LabelSet>[],
  findLabels: (labelSet: LabelSet) => string,
  query: SpendQuery,
): SpendRow[] {
  const periodHours = periodHoursOf(query)
  const names = new Set(query.by)
  const picked = new Map<LabelSet, Labels>()
  const groups = new Map<string, RunningRow>()
  for (const row of rows) {
    const labels = picked.get(row.label_set) ?? pickLabels(findLabels(row.label_set), names)
    picked.set(row.label_set, labels)
    const startUnixMs = Number(row.period * periodHours * MS_PER_HOUR)
    const key = JSON.stringify([startUnixMs, labels])
    const group = groups.get(key) ?? {
      ...createSums(),
      ...(query.granularity !== undefined && { startUnixMs }),
      labels,
      statuses: {},
    }
    groups.set(key, group)
    addSums(group, decodeSums(row))
    group.statuses[row.status] = (group.statuses[row.status] ?? 0n) + row.operations
  }
  return sortRows(groups)
}

function pickLabels(text: string, by: ReadonlySet<string>): Labels {
  const labels = decodeLabels(text)
  const names = [...by].filter((name) => Object.hasOwn(labels, name))
  return Object.fromEntries(names.map((name) => [name, labels[name]!]))
}

/** By period, then by labels, so that the same question has the same answer twice. */
function sortRows(groups: ReadonlyMap<string, RunningRow>): SpendRow[] {
  const sorted = [...groups].sort(
    ([keyA, a], [keyB, b]) => (a.startUnixMs ?? 0) - (b.startUnixMs ?? 0) || (keyA < keyB ? -1 : 1),
  )
  return sorted.map(([, row]) => row)
}
