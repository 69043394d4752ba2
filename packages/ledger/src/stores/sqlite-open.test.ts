import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createSampleEntry } from '../testing/sample-entries.ts'
import { openSqliteStore } from './sqlite.ts'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'))
  path = join(folder, 'ledger.db')
})
afterEach(() => rmSync(folder, { recursive: true }))

function writeDatabase(sql: string): void {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

test('missing folders are created', async () => {
  const deep = join(folder, 'a', 'b', 'ledger.db')
  const store = await openSqliteStore({ path: deep })
  await store.close()
  expect(existsSync(deep)).toBe(true)
})

test.each([false, true])(
  'a second opener is refused (ledger there before: %s)',
  async (existing) => {
    if (existing) await (await openSqliteStore({ path })).close()
    const store = await openSqliteStore({ path })
    await expect(openSqliteStore({ path, busyTimeoutMs: 0 })).rejects.toThrow(
      `cannot open the ledger ${path}: another process is using it; ` +
        'a SQLite ledger serves one process at a time',
    )
    // The refused one has not taken the lock away, nor the ledger.
    await store.record([createSampleEntry()])
    await expect(openSqliteStore({ path, busyTimeoutMs: 0 })).rejects.toThrow('another process')
    await store.close()

    const next = await openSqliteStore({ path, busyTimeoutMs: 0 })
    expect(await next.totals()).toHaveLength(1)
    await next.close()
  },
)

test('a file that is no database is refused, and left as it is', async () => {
  const content = 'these are not the bytes of a database\n'.repeat(99)
  writeFileSync(path, content)
  await expect(openSqliteStore({ path })).rejects.toThrow(
    `cannot open the ledger ${path}: it is not an SQLite database`,
  )
  expect(readFileSync(path, 'utf8')).toBe(content)
})

test.each(['CREATE TABLE dashboards (id)', 'PRAGMA user_version = 1', 'PRAGMA application_id = 9'])(
  "another program's database is refused, and left as it is: %s",
  async (sql) => {
    writeDatabase(sql)
    const content = readFileSync(path)
    await expect(openSqliteStore({ path })).rejects.toThrow(
      `cannot open the ledger ${path}: it is an SQLite database, but not a spancost ledger`,
    )
    expect(readFileSync(path)).toEqual(content)
  },
)

test('a ledger of a newer spancost is refused', async () => {
  await (await openSqliteStore({ path })).close()
  writeDatabase('PRAGMA user_version = 1000')
  await expect(openSqliteStore({ path })).rejects.toThrow(
    `cannot open the ledger ${path}: it has schema version 1000, and this spancost knows versions`,
  )
})

test('a ledger from before the schema was settled is refused', async () => {
  await (await openSqliteStore({ path })).close()
  writeDatabase('PRAGMA user_version = 6')
  await expect(openSqliteStore({ path })).rejects.toThrow(
    `cannot open the ledger ${path}: it has schema version 6, from before the first release`,
  )
})

test('a folder in the place of the file, or a file in the place of a folder, is refused', async () => {
  mkdirSync(path)
  await expect(openSqliteStore({ path })).rejects.toThrow(
    `cannot open the ledger ${path}: it cannot be opened; it may be a folder`,
  )
  const file = join(folder, 'file')
  writeFileSync(file, '')
  const below = join(file, 'ledger.db')
  await expect(openSqliteStore({ path: below })).rejects.toThrow(
    `cannot open the ledger ${below}: `,
  )
})

test('opening warns of nothing, and leaves later warnings alone', async () => {
  const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const store = await openSqliteStore({ path })
  expect(emitWarning).not.toHaveBeenCalled()
  process.emitWarning('SQLite is an experimental feature', 'ExperimentalWarning')
  expect(emitWarning).toHaveBeenCalledOnce()
  await store.close()
  emitWarning.mockRestore()
})
