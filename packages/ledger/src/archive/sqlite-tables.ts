import { existsSync, renameSync, rmSync } from 'node:fs'
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { createByteWriter } from '../compact/bytes.ts'
import { readDetails, writeDetails } from '../compact/details.ts'
import { createWordBook } from '../compact/words.ts'
import { decodeDetails, encodeDetails } from '../stores/rows.ts'
import { openLedger } from '../stores/sqlite-open.ts'
import { prepare } from '../stores/sqlite-statements.ts'
import { MAKE_TRACE_HOURS } from '../stores/sqlite-trace-hours.ts'
import { createWords } from '../stores/sqlite-words.ts'
import {
  MOVED_TABLES,
  type Cell,
  type Table,
  type TableSource,
  type TableTarget,
} from './tables.ts'

const ROWS_PER_READ = 1000

/** Columns with bytes, which an archive has in hex. */
const BYTES = new Set(['trace_id', 'span_id', 'parent_span_id'])

/** @throws Error that names the path, if the file cannot be used; it must not be in use. */
export function openSqliteSource(path: string): TableSource {
  const { database, beganAtUnixMs } = openLedger(path, 2_000)
  const words = createWords(database).all
  return {
    beganAtUnixMs,
    tables: listTables(database),
    async *read(table) {
      const sql = `SELECT ${table.columns.join(', ')} FROM ${table.name}`
      const order = table.columns.includes('sequence') ? ' ORDER BY sequence' : ''
      const statement = database.prepare(sql + order)
      statement.setReadBigInts(true)
      let rows: Cell[][] = []
      for (const row of statement.iterate()) {
        rows.push(table.columns.map((name) => toCell(name, row[name]!, words)))
        if (rows.length < ROWS_PER_READ) continue
        yield rows
        rows = []
      }
      yield rows
    },
    close: () => Promise.resolve(database.close()),
  }
}

/** An archive has details as JSON. */
function toCell(column: string, value: unknown, words: readonly string[]): Cell {
  if (!(value instanceof Uint8Array)) return value as Cell
  if (column === 'details') return encodeDetails(readDetails(value, words))
  return Buffer.from(value).toString('hex')
}

function listTables(database: DatabaseSync): Table[] {
  const find = prepare<{ readonly name: string }>(
    database,
    'SELECT name FROM pragma_table_info(?) ORDER BY cid',
  )
  return MOVED_TABLES.map((name) => ({
    name,
    columns: find.all(name).map((column) => column.name),
  })).filter(({ columns }) => columns.length > 0)
}

/**
 * A new file, which is written beside its place and moved there in the end.
 * @throws Error if there is a file already.
 */
export function openSqliteTarget(path: string): TableTarget {
  if (existsSync(path)) throw new Error(`there is a ledger at ${path}: move it away first`)
  const unfinished = `${path}.importing`
  removeFiles(unfinished)
  const { database } = openLedger(unfinished, 2_000)
  database.exec('PRAGMA foreign_keys = OFF; BEGIN')
  const labelSets = new Map<string, bigint>()
  const pack = createDetailsPacker(database)
  const statements = new Map<string, ReturnType<typeof prepare>>()

  function insert(table: Table, cells: readonly Cell[]): void {
    const { name, columns } = table
    const sql = `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`
    const statement = statements.get(sql) ?? prepare(database, sql)
    statements.set(sql, statement)
    statement.run(...cells.map((cell, at) => toValue(table, columns[at]!, cell)))
  }

  function toValue(table: Table, column: string, cell: Cell): SQLInputValue {
    if (cell === null) return null
    if (BYTES.has(column)) return Buffer.from(String(cell), 'hex')
    if (column === 'details') return pack(String(cell))
    if (column === 'label_set') return findLabelSet(String(cell))
    if (table.name !== 'label_sets' || column !== 'id') return cell
    const id = BigInt(labelSets.size + 1)
    labelSets.set(String(cell), id)
    return id
  }

  function findLabelSet(name: string): bigint {
    const id = labelSets.get(name)
    if (id === undefined) throw new Error(`the archive lacks the label set ${name}`)
    return id
  }

  return {
    tables: listTables(database),
    write(table, rows) {
      // Its one row is there already.
      if (table.name === 'ledger') database.exec('DELETE FROM ledger')
      for (const cells of rows) insert(table, cells)
      // Bounds the log: the file is nobody's before it is finished.
      database.exec('COMMIT; BEGIN')
      return Promise.resolve()
    },
    finish(beganAtUnixMs) {
      prepare(database, 'UPDATE ledger SET began_at_unix_ms = ?').run(BigInt(beganAtUnixMs))
      database.exec(MAKE_TRACE_HOURS)
      database.exec('COMMIT')
      database.close()
      renameSync(unfinished, path)
      return Promise.resolve()
    },
    abort() {
      database.close()
      removeFiles(unfinished)
      return Promise.resolve()
    },
  }
}

/** Writes details as the ledger has them, and the words that they name. */
function createDetailsPacker(database: DatabaseSync): (json: string) => Uint8Array {
  const words = createWords(database)
  const book = createWordBook(words.all)
  const writer = createByteWriter()
  return (json) => {
    writeDetails(writer, decodeDetails(json), book)
    words.add(book.takeFresh())
    words.write()
    words.keep()
    return writer.take()
  }
}

function removeFiles(path: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
}
