import type { DatabaseSync } from 'node:sqlite'
import { readDetails } from '../compact/details.ts'
import type { Repricing } from '../entry.ts'
import { planRepricing, type PricedRow } from './plan-repricing.ts'
import { REPRICED_COLUMNS, selectPriced } from './priced-entries.ts'
import { encodeId, STANDING_NOW } from './rows.ts'
import { prepare } from './sqlite-statements.ts'
import type { TraceReader } from './sqlite-traces.ts'
import { FIGURES, SELECT_OF_ENTRY } from './sum-lines.ts'

const FIND_PRICED = `
  SELECT hour, hour_nano, label_set, status, error_type, standing, details, rating,
    ${SELECT_OF_ENTRY}
  FROM (${selectPriced('entries.sequence', 'entries.details', `${STANDING_NOW} AS standing`)})
  WHERE sequence = ?`

const CORRECTION_COLUMNS = [
  'trace_id',
  'span_id',
  'recorded_at_unix_ms',
  'reason',
  'standing',
  'hour',
  'hour_nano',
  'label_set',
  'status',
  'error_type',
  ...FIGURES,
]

type Row = PricedRow & {
  readonly hour: bigint
  readonly hour_nano: bigint
  readonly label_set: bigint
  readonly error_type: string
  readonly details: Uint8Array
}

/** Rates entries anew within the transaction that is open, and answers how many came out different. */
export function createRepricer(
  database: DatabaseSync,
  traces: TraceReader,
  words: readonly string[],
): (repricings: readonly Repricing[], nowMs: bigint) => number {
  const findPriced = prepare<Row>(database, FIND_PRICED)
  const insertCorrection = prepare(database, insertInto('corrections', CORRECTION_COLUMNS))
  const insertRepricing = prepare(
    database,
    insertInto('repricings', [
      'sequence',
      'trace_id',
      'span_id',
      'recorded_at_unix_ms',
      ...REPRICED_COLUMNS,
      'rating',
    ]),
  )

  function reprice({ traceId, spanId, rating }: Repricing, nowMs: bigint): boolean {
    const ids = [encodeId(traceId), encodeId(spanId)] as const
    const entry = traces.findEntry(...ids)
    if (entry === undefined) return false
    const row = findPriced.get(entry.sequence)!
    const plan = planRepricing(row, readDetails(row.details, words), rating)
    if (plan === undefined) return false
    const place = [row.hour, row.hour_nano, row.label_set]
    let sequence: bigint | number = 0n
    for (const { status, figures } of plan.lines) {
      const kept = [nowMs, 'repriced', row.standing, ...place, status, row.error_type]
      sequence = insertCorrection.run(...ids, ...kept, ...figures).lastInsertRowid
    }
    insertRepricing.run(sequence, ...ids, nowMs, ...plan.columns, plan.rating)
    return true
  }

  return (repricings, nowMs) => repricings.filter((each) => reprice(each, nowMs)).length
}

function insertInto(table: string, columns: readonly string[]): string {
  return `
    INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`
}
