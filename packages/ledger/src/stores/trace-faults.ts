import { sumParts } from '@spancost/pricing/rating'
import { NANOS_PER_HOUR } from '../hours.ts'
import type { TraceFault } from '../store.ts'
import { decodeRating, type KeptRating } from './kept-rating.ts'
import { encodeMetrics } from './metric-columns.ts'
import { REPRICED_COLUMNS, selectPriced } from './priced-entries.ts'
import { decodeId, encodeSums, STANDING_NOW, SUM_COLUMNS } from './rows.ts'
import { FIGURES, SELECT_OF_ENTRY } from './sum-lines.ts'

/**
 * Holds entries, their corrections and their re-pricings against each other. Sums cannot show all of
 * this: they are made of entries and corrections alone.
 */

/** Each SQL for either database, up to the limit's figure; it answers with ids, or hours of traces. */
export interface TraceCheck {
  readonly table: TraceFault['table']
  readonly problem: string
  readonly sql: string
}

const IDS = 'trace_id, span_id'
const PLACE = 'hour, hour_nano, label_set, error_type'

/** Entries about which there is more than their own row. */
const TOUCHED = `SELECT ${IDS} FROM corrections UNION SELECT ${IDS} FROM repricings`

/** What an entry arrived with, and its corrections, less what it is worth now: 0 in each status. */
const ENTRY_LINES = `
  SELECT ${IDS}, status, ${SELECT_OF_ENTRY} FROM entries
  WHERE standing = 'counted' AND (${IDS}) IN (${TOUCHED})
  UNION ALL SELECT ${IDS}, status, ${FIGURES.join(', ')} FROM corrections
  UNION ALL SELECT ${IDS}, status, ${FIGURES.map((name) => `-${name}`).join(', ')} FROM (
    SELECT ${IDS}, status, ${SELECT_OF_ENTRY} FROM (
      ${selectPriced(`${STANDING_NOW} AS standing_now`)}
      WHERE (entries.trace_id, entries.span_id) IN (${TOUCHED})) AS priced
    WHERE standing_now = 'counted') AS in_force`

const isNot0 = (figures: readonly string[]) =>
  figures.map((name) => `sum(${name}) <> 0`).join(' OR ')

/** In the order in which faults are told; `more`: columns that a store keeps in both tables. */
export function createTraceChecks(more: readonly string[] = []): readonly TraceCheck[] {
  const kept = [IDS, PLACE, ...more].join(', ')
  return [
    {
      table: 'corrections',
      problem: 'there is no entry of this id, start, labels and error type',
      sql: orderById(`SELECT ${IDS} FROM (
        SELECT ${kept} FROM corrections EXCEPT SELECT ${kept} FROM entries) AS lost`),
    },
    {
      table: 'corrections',
      problem: 'the entry as it arrived and its corrections do not add up to what it is worth now',
      sql: orderById(`SELECT ${IDS} FROM (${ENTRY_LINES}) AS each_line
        GROUP BY ${IDS}, status HAVING ${isNot0(FIGURES)}`),
    },
    {
      table: 'repricings',
      problem: 'the newest correction `repriced` and the newest re-pricing are not the same',
      sql: orderById(`SELECT ${IDS} FROM
        (SELECT ${IDS}, max(sequence) AS corrected FROM corrections WHERE reason = 'repriced'
          GROUP BY ${IDS}) AS c
        FULL JOIN (SELECT ${IDS}, max(sequence) AS repriced FROM repricings GROUP BY ${IDS}) AS r
        USING (${IDS}) WHERE corrected IS DISTINCT FROM repriced`),
    },
    {
      table: 'repricings',
      problem: 'its correction is not there, or of another entry, reason, status or time',
      sql: orderById(`SELECT ${IDS} FROM (
        SELECT ${[IDS, 'sequence, status, recorded_at_unix_ms', ...more].join(', ')}
        FROM repricings EXCEPT
        SELECT ${[IDS, 'sequence, status, recorded_at_unix_ms', ...more].join(', ')}
        FROM corrections WHERE reason = 'repriced') AS lost`),
    },
  ]
}

function orderById(ids: string): string {
  return `SELECT DISTINCT ${IDS} FROM (${ids}) AS found ORDER BY ${IDS} LIMIT`
}

export interface TraceFaultRow {
  readonly trace_id: Uint8Array
  /** Absent where the fault is in all of the trace. */
  readonly span_id?: Uint8Array
  readonly hour?: bigint
}

const NANOS_PER_MS = 1_000_000n

export function decodeTraceFault(
  { table, problem }: Pick<TraceCheck, 'table' | 'problem'>,
  row: TraceFaultRow,
): TraceFault {
  const { hour, span_id: spanId } = row
  return {
    table,
    traceId: decodeId(row.trace_id),
    ...(spanId !== undefined && { spanId: decodeId(spanId) }),
    ...(hour !== undefined && { startUnixMs: Number((hour * NANOS_PER_HOUR) / NANOS_PER_MS) }),
    problem,
  }
}

/** So many re-pricings are read at a time. */
export const REPRICINGS_AT_A_TIME = 1_000n

/** Those after a sequence, up to the limit's figure. */
export function listRepricings(after: '?' | '$1'): string {
  return `
    SELECT sequence, ${IDS}, ${REPRICED_COLUMNS.join(', ')}, rating FROM repricings
    WHERE sequence > ${after} ORDER BY sequence LIMIT`
}

export type RepricingRow = TraceFaultRow &
  Readonly<Record<(typeof REPRICED_COLUMNS)[number], unknown>> & {
    readonly sequence: bigint
    readonly rating: string
  }

const COSTS = SUM_COLUMNS.filter((name) => name.startsWith('cost_')).length
const NO_TOKENS = { input: 0n, output: 0n, cache_read: 0n, cache_write: 0n, reasoning: 0n }

/** The re-pricings whose figures are not those of their rating. */
export function findMisrated(rows: readonly RepricingRow[]): TraceFault[] {
  const problem = 'its figures are not those of its rating'
  return rows
    .filter((row) => !isAsRated(row))
    .map((row) => decodeTraceFault({ table: 'repricings', problem }, row))
}

function isAsRated(row: RepricingRow): boolean {
  const figures = encodeFigures(row.rating)
  if (figures === undefined) return false
  return REPRICED_COLUMNS.every((name, at) => {
    // What is never billed is in no bucket; whether it is, the rating does not say.
    if (name === 'cost_bucket' && row[name] === -1n) return true
    return row[name] === figures[at]
  })
}

/** The values of `REPRICED_COLUMNS`; `undefined`: it is no rating, or contradicts itself. */
function encodeFigures(text: string): readonly unknown[] | undefined {
  try {
    const rating = decodeRating(JSON.parse(text) as KeptRating)
    const parts = sumParts(rating)
    const costAtto = Object.values(parts).reduce((sum, part) => sum + part, 0n)
    if (rating.costAtto !== undefined && rating.costAtto !== costAtto) return undefined
    const costs = encodeSums(parts, NO_TOKENS).slice(0, COSTS)
    return [rating.status, ...costs, ...encodeMetrics({ operation: { role: 'leaf' }, rating })]
  } catch {
    return undefined
  }
}
