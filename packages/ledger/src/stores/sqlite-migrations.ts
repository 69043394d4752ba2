import { readdirSync, readFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { runTransaction } from './sqlite-statements.ts'

/** Marks a file as ours ("spco"), so that no other program's database is ever changed. */
const APPLICATION_ID = 0x7370636f

/** The same place seen from `src/stores` and from `dist/stores`. */
const SQL_FOLDER = new URL('../../sql/sqlite/', import.meta.url)

/** The SQL of `0001.sql`, `0002.sql` and so on, in their order. */
export function readMigrations(): readonly string[] {
  const names = readdirSync(SQL_FOLDER).filter((name) => /^\d{4}\.sql$/.test(name))
  return names.sort().map((name) => readFileSync(new URL(name, SQL_FOLDER), 'utf8'))
}

/** @throws Error unless the database is a ledger, or has nothing in it yet. Only reads. */
export function checkIsLedger(database: DatabaseSync): void {
  const id = readPragma(database, 'application_id')
  if (id === APPLICATION_ID) return
  const isNew = id === 0 && readPragma(database, 'user_version') === 0 && !hasTables(database)
  if (!isNew) throw new Error('it is an SQLite database, but not a spancost ledger')
}

/** Before the first release, entries were changed in place; ledgers of that time have other ones. */
const OLDEST_VERSION = 7

/** @throws Error if the ledger was made before its schema was settled. */
export function checkAge(database: DatabaseSync): void {
  const version = readPragma(database, 'user_version')
  if (version === 0 || version >= OLDEST_VERSION) return
  throw new Error(
    `it has schema version ${version}, from before the first release: begin a new one`,
  )
}

/**
 * Brings a ledger to the newest schema, in one transaction: all of it or nothing. `user_version`
 * says how many migrations it has seen.
 * @throws Error if it has seen more than there are.
 */
export function migrate(database: DatabaseSync, migrations: readonly string[]): void {
  runTransaction(database, () => {
    const version = readPragma(database, 'user_version')
    if (version > migrations.length) {
      throw new Error(
        `it has schema version ${version}, and this spancost knows versions up to ` +
          `${migrations.length}: use the newer spancost that wrote it`,
      )
    }
    for (const sql of migrations.slice(version)) database.exec(sql)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  })
}

function hasTables(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined
}

function readPragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name])
}
