import type { DatabaseSync } from 'node:sqlite'
import type { Counter, CounterId } from '@spancost/budget'
import {
  addChange,
  compareSpent,
  decodeCounter,
  EMPTY_COUNTER,
  encodeCounter,
  textOf,
  type CounterChange,
} from '../budget-accounts.ts'
import type { CounterState } from '../budgets.ts'
import { prepare } from './sqlite-statements.ts'

/**
 * The counters, as they are within the transaction that is open. Nobody else writes to the file, so
 * what was read is kept; what is changed is written by `flush`, once for all decisions that share a
 * commit.
 */
export interface Counters {
  get(id: CounterId): Counter
  /** `startMs`: where its window begins, of a counter that is not there yet. */
  put(id: CounterId, startMs: number, counter: Counter): void
  add(change: CounterChange): void
  /** Nothing is spent any more in a budget's windows from one on; what is held stays. */
  clear(budgetId: string, fromUnixMs: number): void
  /** Of what is committed. */
  list(budgetId: string, windowId: string, limit: number): readonly CounterState[]
  /** Before a commit. */
  flush(): void
  /** After a rollback. */
  forget(): void
}

const UPSERT = `
  INSERT INTO counters (budget_id, window_id, key, window_start_unix_ms, counter)
  VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (budget_id, window_id, key) DO UPDATE SET counter = excluded.counter`

/** Some 500 bytes each. */
const MAX_KEPT = 50_000

interface CounterRow {
  readonly window_id: string
  readonly key: string
  readonly window_start_unix_ms: bigint
  readonly counter: string
}

interface Changed {
  readonly id: CounterId
  readonly startMs: number
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
  const kept = new Map<string, Counter>()
  const changed = new Map<string, Changed>()

  function get(id: CounterId): Counter {
    const text = textOf(id)
    const known = kept.get(text)
    if (known !== undefined) return known
    const row = find.get(id.budgetId, id.windowId, id.key)
    const counter = row === undefined ? EMPTY_COUNTER : decodeCounter(row.counter)
    kept.set(text, counter)
    return counter
  }

  function put(id: CounterId, startMs: number, counter: Counter): void {
    const text = textOf(id)
    kept.set(text, counter)
    if (!changed.has(text)) changed.set(text, { id, startMs })
  }

  function flush(): void {
    for (const [text, { id, startMs }] of changed) {
      const start = BigInt(Number.isFinite(startMs) ? startMs : -1)
      upsert.run(id.budgetId, id.windowId, id.key, start, encodeCounter(kept.get(text)!))
    }
    changed.clear()
    if (kept.size > MAX_KEPT) kept.clear()
  }

  return {
    get,
    put,
    add: (change) => put(change.id, change.windowStartUnixMs, addChange(get(change.id), change)),
    clear(budgetId, fromUnixMs) {
      flush()
      for (const row of listSince.all(budgetId, BigInt(fromUnixMs))) {
        const { held } = decodeCounter(row.counter)
        const id = { budgetId, windowId: row.window_id, key: row.key }
        put(id, Number(row.window_start_unix_ms), { ...EMPTY_COUNTER, held })
      }
    },
    list(budgetId, windowId, limit) {
      const states = listOf.all(budgetId, windowId).map((row): CounterState => ({
        ...decodeCounter(row.counter),
        key: row.key,
        windowId,
      }))
      return states.sort(compareSpent).slice(0, limit)
    },
    flush,
    forget() {
      kept.clear()
      changed.clear()
    },
  }
}
