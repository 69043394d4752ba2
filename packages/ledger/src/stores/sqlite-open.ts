import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { checkAge, checkIsLedger, migrate, readMigrations } from './sqlite-migrations.ts'

/**
 * How a ledger's file is opened. One process serves it: `locking_mode=EXCLUSIVE` takes the lock of
 * the file itself at the first access and keeps it until the database is closed. The kernel drops it
 * when the process dies, so there is no lock file to go stale, and no other program can write behind
 * our back. The price: nobody else can read the file meanwhile.
 */

/**
 * - WAL with `synchronous=FULL`: a commit is one appended and flushed write.
 * - Foreign keys are on: they cost a look-up in a small table per row, and turn a wrong label set id
 *   into an error instead of a sum under someone else's name.
 * - The log is brought into the file every 16 MiB, instead of every 4: what is written again in
 *   between, such as sums, is brought there once.
 * - 32 MiB of cache.
 */
const PRAGMAS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA cache_size = -32768;
  PRAGMA wal_autocheckpoint = 4000;
`

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html), in words for people. */
const REASONS: Readonly<Record<number, string>> = {
  5: 'another process is using it; a SQLite ledger serves one process at a time',
  14: 'it cannot be opened; it may be a folder, or its folder may not be writable',
  26: 'it is not an SQLite database',
}

/**
 * Opens and migrates the ledger's file; creates it and its folder where they are missing.
 * @throws Error that names the path and says what is in the way.
 */
export function openLedger(
  path: string,
  busyTimeoutMs: number,
): { readonly database: DatabaseSync; readonly beganAtUnixMs: number } {
  let database: DatabaseSync | undefined
  try {
    mkdirSync(dirname(path), { recursive: true })
    checkAccess(path)
    const { DatabaseSync } = loadSqlite()
    database = new DatabaseSync(path)
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA locking_mode = EXCLUSIVE`)
    checkIsLedger(database)
    checkAge(database)
    database.exec(PRAGMAS)
    migrate(database, readMigrations())
    return { database, beganAtUnixMs: beginLedger(database) }
  } catch (error) {
    database?.close()
    throw new Error(`cannot open the ledger ${path}: ${explain(error)}`, { cause: error })
  }
}

/**
 * SQLite opens a file that it may not write for reading, and then says that it is locked. (Trying to
 * open it here would not do: closing a file drops the locks that this process has on it.)
 */
function checkAccess(path: string): void {
  if (!existsSync(path)) return
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
  } catch (error) {
    throw new Error('this user may not both read and write it', { cause: error })
  }
}

/** Writes down when the ledger began, once; later it is only read. */
function beginLedger(database: DatabaseSync): number {
  database
    .prepare('INSERT INTO ledger (id, began_at_unix_ms) VALUES (1, ?) ON CONFLICT (id) DO NOTHING')
    .run(BigInt(Date.now()))
  return Number(database.prepare('SELECT began_at_unix_ms FROM ledger').get()?.['began_at_unix_ms'])
}

/** What is in the way, in words for people. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (!('errcode' in error) || typeof error.errcode !== 'number') return error.message
  // The upper bits of an extended code only refine the primary one.
  const reason = REASONS[error.errcode & 0xff]
  return reason === undefined ? error.message : `${reason} (SQLite: ${error.message})`
}

/**
 * Node 22 warns once, when `node:sqlite` is first loaded, that it is experimental; we know, and our
 * users cannot do anything about it. Loading is synchronous, so no other warning is caught here.
 */
function loadSqlite() {
  const { emitWarning } = process
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (rest[0] === 'ExperimentalWarning' && String(warning).includes('SQLite')) return
    Reflect.apply(emitWarning, process, [warning, ...rest])
  }
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emitWarning
  }
}
