import type { PoolClient } from 'pg'
import type { Repricing } from '../entry.ts'
import { planRepricing, type PricedRow, type RepricingPlan } from './plan-repricing.ts'
import { REPRICED_COLUMNS, selectPriced } from './priced-entries.ts'
import { askRows, insertInto, unnest, type Column } from './postgres-statements.ts'
import type { SumChanges } from './postgres-sums.ts'
import { lockTraces } from './postgres-traces.ts'
import { decodeId, decodeDetails, encodeId, STANDING_NOW } from './rows.ts'
import { FIGURES, FIGURES_OF_ENTRY } from './sum-lines.ts'

const ID: readonly Column[] = [
  ['trace_id', 'bytea'],
  ['span_id', 'bytea'],
]

const FIND_PRICED = `
  SELECT trace_id, span_id, recorded_day, hour, hour_nano, label_set, status, error_type, standing,
    details, rating,
    ${FIGURES_OF_ENTRY.map((text, at) => `(${text})::bigint AS ${FIGURES[at]}`).join(', ')}
  FROM ${unnest(ID)} AS asked (trace_id, span_id) JOIN (
    ${selectPriced('entries.details', 'entries.recorded_day', `${STANDING_NOW} AS standing`)}
  ) AS priced USING (trace_id, span_id)`

const INSERT_CORRECTIONS = `
  ${insertInto('corrections', [
    ...ID,
    ['recorded_day', 'integer'],
    ['recorded_at_unix_ms', 'bigint'],
    ['reason', 'text'],
    ['standing', 'text'],
    ['hour', 'bigint'],
    ['hour_nano', 'bigint'],
    ['label_set', 'uuid'],
    ['status', 'text'],
    ['error_type', 'text'],
    ...FIGURES.map((name): Column => [name, 'bigint']),
  ])} RETURNING sequence, trace_id, span_id`

const INSERT_REPRICINGS = insertInto('repricings', [
  ...ID,
  ['recorded_day', 'integer'],
  ['recorded_at_unix_ms', 'bigint'],
  ...REPRICED_COLUMNS.map((name): Column => [name, name === 'status' ? 'text' : 'bigint']),
  ['rating', 'text'],
  ['sequence', 'bigint'],
])

interface IdRow {
  readonly trace_id: Uint8Array
  readonly span_id: Uint8Array
}

type Row = PricedRow &
  IdRow & {
    readonly recorded_day: number
    readonly hour: bigint
    readonly hour_nano: bigint
    readonly label_set: string
    readonly error_type: string
    readonly details: string
  }

interface Planned {
  readonly row: Row
  readonly plan: RepricingPlan
}

/** Rates entries anew within a transaction, and answers how many came out different. */
export async function repriceAll(
  client: PoolClient,
  repricings: readonly Repricing[],
  now: { readonly ms: number; readonly day: number },
  sums: SumChanges,
): Promise<number> {
  await lockTraces(client, new Set(repricings.map(({ traceId }) => traceId)), now.day)
  const ratings = new Map(repricings.map((each) => [each.traceId + each.spanId, each.rating]))
  const ids = [...ratings.keys()].map((id) => [encodeId(id.slice(0, 32)), encodeId(id.slice(32))])
  const rows = await askRows<Row>(client, 'find_priced', FIND_PRICED, ids)
  const planned = rows.flatMap((row): Planned[] => {
    const plan = planRepricing(row, decodeDetails(row.details), ratings.get(keyOf(row))!)
    return plan === undefined ? [] : [{ row, plan }]
  })
  const sequences = await insertCorrections(client, planned, now.ms, sums)
  const repriced = planned.map(({ row, plan }) => {
    const place = [row.trace_id, row.span_id, row.recorded_day, now.ms]
    return [...place, ...plan.columns, plan.rating, sequences.get(keyOf(row))!]
  })
  await askRows(client, 'repricings', INSERT_REPRICINGS, repriced)
  return planned.length
}

/** Answers with the last sequence of each entry. */
async function insertCorrections(
  client: PoolClient,
  planned: readonly Planned[],
  nowMs: number,
  sums: SumChanges,
): Promise<Map<string, bigint>> {
  const corrections = planned.flatMap(({ row, plan }) =>
    plan.lines.map(({ status, figures }) => {
      sums.addCorrection({ ...row, status, figures })
      const { trace_id: trace, span_id: span, recorded_day: day, standing } = row
      const place = [row.hour, row.hour_nano, row.label_set, status, row.error_type]
      return [trace, span, day, nowMs, 'repriced', standing, ...place, ...figures]
    }),
  )
  type Inserted = IdRow & { readonly sequence: bigint }
  const inserted = await askRows<Inserted>(client, 'repriced', INSERT_CORRECTIONS, corrections)
  const last = new Map<string, bigint>()
  for (const row of inserted) {
    const known = last.get(keyOf(row)) ?? 0n
    last.set(keyOf(row), row.sequence > known ? row.sequence : known)
  }
  return last
}

function keyOf(row: IdRow): string {
  return decodeId(row.trace_id) + decodeId(row.span_id)
}
