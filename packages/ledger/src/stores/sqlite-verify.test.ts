import { mkdtempSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordRepricings } from '../testing/planted-faults.ts'
import { createSampleEntry } from '../testing/sample-entries.ts'
import { createVerifier } from './sqlite-verify.ts'
import { openSqliteStore } from './sqlite.ts'

/** Columns that nothing else in the ledger says again, as docs/ledger.md tells; all others are found. */
const NOT_FOUND: Readonly<Record<string, readonly string[]>> = {
  entries: [
    'sequence',
    'span_id',
    'parent_span_id',
    'hour_nano',
    'recorded_at_unix_ms',
    'role',
    'response_hash',
    'details',
  ],
  hourly: [],
  totals: [],
  reversals: [],
  corrections: [],
  repricings: [],
  trace_hours: ['is_spread'],
}

let folder = ''
let database: DatabaseSync

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spancost-verify-'))
  const path = join(folder, 'ledger.db')
  const store = await openSqliteStore({ path })
  await recordRepricings(store)
  await store.record([createSampleEntry({ trace: 2, cache: { savedAtto: 3n, extraAtto: 4n } })])
  await store.close()
  // An id that is nowhere is a fault to be found, not to be refused.
  database = new DatabaseSync(path, { enableForeignKeyConstraints: false })
})
afterAll(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

test.each(Object.keys(NOT_FOUND))('every column of %s that is said again is compared', (table) => {
  const verify = createVerifier(database)
  expect(verify({ limit: 10 })).toEqual([])
  const columns = database
    .prepare(`SELECT name, type FROM pragma_table_info('${table}')`)
    .all() as { name: string; type: string }[]
  // Of entries, the one that neither a correction nor a re-pricing speaks of.
  const isOfOne = table === 'entries' || table === 'trace_hours'
  const where = isOfOne ? "WHERE trace_id = x'00000000000000000000000000000002'" : ''
  const missed = columns.flatMap(({ name, type }) => {
    database.exec(`BEGIN; UPDATE ${table} SET ${name} = ${alter(name, type)} ${where}`)
    const { length } = verify({ limit: 10 })
    database.exec('ROLLBACK')
    return length > 0 ? [] : [name]
  })
  expect(missed).toEqual(NOT_FOUND[table])
})

function alter(name: string, type: string): string {
  if (type === 'INTEGER') return `coalesce(${name}, 0) + 100`
  return type === 'TEXT' ? `${name} || 'x'` : `x'0000000000000099'`
}
