import type { DatabaseSync } from 'node:sqlite'
import { COST_BUCKETS } from '../cost-buckets.ts'
import { METRIC_ENTRY_COLUMNS } from './metric-columns.ts'
import { SUM_COLUMNS } from './rows.ts'
import { prepare } from './sqlite-statements.ts'
import { SUM_TABLES } from './sum-lines.ts'

/**
 * What the entries of a transaction add to the sums: added up in memory, and then to the rows, one
 * statement for each row that changes.
 */
export interface EntrySums {
  /** `figures`: the values of `SUM_COLUMNS` and `METRIC_ENTRY_COLUMNS` of an entry that counts. */
  add(entry: CountedEntry, labelSet: bigint): void
  /** Adds them to `hourly` and `totals`, within the transaction that is open. */
  write(): void
  /** After a rollback. */
  forget(): void
}

interface CountedEntry {
  readonly hour: number
  readonly status: string
  readonly errorType: string
  readonly figures: Float64Array | BigInt64Array
}

/** A row to add to: the values of its key, and figures in the order of its table. */
interface Row {
  readonly key: readonly (number | bigint | string)[]
  readonly figures: Float64Array
  /** What is no longer exact as a double. */
  beyond: bigint[] | undefined
}

const BUCKETS_AT = 1 + SUM_COLUMNS.length
const CACHE_COLUMNS = METRIC_ENTRY_COLUMNS.length - 1
const TOTAL_FIGURES = BUCKETS_AT + COST_BUCKETS + CACHE_COLUMNS

export function createEntrySums(database: DatabaseSync): EntrySums {
  const addHourly = prepare(database, addTo('hourly'))
  const addTotals = prepare(database, addTo('totals'))
  const hourly = new Map<string, Row>()
  const totals = new Map<string, Row>()

  function write(rows: ReadonlyMap<string, Row>, statement: typeof addHourly): void {
    for (const { key, figures, beyond } of rows.values()) {
      if (beyond === undefined) statement.run(...key, ...figures)
      else statement.run(...key, ...beyond.map((value, at) => value + BigInt(figures[at]!)))
    }
  }

  function forget(): void {
    hourly.clear()
    totals.clear()
  }

  return {
    add({ hour, status, errorType, figures }, labelSet) {
      const inHour = findRow(hourly, `${hour} ${labelSet} ${status}`, BUCKETS_AT, () => [
        hour,
        labelSet,
        status,
      ])
      addSums(inHour, figures)
      const inAll = findRow(totals, `${labelSet} ${status} ${errorType}`, TOTAL_FIGURES, () => [
        labelSet,
        status,
        errorType,
      ])
      addSums(inAll, figures)
      const bucket = Number(figures[SUM_COLUMNS.length]!)
      if (bucket >= 0) inAll.figures[BUCKETS_AT + bucket]! += 1
      for (let at = 1; at <= CACHE_COLUMNS; at += 1) {
        addFigure(inAll, BUCKETS_AT + COST_BUCKETS + at - 1, figures[SUM_COLUMNS.length + at]!)
      }
    },
    write() {
      write(hourly, addHourly)
      write(totals, addTotals)
      forget()
    },
    forget,
  }
}

function findRow(
  rows: Map<string, Row>,
  name: string,
  figures: number,
  createKey: () => Row['key'],
): Row {
  const known = rows.get(name)
  if (known !== undefined) return known
  const row: Row = { key: createKey(), figures: new Float64Array(figures), beyond: undefined }
  rows.set(name, row)
  return row
}

function addSums(row: Row, figures: CountedEntry['figures']): void {
  row.figures[0]! += 1
  for (let at = 0; at < SUM_COLUMNS.length; at += 1) addFigure(row, at + 1, figures[at]!)
}

function addFigure(row: Row, at: number, figure: number | bigint): void {
  if (typeof figure === 'number') {
    const sum = row.figures[at]! + figure
    // A sum within 2^53 was not rounded.
    if (Math.abs(sum) <= Number.MAX_SAFE_INTEGER) {
      row.figures[at] = sum
      return
    }
  }
  row.beyond ??= Array.from({ length: row.figures.length }, () => 0n)
  row.beyond[at]! += BigInt(figure)
}

/** The casts keep SQLite from adding in doubles what is a double here. */
function addTo(table: 'hourly' | 'totals'): string {
  const { key, figures } = SUM_TABLES[table]
  const values = [...key.map(() => '?'), ...figures.map(() => 'CAST(? AS INTEGER)')]
  const adding = figures.map((name) => `${name} = ${name} + excluded.${name}`)
  return `
    INSERT INTO ${table} (${[...key, ...figures].join(', ')}) VALUES (${values.join(', ')})
    ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${adding.join(', ')}`
}
