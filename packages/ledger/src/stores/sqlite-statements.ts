import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** A prepared statement whose rows are as its SQL says. Integers are read as bigint. */
export interface Statement<Row> {
  all(...values: SQLInputValue[]): Row[]
  get(...values: SQLInputValue[]): Row | undefined
  run(...values: SQLInputValue[]): {
    readonly lastInsertRowid: number | bigint
    readonly changes: number | bigint
  }
}

/** `Row` is a promise of the caller: nothing checks it against the SQL. */
export function prepare<Row = never>(database: DatabaseSync, sql: string): Statement<Row> {
  const statement: StatementSync = database.prepare(sql)
  statement.setReadBigInts(true)
  return statement as unknown as Statement<Row>
}

/** Commits what `work` did, or undoes all of it and throws what `work` threw. */
export function runTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    rollBack(database)
    throw error
  }
}

/** SQLite rolls back by itself after some errors, such as a full disk; a second time is an error. */
function rollBack(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // The transaction is gone, which is all that was wanted.
  }
}
