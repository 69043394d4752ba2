import type { DatabaseSync } from 'node:sqlite'
import { COST_PARTS } from '@spancost/pricing/rating'
import type { PackedEntry } from './sqlite-batch.ts'
import { prepare } from './sqlite-statements.ts'
import type { TraceCheck } from './trace-faults.ts'

/**
 * What traces cost by the hour, for the question which cost most. A trace that lies in one hour has one
 * row, which says all of it; the rows of others are marked, and their entries are read.
 */
export interface TraceHours {
  /** Adds entries of one trace; `hours`: of the entries of it that were known before. */
  add(traceId: Uint8Array, entries: readonly AddedEntry[], hours: Iterable<number>): void
}

export interface AddedEntry {
  /** Its figures begin with the costs of `SUM_COLUMNS`. */
  readonly entry: Pick<PackedEntry, 'hour' | 'figures' | 'figuresAt'>
  readonly isCounted: boolean
}

const COSTS = COST_PARTS.length * 2

const ADD = `
  INSERT INTO trace_hours VALUES (?, ?, ?, ?, CAST(? AS INTEGER), CAST(? AS INTEGER))
  ON CONFLICT (hour, trace_id) DO UPDATE SET
    is_spread = max(is_spread, excluded.is_spread), operations = operations + excluded.operations,
    cost_nano = cost_nano + excluded.cost_nano, cost_atto = cost_atto + excluded.cost_atto`

const SPREAD = 'UPDATE trace_hours SET is_spread = 1 WHERE hour = ? AND trace_id = ?'

/** The two limbs of the cost of an entry or a correction, in SQL. */
export const LINE_COST = (['nano', 'atto'] as const)
  .map((limb) => `${COST_PARTS.map((part) => `cost_${part}_${limb}`).join(' + ')} AS ${limb}`)
  .join(', ')

/**
 * Adds corrections. The row of their entry is there, or was dropped with the older entries of its hour
 * while it was 0; then others of the trace may lie in other hours.
 */
export const ADD_CORRECTIONS = `
  INSERT INTO trace_hours
  SELECT hour, trace_id, 1, operations, ${LINE_COST} FROM corrections WHERE sequence > ?
  ON CONFLICT (hour, trace_id) DO UPDATE SET operations = operations + excluded.operations,
    cost_nano = cost_nano + excluded.cost_nano, cost_atto = cost_atto + excluded.cost_atto`

/** What the entries and corrections of a ledger add up to. */
const SUM_UP = `
  SELECT hour, trace_id, sum(operations) AS operations, sum(operations * nano) AS cost_nano,
    sum(operations * atto) AS cost_atto
  FROM (
    SELECT hour, trace_id, standing = 'counted' AS operations, ${LINE_COST} FROM entries)
  GROUP BY hour, trace_id`

/** Makes the rows anew, of a ledger that has none. */
export const MAKE_TRACE_HOURS = `
  INSERT INTO trace_hours SELECT hour, trace_id, 0, operations, cost_nano, cost_atto FROM (${SUM_UP});
  ${ADD_CORRECTIONS.replace('?', '0')};
  UPDATE trace_hours SET is_spread = 1
  WHERE trace_id IN (SELECT trace_id FROM trace_hours GROUP BY trace_id HAVING count(*) > 1)`

/** Rows that are 0 may be missing; a mark may have outlived the other hours. */
export const TRACE_HOUR_CHECKS: readonly TraceCheck[] = [
  {
    table: 'trace_hours',
    problem: 'it is not what the entries and corrections of the hour add up to',
    sql: `
      SELECT hour, trace_id FROM (
        SELECT hour, trace_id, operations, cost_nano AS nano, cost_atto AS atto FROM trace_hours
        UNION ALL SELECT hour, trace_id, -1, -nano, -atto FROM (
          SELECT hour, trace_id, ${LINE_COST} FROM entries WHERE standing = 'counted')
        UNION ALL SELECT hour, trace_id, -operations, -nano, -atto FROM (
          SELECT hour, trace_id, operations, ${LINE_COST} FROM corrections))
      GROUP BY hour, trace_id HAVING sum(operations) <> 0 OR sum(nano) <> 0 OR sum(atto) <> 0
      ORDER BY hour, trace_id LIMIT`,
  },
  {
    table: 'trace_hours',
    problem: 'an hour is not marked, though the trace lies in several',
    sql: `
      SELECT trace_id FROM trace_hours GROUP BY trace_id
      HAVING count(*) > 1 AND min(is_spread) = 0 ORDER BY trace_id LIMIT`,
  },
]

export function createTraceHours(database: DatabaseSync): TraceHours {
  const addRow = prepare(database, ADD)
  const spread = prepare(database, SPREAD)

  return {
    add(traceId, entries, hours) {
      const before = new Set(hours)
      const added = groupByHour(entries)
      const isSpread = new Set([...before, ...added.keys()]).size > 1
      for (const [hour, inHour] of added) {
        const [operations, nano, atto] = addUp(inHour)
        addRow.run(hour, traceId, isSpread ? 1 : 0, operations, nano, atto)
      }
      if (!isSpread) return
      for (const hour of before) if (!added.has(hour)) spread.run(hour, traceId)
    },
  }
}

/** Nearly always they are of one hour. */
function groupByHour(entries: readonly AddedEntry[]): ReadonlyMap<number, readonly AddedEntry[]> {
  const first = entries[0]?.entry.hour
  if (first === undefined) return new Map()
  if (entries.every(({ entry }) => entry.hour === first)) return new Map([[first, entries]])
  return Map.groupBy(entries, ({ entry }) => entry.hour)
}

type Added = readonly [operations: number, nano: number | bigint, atto: number | bigint]

function addUp(entries: readonly AddedEntry[]): Added {
  let [operations, nano, atto] = [0, 0, 0]
  for (const { isCounted, entry } of entries) {
    if (!isCounted) continue
    operations += 1
    const { figures, figuresAt } = entry
    for (let at = figuresAt; at < figuresAt + COSTS; at += 2) {
      nano += Number(figures[at]!)
      atto += Number(figures[at + 1]!)
      // A sum within 2^53 was not rounded.
      if (Math.abs(nano) > Number.MAX_SAFE_INTEGER) return addUpExactly(entries)
    }
  }
  return [operations, nano, atto]
}

function addUpExactly(entries: readonly AddedEntry[]): Added {
  const counted = entries.filter(({ isCounted }) => isCounted)
  const addLimb = (limb: 0 | 1): bigint =>
    counted.reduce(
      (sum, { entry: { figures, figuresAt } }) =>
        Array.from(figures.subarray(figuresAt, figuresAt + COSTS), BigInt).reduce(
          (all, figure, at) => (at % 2 === limb ? all + figure : all),
          sum,
        ),
      0n,
    )
  return [counted.length, addLimb(0), addLimb(1)]
}
