import type { DatabaseSync } from 'node:sqlite'
import { COST_BUCKETS } from '../cost-buckets.ts'
import { METRIC_ENTRY_COLUMNS } from './metric-columns.ts'
import { SUM_COLUMNS } from './rows.ts'
import type { PackedEntry } from './sqlite-batch.ts'
import { prepare } from './sqlite-statements.ts'
import { SUM_TABLES } from './sum-lines.ts'

/**
 * What the entries of a transaction add to the sums: added up in memory, and then to the rows, one
 * statement for each row that changes.
 */
export interface EntrySums {
  /** An entry that counts. */
  add(entry: CountedEntry, labelSet: number): void
  /** Adds them to `hourly` and `totals`, within the transaction that is open. */
  write(): void
  /** After a rollback. */
  forget(): void
}

type CountedEntry = Pick<PackedEntry, 'hour' | 'status' | 'errorType' | 'figures' | 'figuresAt'>

/** A row to add to: the values of its key, and figures in the order of its table. */
interface Row {
  readonly key: readonly (number | string)[]
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
      const added = Array.from(figures)
      if (beyond === undefined) statement.run(...key, ...added)
      else statement.run(...key, ...beyond.map((value, at) => value + BigInt(added[at]!)))
    }
  }

  function forget(): void {
    hourly.clear()
    totals.clear()
  }

  return {
    add(entry, labelSet) {
      const { hour, status, errorType } = entry
      const inHour = findRow(hourly, `${hour} ${labelSet} ${status}`, BUCKETS_AT, () => [
        hour,
        labelSet,
        status,
      ])
      const inAll = findRow(totals, `${labelSet} ${status} ${errorType}`, TOTAL_FIGURES, () => [
        labelSet,
        status,
        errorType,
      ])
      addSums(inHour, entry)
      addSums(inAll, entry)
      addMetrics(inAll, entry)
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

function addSums(row: Row, { figures, figuresAt }: CountedEntry): void {
  row.figures[0]! += 1
  for (let at = 0; at < SUM_COLUMNS.length; at += 1)
    addFigure(row, at + 1, figures[figuresAt + at]!)
}

function addMetrics(row: Row, { figures, figuresAt }: CountedEntry): void {
  const metricsAt = figuresAt + SUM_COLUMNS.length
  const bucket = Number(figures[metricsAt]!)
  if (bucket >= 0) row.figures[BUCKETS_AT + bucket]! += 1
  for (let at = 0; at < CACHE_COLUMNS; at += 1) {
    addFigure(row, BUCKETS_AT + COST_BUCKETS + at, figures[metricsAt + 1 + at]!)
  }
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
