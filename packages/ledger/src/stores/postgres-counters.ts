import type { PoolClient } from 'pg'
import type { Counter, CounterId } from '@spancost/budget'
import {
  compareSpent,
  decodeCounter,
  EMPTY_COUNTER,
  encodeCounter,
  textOf,
} from '../budget-accounts.ts'
import type { CounterState } from '../budgets.ts'
import { ask } from './postgres-client.ts'
import { askRows, insertInto, unnest, type Column } from './postgres-statements.ts'

const ID: readonly Column[] = [
  ['budget_id', 'text'],
  ['window_id', 'text'],
  ['key', 'text'],
]
const OF_IDS = `(budget_id, window_id, key) IN (SELECT * FROM ${unnest(ID)})`
const FIND = `SELECT * FROM counters WHERE ${OF_IDS}`
const MAKE = `
  ${insertInto('counters', [...ID, ['window_start_unix_ms', 'bigint'], ['counter', 'text']])}
  ON CONFLICT DO NOTHING`
const LOCK = `${FIND} ORDER BY budget_id, window_id, key FOR UPDATE`
const WRITE = `
  UPDATE counters SET counter = given.counter
  FROM ${unnest([...ID, ['counter', 'text']])} AS given (budget_id, window_id, key, counter)
  WHERE counters.budget_id = given.budget_id AND counters.window_id = given.window_id
    AND counters.key = given.key`
const LIST = 'SELECT * FROM counters WHERE budget_id = $1 AND window_id = $2'
const LIST_SINCE = `
  SELECT * FROM counters WHERE budget_id = $1 AND greatest(0, window_start_unix_ms) >= $2
  ORDER BY budget_id, window_id, key FOR UPDATE`

interface CounterRow {
  readonly budget_id: string
  readonly window_id: string
  readonly key: string
  readonly window_start_unix_ms: bigint
  readonly counter: string
}

/** A counter that is to be changed, and when its window begins. */
export interface Place {
  readonly id: CounterId
  readonly windowStartUnixMs: number
}

/** By `textOf`; what nobody has counted in is left out. */
export async function findCounters(
  client: Pick<PoolClient, 'query'>,
  ids: readonly CounterId[],
): Promise<Map<string, Counter>> {
  const rows = await askRows<CounterRow>(client, 'find_counters', FIND, ids.map(toRow))
  return toMap(rows)
}

/** Makes the counters that are missing, and locks all of them until the end of the transaction. */
export async function lockCounters(
  client: PoolClient,
  places: readonly Place[],
): Promise<Map<string, Counter>> {
  const sorted = [...places].sort((a, b) => (textOf(a.id) < textOf(b.id) ? -1 : 1))
  const made = sorted.map(({ id, windowStartUnixMs: startMs }) => [
    ...toRow(id),
    Number.isFinite(startMs) ? startMs : -1,
    encodeCounter(EMPTY_COUNTER),
  ])
  await askRows(client, 'make_counters', MAKE, made)
  const ids = sorted.map(({ id }) => toRow(id))
  return toMap(await askRows<CounterRow>(client, 'lock_counters', LOCK, ids))
}

/** Of counters that are locked. */
export async function writeCounters(
  client: PoolClient,
  counters: readonly (readonly [CounterId, Counter])[],
): Promise<void> {
  const rows = counters.map(([id, counter]) => [...toRow(id), encodeCounter(counter)])
  await askRows(client, 'write_counters', WRITE, rows)
}

/** Nothing is spent any more in a budget's windows from one on; what is held stays. */
export async function clearCounters(
  client: PoolClient,
  budgetId: string,
  fromUnixMs: number,
): Promise<void> {
  const rows = await ask<CounterRow>(client, 'counters_since', LIST_SINCE, [budgetId, fromUnixMs])
  const cleared = rows.map((row) => {
    const { held } = decodeCounter(row.counter)
    return [toId(row), { ...EMPTY_COUNTER, held }] as const
  })
  await writeCounters(client, cleared)
}

export async function listCounterStates(
  client: Parameters<typeof ask>[0],
  query: { readonly budgetId: string; readonly windowId: string; readonly limit: bigint },
): Promise<readonly CounterState[]> {
  const { budgetId, windowId, limit } = query
  const rows = await ask<CounterRow>(client, 'list_counters', LIST, [budgetId, windowId])
  const states = rows.map((row): CounterState => ({
    ...decodeCounter(row.counter),
    key: row.key,
    windowId,
  }))
  return states.sort(compareSpent).slice(0, Number(limit))
}

function toRow({ budgetId, windowId, key }: CounterId): string[] {
  return [budgetId, windowId, key]
}

function toId(row: CounterRow): CounterId {
  return { budgetId: row.budget_id, windowId: row.window_id, key: row.key }
}

function toMap(rows: readonly CounterRow[]): Map<string, Counter> {
  return new Map(rows.map((row) => [textOf(toId(row)), decodeCounter(row.counter)]))
}
