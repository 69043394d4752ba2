import type { CostRow } from '@spancost/ledger'
import { owns } from './access.ts'
import { answerJson, defineRoute } from './answer.ts'
import { toMoney } from './json.ts'
import { labelFilter, labelNames, type Filter } from './parameters.ts'
import { RANGE_PARAMETERS, resolveAsked, toRangeJson } from './range.ts'

/** Percentiles are of this many operations at most, so that nobody waits for them. */
const MAX_OPERATIONS = 50_000
const MAX_LABELS = 8
const MAX_ROWS = 1_000

/**
 * What single operations cost, by labels: exact, from their entries. Left out is what has no price
 * and what is never billed.
 */
export const percentilesRoute = defineRoute(
  '/api/v1/percentiles',
  { by: labelNames(MAX_LABELS), ...RANGE_PARAMETERS, where: labelFilter },
  async ({ store, caller }, { by = [], where = {}, ...asked }) => {
    const resolved = resolveAsked(asked)
    if ('kind' in resolved) return resolved
    const found = await store.costs({ ...resolved.bounds, limit: MAX_OPERATIONS })
    const rows = found.filter(({ labels }) => owns(caller, labels) && isWanted(labels, where))
    const groups = Map.groupBy(rows, ({ labels }) =>
      JSON.stringify(by.map((name) => labels[name] ?? null)),
    )
    const summed = [...groups].map(([key, group]) => {
      const values = JSON.parse(key) as (string | null)[]
      const named = by.flatMap((name, at) => (values[at] === null ? [] : [[name, values[at]]]))
      return { labels: Object.fromEntries(named) as object, ...summarize(group) }
    })
    return answerJson({
      ...toRangeJson(resolved),
      rows: summed.toSorted((a, b) => b.operations - a.operations).slice(0, MAX_ROWS),
      total: summarize(rows),
      newestOnly: count(found) >= MAX_OPERATIONS,
      truncated: summed.length > MAX_ROWS,
    })
  },
  { minds: 'labels' },
)

function isWanted(labels: CostRow['labels'], where: Filter): boolean {
  return Object.entries(where).every(([name, values]) =>
    values.includes(Object.hasOwn(labels, name) ? labels[name]! : ''),
  )
}

function count(rows: readonly CostRow[]): number {
  return rows.reduce((sum, { operations }) => sum + operations, 0)
}

/** Without operations there is no percentile. */
function summarize(rows: readonly CostRow[]) {
  const operations = count(rows)
  const sorted = rows.toSorted((a, b) => (a.costAtto < b.costAtto ? -1 : 1))
  const sum = (read: (row: CostRow) => bigint) =>
    rows.reduce((total, row) => total + read(row) * BigInt(row.operations), 0n)
  return {
    operations,
    ...(operations > 0 && {
      p50: toMoney(findPercentile(sorted, operations, 50)),
      p90: toMoney(findPercentile(sorted, operations, 90)),
      p99: toMoney(findPercentile(sorted, operations, 99)),
      most: toMoney(sorted.at(-1)!.costAtto),
    }),
    cacheSaved: toMoney(sum(({ cacheSavedAtto }) => cacheSavedAtto)),
    cacheExtra: toMoney(sum(({ cacheExtraAtto }) => cacheExtraAtto)),
  }
}

/** The least cost that so many percent of the operations do not exceed (nearest rank). */
function findPercentile(sorted: readonly CostRow[], operations: number, percent: number): bigint {
  const rank = Math.ceil((operations * percent) / 100)
  let passed = 0
  for (const { operations: more, costAtto } of sorted) {
    passed += more
    if (passed >= rank) return costAtto
  }
  return 0n
}
