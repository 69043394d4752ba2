import type { Zone } from '@spancost/budget'
import { TOKEN_TYPES, type SpendRow, type Sums } from '@spancost/ledger'
import { COST_PARTS, formatAmount } from '@spancost/pricing'
import { limitTo } from './access.ts'
import { answerJson, defineRoute, refuse, type Answer } from './answer.ts'
import { writeCsv } from './csv.ts'
import { toSumsJson, toZonedInstant } from './json.ts'
import { labelFilter, labelNames, oneOf } from './parameters.ts'
import { RANGE_PARAMETERS, resolveAsked, toRangeJson } from './range.ts'

/** In the order in which columns show them. */
const STATUSES = ['priced', 'partial', 'estimated', 'unpriced', 'free'] as const

/** Rows beyond this are left out, which `truncated` tells; `total` always covers all of them. */
const MAX_ROWS = 10_000
const MAX_LABELS = 8

/** CSV cannot tell that rows are missing. */
const MAX_CSV_ROWS = 100_000

/** Spend of counted operations that started in the range, by labels and time. */
export const spendRoute = defineRoute(
  '/api/v1/spend',
  {
    by: labelNames(MAX_LABELS),
    ...RANGE_PARAMETERS,
    granularity: oneOf('hour', 'day', 'week', 'month'),
    where: labelFilter,
    format: oneOf('json', 'csv'),
  },
  async ({ store, caller }, { by = [], granularity, where, format, ...asked }) => {
    const resolved = resolveAsked(asked)
    if ('kind' in resolved) return resolved
    const { zone, bounds } = resolved
    const found = await store.spend({
      by,
      ...bounds,
      zone: zone.name,
      ...(granularity !== undefined && { granularity }),
      ...limitTo(caller, where),
    })
    const rows = [...found].sort(compareRows)
    if (format === 'csv') return answerCsv(rows, by, granularity !== undefined, zone)
    return answerJson({
      ...toRangeJson(resolved),
      rows: rows.slice(0, MAX_ROWS).map((row) => toRowJson(row, zone)),
      total: toTotalJson(sumRows(rows)),
      truncated: rows.length > MAX_ROWS,
    })
  },
  { minds: 'labels' },
)

/** One line a row; the columns are always the same, by what was asked for. */
function answerCsv(
  rows: readonly SpendRow[],
  by: readonly string[],
  hasPeriods: boolean,
  zone: Zone,
): Answer {
  if (rows.length > MAX_CSV_ROWS) {
    return refuse('format', `${rows.length} rows; at most ${MAX_CSV_ROWS}: ask for less at a time`)
  }
  const header = [
    ...(hasPeriods ? ['start'] : []),
    ...by,
    'cost_usd',
    ...COST_PARTS.map((part) => `cost_${part}_usd`),
    ...TOKEN_TYPES.map((type) => `tokens_${type}`),
    'operations',
    ...STATUSES,
  ]
  const lines = rows.map((row) => [
    ...(row.startUnixMs === undefined ? [] : [toZonedInstant(row.startUnixMs, zone)]),
    ...by.map((name) => row.labels[name] ?? ''),
    // What is unknown is never written as 0.
    ...(row.statuses.unpriced === row.operations
      ? ['', ...COST_PARTS.map(() => '')]
      : [formatAmount(row.costAtto), ...COST_PARTS.map((part) => formatAmount(row.parts[part]))]),
    ...TOKEN_TYPES.map((type) => row.tokens[type]),
    row.operations,
    ...STATUSES.map((status) => row.statuses[status] ?? 0n),
  ])
  return { kind: 'text', contentType: 'text/csv; charset=utf-8', text: writeCsv(header, lines) }
}

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

function toRowJson(row: SpendRow, zone: Zone) {
  return {
    ...(row.startUnixMs !== undefined && { start: toZonedInstant(row.startUnixMs, zone) }),
    labels: row.labels,
    ...toTotalJson(row),
  }
}

function toTotalJson(spend: Spend) {
  return { ...toSumsJson(spend), statuses: spend.statuses }
}
