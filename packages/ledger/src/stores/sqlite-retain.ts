import type { DatabaseSync } from 'node:sqlite'
import { checkLimit } from '../check-entry.ts'
import { NANOS_PER_HOUR } from '../hours.ts'
import type { Retained, RetainQuery } from '../store.ts'
import { keepDroppedSums, toCounterStart } from './dropped-sums.ts'
import { prepare, runTransaction } from './sqlite-statements.ts'
import { LINE_COST } from './sqlite-trace-hours.ts'
import type { TraceIndex } from './sqlite-trace-index.ts'

/** The oldest entries are the first ones, so no index by time is needed. */
const CHOOSE = `
  INSERT INTO dropping SELECT sequence, trace_id, span_id FROM (
    SELECT sequence, trace_id, span_id, recorded_at_unix_ms FROM entries ORDER BY sequence LIMIT ?)
  WHERE recorded_at_unix_ms < ?`

const OF_ENTRIES = 'entries WHERE sequence IN (SELECT sequence FROM dropping)'
const OF_SPANS = 'WHERE (trace_id, span_id) IN (SELECT trace_id, span_id FROM dropping)'

/** What the entries and corrections to go had cost their traces. */
const DROP_TRACE_COSTS = [
  `INSERT INTO trace_hours
    SELECT hour, trace_id, 0, -sum(operations), -sum(nano), -sum(atto) FROM (
      SELECT hour, trace_id, 1 AS operations, ${LINE_COST} FROM ${OF_ENTRIES}
        AND standing = 'counted'
      UNION ALL SELECT hour, trace_id, operations, ${LINE_COST} FROM corrections ${OF_SPANS})
    WHERE true GROUP BY hour, trace_id
    ON CONFLICT (hour, trace_id) DO UPDATE SET operations = operations + excluded.operations,
      cost_nano = cost_nano + excluded.cost_nano, cost_atto = cost_atto + excluded.cost_atto`,
  `DELETE FROM trace_hours WHERE operations = 0 AND (hour, trace_id) IN (
    SELECT hour, trace_id FROM ${OF_ENTRIES})`,
]

const DROP = [
  ...DROP_TRACE_COSTS,
  `DELETE FROM corrections ${OF_SPANS}`,
  `DELETE FROM repricings ${OF_SPANS}`,
  `DELETE FROM unsettled ${OF_SPANS}`,
  // Made anew of what is left, should more of these traces come.
  'DELETE FROM long_traces WHERE trace_id IN (SELECT trace_id FROM dropping)',
  `DELETE FROM ${OF_ENTRIES}`,
]

const DROP_RELATIVES = `
  DELETE FROM relatives
  WHERE trace_id IN (SELECT trace_id FROM dropping) AND recorded_at_unix_ms < ?`

const DROP_DECISIONS = `
  DELETE FROM decisions WHERE request_id IN (
    SELECT request_id FROM decisions WHERE decided_at_unix_ms < ? AND state <> 'held' LIMIT ?)`

const DROP_COUNTERS = `
  DELETE FROM counters WHERE (budget_id, window_id, key) IN (
    SELECT budget_id, window_id, key FROM counters
    WHERE window_start_unix_ms >= 0 AND window_start_unix_ms < ? LIMIT ?)`

const MS_PER_HOUR = NANOS_PER_HOUR / 1_000_000n

/** Each step is a transaction of its own, between those of writers. */
export function createRetention(
  database: DatabaseSync,
  index: TraceIndex,
): (query: RetainQuery) => Retained {
  database.exec('CREATE TEMP TABLE dropping (sequence INTEGER PRIMARY KEY, trace_id, span_id)')
  const choose = prepare(database, CHOOSE)
  const keepSums = keepDroppedSums(OF_ENTRIES, `corrections ${OF_SPANS}`)
  const steps = [...keepSums, ...DROP].map((sql) => prepare(database, sql))
  const dropRelatives = prepare(database, DROP_RELATIVES)
  const findFirst = prepare<{ readonly sequence: bigint | null }>(
    database,
    'SELECT min(sequence) AS sequence FROM entries',
  )
  const countRows = prepare<{ readonly count: bigint }>(
    database,
    'SELECT count(*) AS count FROM dropping',
  )
  const noteEntries = prepare(
    database,
    'UPDATE ledger SET entries_from_unix_ms = max(entries_from_unix_ms, ?)',
  )
  const noteHourly = prepare(
    database,
    'UPDATE ledger SET hourly_from_hour = max(hourly_from_hour, ?)',
  )
  const dropHourly = prepare(database, dropHours('hourly'))
  const dropDropped = prepare(database, dropHours('dropped_hourly'))

  const dropEnded = prepare(database, DROP_DECISIONS)
  const dropCounters = prepare(database, DROP_COUNTERS)

  function dropDecisions(limit: bigint, beforeUnixMs: number): number {
    const ended = dropEnded.run(BigInt(beforeUnixMs), limit).changes
    return Number(ended) + Number(dropCounters.run(toCounterStart(beforeUnixMs), limit).changes)
  }

  function dropEntries(limit: bigint, beforeUnixMs: bigint): number {
    database.exec('DELETE FROM dropping')
    choose.run(limit, beforeUnixMs)
    const count = Number(countRows.get()!.count)
    if (count === 0) return 0
    noteEntries.run(beforeUnixMs)
    for (const step of steps) step.run()
    dropRelatives.run(beforeUnixMs)
    const first = findFirst.get()!.sequence
    if (first !== null) index.dropBefore(Number(first))
    return count
  }

  function dropSums(limit: bigint, beforeUnixMs: number): number {
    const hour = BigInt(beforeUnixMs) / MS_PER_HOUR
    const hourly = Number(dropHourly.run(hour, limit).changes)
    const dropped = Number(dropDropped.run(hour, limit).changes)
    if (hourly + dropped > 0) noteHourly.run(hour)
    return hourly + dropped
  }

  return ({ entriesBeforeUnixMs, hourlyBeforeUnixMs, decisionsBeforeUnixMs, limit }) =>
    runTransaction(database, () => {
      const most = checkLimit(limit)
      const decisions =
        decisionsBeforeUnixMs === undefined ? 0 : dropDecisions(most, decisionsBeforeUnixMs)
      const entries =
        entriesBeforeUnixMs === undefined ? 0 : dropEntries(most, BigInt(entriesBeforeUnixMs))
      const hourly = hourlyBeforeUnixMs === undefined ? 0 : dropSums(most, hourlyBeforeUnixMs)
      return { entries, hourly, decisions, isDone: entries + hourly + decisions === 0 }
    })
}

function dropHours(table: 'hourly' | 'dropped_hourly'): string {
  const key = 'hour, label_set, status'
  return `DELETE FROM ${table} WHERE (${key}) IN (
    SELECT ${key} FROM ${table} WHERE hour < ? ORDER BY hour LIMIT ?)`
}
