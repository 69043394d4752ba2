import type { CostStatus } from '@spancost/pricing/rating'
import type { Labels } from '../entry.ts'
import type { SpendQuery, SpendRow } from '../store.ts'
import { addSums, createSums, type RunningSums } from '../sums.ts'
import { isWanted } from './label-filter.ts'
import { decodeLabels, decodeSums, type SumRow } from './rows.ts'
import type { SpendPlan } from './spend-plan.ts'

/** The second half of a spend query: sums by label set are joined by the labels asked for. */

/** Sums of one label set over one period, as a database adds them up. */
export type PeriodRow<LabelSet> = SumRow & {
  /** Its number in the plan (`spend-plan.ts`). */
  readonly period: bigint
  readonly label_set: LabelSet
  readonly status: CostStatus
}

interface RunningRow extends RunningSums {
  readonly startUnixMs?: number
  readonly labels: Labels
  readonly statuses: Partial<Record<CostStatus, bigint>>
}

/** `findLabels` gives the labels of a set, as `encodeLabels` writes them; asked once for each. */
export function groupSpend<LabelSet>(
  rows: readonly PeriodRow<LabelSet>[],
  starts: SpendPlan['starts'],
  findLabels: (labelSet: LabelSet) => string,
  query: SpendQuery,
): SpendRow[] {
  const names = [...new Set(query.by)]
  const picked = new Map<LabelSet, Labels | undefined>()
  const groups = new Map<string, RunningRow>()
  for (const row of rows) {
    // All that was counted here was corrected away.
    if (row.operations === 0n) continue
    if (!picked.has(row.label_set)) {
      const all = decodeLabels(findLabels(row.label_set))
      picked.set(row.label_set, isWanted(all, query.where) ? pickLabels(all, names) : undefined)
    }
    const labels = picked.get(row.label_set)
    if (labels === undefined) continue
    const startUnixMs = starts[Number(row.period)]
    const key = JSON.stringify([startUnixMs, labels])
    const group = groups.get(key) ?? {
      ...createSums(),
      ...(startUnixMs !== undefined && { startUnixMs }),
      labels,
      statuses: {},
    }
    groups.set(key, group)
    addSums(group, decodeSums(row))
    group.statuses[row.status] = (group.statuses[row.status] ?? 0n) + row.operations
  }
  return sortRows(groups)
}

function pickLabels(labels: Labels, names: readonly string[]): Labels {
  const found = names.filter((name) => Object.hasOwn(labels, name))
  return Object.fromEntries(found.map((name) => [name, labels[name]!]))
}

/** By period, then by labels, so that the same question has the same answer twice. */
function sortRows(groups: ReadonlyMap<string, RunningRow>): SpendRow[] {
  const sorted = [...groups].sort(
    ([keyA, a], [keyB, b]) => (a.startUnixMs ?? 0) - (b.startUnixMs ?? 0) || (keyA < keyB ? -1 : 1),
  )
  return sorted.map(([, row]) => row)
}
