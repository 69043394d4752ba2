import { setTimeout } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import { NANOS_PER_HOUR } from '../hours.ts'
import type { Retained, RetainQuery } from '../store.ts'
import { keepDroppedSums, toCounterStart } from './dropped-sums.ts'
import { inTransaction } from './postgres-client.ts'

/** Another one than migrations take; one processor at a time drops. */
const LOCK = 0x73706372

const MS_PER_DAY = 86_400_000
const MS_PER_HOUR = NANOS_PER_HOUR / 1_000_000n

/** Dropping a partition locks the whole table for a moment, for which writers are not to wait long. */
const LOCK_TIMEOUT = '100ms'
const LOCK_ATTEMPTS = 50

const FIND_OLDEST = `
  SELECT substring(child.relname FROM 9)::integer AS day
  FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
  WHERE inhparent = 'entries'::regclass ORDER BY 1 LIMIT 1`

/** A step is a day of entries, and all hours that are too old: one statement each. */
export async function retainPostgres(pool: Pool, query: RetainQuery): Promise<Retained> {
  const { entriesBeforeUnixMs, hourlyBeforeUnixMs, decisionsBeforeUnixMs } = query
  return inTransaction(pool, async (client) => {
    await client.query('SET LOCAL statement_timeout = 0')
    const { rows } = await client.query<{ mine: boolean }>(
      'SELECT pg_try_advisory_xact_lock($1) AS mine',
      [LOCK],
    )
    // Another processor is at it.
    if (!rows[0]!.mine) return { entries: 0, hourly: 0, decisions: 0, isDone: true }
    const hourly = hourlyBeforeUnixMs === undefined ? 0 : await dropSums(client, hourlyBeforeUnixMs)
    const decisions =
      decisionsBeforeUnixMs === undefined ? 0 : await dropDecisions(client, decisionsBeforeUnixMs)
    const dropped =
      entriesBeforeUnixMs === undefined ? undefined : await dropDay(client, entriesBeforeUnixMs)
    return { entries: dropped ?? 0, hourly, decisions, isDone: dropped === undefined }
  })
}

/** Drops the oldest day, if it is over and old enough. */
async function dropDay(client: PoolClient, beforeUnixMs: number): Promise<number | undefined> {
  const { rows } = await client.query<{ day: number }>(FIND_OLDEST)
  const day = rows[0]?.day
  if (day === undefined || (day + 1) * MS_PER_DAY > beforeUnixMs) return undefined
  const partition = `entries_${day}`
  // Nobody writes to a day that is over, unless a clock is wrong; then they wait.
  await client.query(`LOCK TABLE ${partition} IN SHARE ROW EXCLUSIVE MODE`)
  for (const sql of keepDroppedSums(partition, `corrections WHERE recorded_day = ${day}`)) {
    await client.query(sql)
  }
  for (const table of ['corrections', 'repricings']) {
    await client.query(`DELETE FROM ${table} WHERE recorded_day = ${day}`)
  }
  await client.query(`
    DELETE FROM unsettled USING ${partition} AS gone
    WHERE unsettled.trace_id = gone.trace_id AND unsettled.span_id = gone.span_id`)
  // Made anew of what is left, should more of these traces come.
  await client.query(`
    DELETE FROM long_traces WHERE trace_id IN (SELECT trace_id FROM ${partition})`)
  const { rowCount } = await client.query(`
    DELETE FROM ids USING ${partition} AS gone
    WHERE ids.trace_id = gone.trace_id AND ids.span_id = gone.span_id`)
  for (const table of ['relatives', 'traces']) {
    await client.query(`DELETE FROM ${table} WHERE recorded_day <= ${day}`)
  }
  await client.query(
    'UPDATE ledger SET entries_from_unix_ms = greatest(entries_from_unix_ms, $1)',
    [(day + 1) * MS_PER_DAY],
  )
  await dropPartition(client, partition)
  return rowCount ?? 0
}

async function dropPartition(client: PoolClient, partition: string): Promise<void> {
  await client.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`)
  for (let attempt = 1; ; attempt += 1) {
    await client.query('SAVEPOINT before_drop')
    try {
      await client.query(`DROP TABLE ${partition}`)
      return
    } catch (error) {
      if (attempt === LOCK_ATTEMPTS) throw error
      await client.query('ROLLBACK TO SAVEPOINT before_drop')
      await setTimeout(attempt * 20)
    }
  }
}

async function dropSums(client: PoolClient, beforeUnixMs: number): Promise<number> {
  const hour = BigInt(beforeUnixMs) / MS_PER_HOUR
  const gone = await client.query('DELETE FROM hourly WHERE hour < $1', [hour])
  const dropped = await client.query('DELETE FROM dropped_hourly WHERE hour < $1', [hour])
  const count = (gone.rowCount ?? 0) + (dropped.rowCount ?? 0)
  if (count > 0) {
    await client.query('UPDATE ledger SET hourly_from_hour = greatest(hourly_from_hour, $1)', [
      hour,
    ])
  }
  return count
}

/** Rows that are locked are counted in at this moment, and wait for the next pass. */
async function dropDecisions(client: PoolClient, beforeUnixMs: number): Promise<number> {
  const ended = await client.query(
    `DELETE FROM decisions WHERE request_id IN (
      SELECT request_id FROM decisions WHERE decided_at_unix_ms < $1 AND state <> 'held'
      FOR UPDATE SKIP LOCKED)`,
    [beforeUnixMs],
  )
  const counters = await client.query(
    `DELETE FROM counters WHERE (budget_id, window_id, key) IN (
      SELECT budget_id, window_id, key FROM counters
      WHERE window_start_unix_ms >= 0 AND window_start_unix_ms < $1 FOR UPDATE SKIP LOCKED)`,
    [toCounterStart(beforeUnixMs)],
  )
  return (ended.rowCount ?? 0) + (counters.rowCount ?? 0)
}
