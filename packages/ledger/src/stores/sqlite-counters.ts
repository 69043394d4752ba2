import type { DatabaseSync } from 'node:sqlite'
import type { Amounts, Counter, CounterId } from '@spancost/budget'
import {
  addChange,
  addHeld,
  compareSpent,
  decodeExact,
  EMPTY_COUNTER,
  encodeExact,
  type CounterChange,
} from '../budget-accounts.ts'
import type { CounterState } from '../budgets.ts'
import { prepare } from './sqlite-statements.ts'

/** Within the transaction that is open, where something is written. */
export interface Counters {
  get(id: CounterId): Counter
  add(change: CounterChange): void
  /** Reserves amounts, or gives them back. */
  hold(id: CounterId, amounts: Amounts, times: 1n | -1n, windowStartUnixMs?: number): void
  /** Nothing is spent any more in a budget's windows from one on; what is held stays. */
  clear(budgetId: string, fromUnixMs: number): void
  list(budgetId: string, windowId: string, limit: number): readonly CounterState[]
}

const UPSERT = `
  INSERT INTO counters (budget_id, window_id, key, window_start_unix_ms, counter)
  VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (budget_id, window_id, key) DO UPDATE SET counter = excluded.counter`

interface CounterRow {
  readonly window_id: string
  readonly key: string
  readonly window_start_unix_ms: bigint
  readonly counter: string
}

export function createCounters(database: DatabaseSync): Counters {
  const find = prepare<Pick<CounterRow, 'counter'>>(
    database,
    'SELECT counter FROM counters WHERE budget_id = ? AND window_id = ? AND key = ?',
  )
  const upsert = prepare(database, UPSERT)
  const listSince = prepare<CounterRow>(
    database,
    'SELECT * FROM counters WHERE budget_id = ? AND max(0, window_start_unix_ms) >= ?',
  )
  const listOf = prepare<CounterRow>(
    database,
    'SELECT * FROM counters WHERE budget_id = ? AND window_id = ?',
  )

  function get({ budgetId, windowId, key }: CounterId): Counter {
    const row = find.get(budgetId, windowId, key)
    return row === undefined ? EMPTY_COUNTER : decodeExact<Counter>(row.counter)
  }

  function put(id: CounterId, startMs: number, counter: Counter): void {
    const start = BigInt(Number.isFinite(startMs) ? startMs : -1)
    upsert.run(id.budgetId, id.windowId, id.key, start, encodeExact(counter))
  }

  return {
    get,
    add(change) {
      put(change.id, change.windowStartUnixMs, addChange(get(change.id), change))
    },
    hold(id, amounts, times, windowStartUnixMs = 0) {
      put(id, windowStartUnixMs, addHeld(get(id), amounts, times))
    },
    clear(budgetId, fromUnixMs) {
      for (const row of listSince.all(budgetId, BigInt(fromUnixMs))) {
        const { held } = decodeExact<Counter>(row.counter)
        const id = { budgetId, windowId: row.window_id, key: row.key }
        const start = Number(row.window_start_unix_ms)
        put(id, start < 0 ? -Infinity : start, { ...EMPTY_COUNTER, held })
      }
    },
    list(budgetId, windowId, limit) {
      const states = listOf.all(budgetId, windowId).map((row): CounterState => ({
        ...decodeExact<Counter>(row.counter),
        key: row.key,
        windowId,
      }))
      return states.sort(compareSpent).slice(0, limit)
    },
  }
}
