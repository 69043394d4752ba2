import { readdirSync, readFileSync } from 'node:fs'
import type { PoolClient } from 'pg'

/** The same place seen from `src/stores` and from `dist/stores`. */
const SQL_FOLDER = new URL('../../sql/postgres/', import.meta.url)

/** Any number that other programs are unlikely to use: "spco". */
const LOCK = 0x7370636f

/**
 * Brings the ledger to the newest schema, and answers when it began. Within one transaction: all of
 * it or nothing; and one processor after the other, as each takes the same lock first.
 * @throws Error if it has seen more migrations than there are.
 */
export async function migratePostgres(client: PoolClient, schema: string): Promise<number> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK])
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`)
  await client.query('CREATE TABLE IF NOT EXISTS migrations (version integer PRIMARY KEY)')
  const { rows } = await client.query<{ version: number }>(
    'SELECT coalesce(max(version), 0) AS version FROM migrations',
  )
  const version = rows[0]!.version
  const migrations = readMigrations()
  if (version > migrations.length) {
    throw new Error(
      `it has schema version ${version}, and this spancost knows versions up to ` +
        `${migrations.length}: use the newer spancost that wrote it`,
    )
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue
    await client.query(sql)
    await client.query('INSERT INTO migrations (version) VALUES ($1)', [index + 1])
  }
  await client.query(
    'INSERT INTO ledger (id, began_at_unix_ms) VALUES (1, $1) ON CONFLICT (id) DO NOTHING',
    [Date.now()],
  )
  const ledger = await client.query<{ began: bigint }>(
    'SELECT began_at_unix_ms AS began FROM ledger',
  )
  return Number(ledger.rows[0]!.began)
}

function readMigrations(): readonly string[] {
  const names = readdirSync(SQL_FOLDER).filter((name) => /^\d{4}\.sql$/.test(name))
  return names.sort().map((name) => readFileSync(new URL(name, SQL_FOLDER), 'utf8'))
}

/** Makes the partition for entries that are recorded on a day, where it is missing. */
export async function makePartition(client: PoolClient, day: number): Promise<void> {
  const name = `entries_${day}`
  const { rows } = await client.query<{ found: string | null }>('SELECT to_regclass($1) AS found', [
    name,
  ])
  if (rows[0]!.found !== null) return
  // It locks the whole table for a moment, so one processor makes it, and the others find it.
  await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK])
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF entries FOR VALUES FROM (${day}) TO (${day + 1})`,
  )
}
