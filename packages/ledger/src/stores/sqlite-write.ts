import type { DatabaseSync } from 'node:sqlite'
import { checkLimit } from '../check-entry.ts'
import type { Repricing } from '../entry.ts'
import type { Recorded, Settled, Store } from '../store.ts'
import { unpackEntries, type Batch } from './sqlite-batch.ts'
import type { Chargers } from './sqlite-budgets.ts'
import { createCorrectionWriter } from './sqlite-corrections.ts'
import { createEntryWriter } from './sqlite-entries.ts'
import { createLabelSets } from './sqlite-label-sets.ts'
import { createSettler } from './sqlite-settle.ts'
import { createRepricer } from './sqlite-reprice.ts'
import { prepare, runTransaction } from './sqlite-statements.ts'
import { createEntrySums } from './sqlite-sums.ts'
import { ADD_CORRECTIONS } from './sqlite-trace-hours.ts'
import type { TraceIndex } from './sqlite-trace-index.ts'
import type { TraceReader } from './sqlite-traces.ts'
import type { Words } from './sqlite-words.ts'
import {
  FIGURES,
  SELECT_DECREASES,
  SELECT_INCREASES,
  selectAdded,
  SUM_TABLES,
  type SumTable,
} from './sum-lines.ts'

const FIND_LAST = 'SELECT coalesce(max(sequence), 0) AS sequence FROM corrections'

export interface Writer {
  record(batch: Batch): readonly Recorded[]
  settle(query: Parameters<Store['settle']>[0]): Settled
  reprice(repricings: readonly Repricing[]): number
}

/** What the writer shares with those who read. */
export interface Shared {
  readonly budgets: Chargers
  readonly index: TraceIndex
  readonly traces: TraceReader
  readonly words: Words
}

/**
 * Writes to the ledger, and brings the sums along, in one transaction each: either all of it is on
 * disk when the answer is returned, or it throws and nothing is.
 */
export function createWriter(
  database: DatabaseSync,
  { budgets, index, traces, words }: Shared,
): Writer {
  const labelSets = createLabelSets(database)
  const corrections = createCorrectionWriter(database)
  const sums = createEntrySums(database)
  const entries = createEntryWriter(database, { labelSets, corrections, traces, index, sums })
  const settle = createSettler(database, corrections, traces)
  const reprice = createRepricer(database, traces, words.all)
  const findLast = prepare<{ readonly sequence: bigint }>(database, FIND_LAST)
  const addCorrections = [
    prepare(database, addInto('hourly', selectCorrections(FIGURES.join(', ')))),
    prepare(database, addInto('totals', selectCorrections(SELECT_INCREASES))),
    prepare(database, addInto('reversals', selectCorrections(SELECT_DECREASES))),
    prepare(database, ADD_CORRECTIONS),
  ]

  function change<Result>(fresh: number, work: (nowMs: bigint) => Result): Result {
    const begun = index.begin(fresh)
    const lastEntry = entries.last()
    try {
      return runTransaction(database, () => {
        const before = findLast.get()!.sequence
        const result = work(BigInt(Date.now()))
        sums.write()
        if (findLast.get()!.sequence > before) for (const add of addCorrections) add.run(before)
        budgets.charge(BigInt(lastEntry), before)
        return result
      })
    } catch (error) {
      index.undo(begun)
      entries.reset(lastEntry)
      sums.forget()
      labelSets.forget()
      budgets.forget()
      throw error
    }
  }

  return {
    record(batch) {
      words.add(batch.words)
      const recorded = change(batch.entries, (nowMs) => {
        words.write()
        budgets.settle(batch.holds)
        return entries.write(unpackEntries(batch), batch.relatives, nowMs)
      })
      words.keep()
      return recorded
    },
    settle({ beforeUnixMs, limit }) {
      const most = checkLimit(limit)
      return change(0, (nowMs) => settle(BigInt(beforeUnixMs), most, nowMs))
    },
    reprice: (repricings) => change(0, (nowMs) => reprice(repricings, nowMs)),
  }
}

function selectCorrections(figures: string): string {
  return `SELECT hour, label_set, status, error_type, ${figures} FROM corrections WHERE sequence > ?`
}

/**
 * Adds lines to a table of sums. It reads the very rows that the transaction has just written, so
 * sums and entries cannot part.
 */
function addInto(table: SumTable, selectLines: string): string {
  const { key, figures } = SUM_TABLES[table]
  const adding = figures.map((name) => `${name} = ${name} + excluded.${name}`)
  return `
    INSERT INTO ${table} (${[...key, ...figures].join(', ')})
    SELECT ${key.join(', ')}, ${selectAdded(figures)} FROM (${selectLines})
    WHERE true GROUP BY ${key.join(', ')}
    ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${adding.join(', ')}`
}
