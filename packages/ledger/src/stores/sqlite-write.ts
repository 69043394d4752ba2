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
import {
  FIGURES,
  SELECT_DECREASES,
  SELECT_INCREASES,
  SELECT_OF_ENTRY,
  selectAdded,
  SUM_TABLES,
  type SumTable,
} from './sum-lines.ts'

const FIND_LAST = `
  SELECT (SELECT coalesce(max(sequence), 0) FROM entries) AS entry,
    (SELECT coalesce(max(sequence), 0) FROM corrections) AS correction`

const COUNTED = `
  SELECT hour, label_set, status, error_type, ${SELECT_OF_ENTRY}
  FROM entries WHERE sequence > ? AND standing = 'counted'`

export interface Writer {
  record(batch: Batch): readonly Recorded[]
  settle(query: Parameters<Store['settle']>[0]): Settled
  reprice(repricings: readonly Repricing[]): number
}

/**
 * Writes to the ledger, and brings the sums along, in one transaction each: either all of it is on
 * disk when the answer is returned, or it throws and nothing is.
 */
export function createWriter(database: DatabaseSync, budgets: Chargers): Writer {
  const labelSets = createLabelSets(database)
  const corrections = createCorrectionWriter(database)
  const writeEntries = createEntryWriter(database, labelSets, corrections)
  const settle = createSettler(database, corrections)
  const reprice = createRepricer(database)
  const findLast = prepare<{ readonly entry: bigint; readonly correction: bigint }>(
    database,
    FIND_LAST,
  )
  const addEntries = [
    prepare(database, addInto('hourly', COUNTED)),
    prepare(database, addInto('totals', COUNTED)),
  ]
  const addCorrections = [
    prepare(database, addInto('hourly', selectCorrections(FIGURES.join(', ')))),
    prepare(database, addInto('totals', selectCorrections(SELECT_INCREASES))),
    prepare(database, addInto('reversals', selectCorrections(SELECT_DECREASES))),
  ]

  function change<Result>(work: (nowMs: bigint) => Result): Result {
    try {
      return runTransaction(database, () => {
        const before = findLast.get()!
        const result = work(BigInt(Date.now()))
        const after = findLast.get()!
        if (after.entry > before.entry) for (const add of addEntries) add.run(before.entry)
        if (after.correction > before.correction) {
          for (const add of addCorrections) add.run(before.correction)
        }
        budgets.charge(before.entry, before.correction)
        return result
      })
    } catch (error) {
      labelSets.forget()
      budgets.forget()
      throw error
    }
  }

  return {
    record: (batch) =>
      change((nowMs) => {
        budgets.settle(batch.holds)
        return writeEntries(unpackEntries(batch), batch.relatives, nowMs)
      }),
    settle({ beforeUnixMs, limit }) {
      const most = checkLimit(limit)
      return change((nowMs) => settle(BigInt(beforeUnixMs), most, nowMs))
    },
    reprice: (repricings) => change((nowMs) => reprice(repricings, nowMs)),
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
