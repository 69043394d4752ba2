import { DatabaseSync } from 'node:sqlite'
import { beforeEach, expect, test } from 'vitest'
import { migrate, readMigrations } from './sqlite-migrations.ts'

const FIRST = 'CREATE TABLE a (x INTEGER); CREATE TABLE b (x INTEGER)'
const SECOND = 'INSERT INTO a VALUES (2)'

let database: DatabaseSync
beforeEach(() => {
  database = new DatabaseSync(':memory:')
})

function readVersion(): unknown {
  return database.prepare('PRAGMA user_version').get()?.['user_version']
}

function countRows(table: string): unknown {
  return database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows']
}

test('the ledger has its tables', () => {
  migrate(database, readMigrations())
  for (const table of ['ledger', 'label_sets', 'entries', 'hourly', 'totals']) {
    expect(countRows(table)).toBe(0)
  }
  expect(readVersion()).toBe(readMigrations().length)
})

test('each migration runs once, in order, when its turn comes', () => {
  migrate(database, [FIRST])
  expect(readVersion()).toBe(1)
  migrate(database, [FIRST, SECOND])
  migrate(database, [FIRST, SECOND])
  expect(readVersion()).toBe(2)
  expect(countRows('a')).toBe(1)
})

test('when one fails, none of them has happened', () => {
  migrate(database, [FIRST])
  expect(() => migrate(database, [FIRST, SECOND, 'INSERT INTO missing VALUES (1)'])).toThrow(
    'no such table: missing',
  )
  expect(readVersion()).toBe(1)
  expect(countRows('a')).toBe(0)
  migrate(database, [FIRST, SECOND])
  expect(countRows('a')).toBe(1)
})

test('a database with more migrations than are known is refused', () => {
  migrate(database, [FIRST, SECOND])
  expect(() => migrate(database, [FIRST])).toThrow(
    'it has schema version 2, and this spancost knows versions up to 1',
  )
  expect(readVersion()).toBe(2)
})
