import { TOKEN_TYPES, type SpendRow, type Sums } from '@spancost/ledger'
import { COST_PARTS } from '@spancost/pricing'
import { answerJson, defineRoute, findRangeFault } from './answer.ts'
import { toInstant, toSumsJson } from './json.ts'
import { instant, labelNames, oneOf } from './parameters.ts'

/** Rows beyond this are left out, which `truncated` tells; `total` always covers all of them. */
const MAX_ROWS = 10_000
const MAX_LABELS = 8

/** Spend of counted operations that started in the range, by labels and time. */
export const spendRoute = defineRoute(
  '/api/v1/spend',
  {
    by: labelNames(MAX_LABELS),
    from: instant,
    to: instant,
    granularity: oneOf('hour', 'day'),
  },
  async ({ store }, { by = [], from, to, granularity }) => {
    const fault = findRangeFault(from, to)
    if (fault !== undefined) return fault
    const rows = await store.spend({
      by,
      ...(from !== undefined && { fromUnixMs: from }),
      ...(to !== undefined && { toUnixMs: to }),
      ...(granularity !== undefined && { granularity }),
    })
    return answerJson({
      rows: [...rows].sort(compareRows).slice(0, MAX_ROWS).map(toRowJson),
      total: toTotalJson(sumRows(rows)),
      truncated: rows.length > MAX_ROWS,
    })
  },
)

interface Spend extends Sums {
  readonly statuses: Readonly<Record<string, bigint>>
}

/** By time, then the most expensive first. */
function compareRows(one: SpendRow, other: SpendRow): number {
  const [start, otherStart] = [one.startUnixMs ?? 0, other.startUnixMs ?? 0]
  if (start !== otherStart) return start - otherStart
  if (one.costAtto === other.costAtto) return 0
  return one.costAtto > other.costAtto ? -1 : 1
}

function sumRows(rows: readonly SpendRow[]): Spend {
  const statuses: Record<string, bigint> = {}
  const total = {
    operations: 0n,
    costAtto: 0n,
    parts: { input: 0n, output: 0n, cache_read: 0n, cache_write: 0n, other: 0n },
    tokens: { input: 0n, output: 0n, cache_read: 0n, cache_write: 0n, reasoning: 0n },
    statuses,
  }
  for (const row of rows) {
    total.operations += row.operations
    total.costAtto += row.costAtto
    for (const part of COST_PARTS) total.parts[part] += row.parts[part]
    for (const type of TOKEN_TYPES) total.tokens[type] += row.tokens[type]
    for (const [status, count] of Object.entries(row.statuses)) {
      statuses[status] = (statuses[status] ?? 0n) + count
    }
  }
  return total
}

function toRowJson(row: SpendRow) {
  return {
    ...(row.startUnixMs !== undefined && { start: toInstant(row.startUnixMs) }),
    labels: row.labels,
    ...toTotalJson(row),
  }
}

function toTotalJson(spend: Spend) {
  return { ...toSumsJson(spend), statuses: spend.statuses }
}
