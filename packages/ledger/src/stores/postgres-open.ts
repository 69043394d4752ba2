import { Pool } from 'pg'
import { inTransaction, parseIntegers } from './postgres-client.ts'
import { migratePostgres } from './postgres-migrations.ts'

/** The tables are in a schema of their own, beside whatever else is in the database. */
const SCHEMA = 'spancost'

/** One for the commit under way, and the others for questions. */
const MAX_CONNECTIONS = 4

const CONNECT_TIMEOUT_MS = 10_000

/** A statement that is slower, or a processor that hangs with rows locked, is ended by the server. */
const STATEMENT_TIMEOUT_MS = 60_000

export interface OpenedLedger {
  readonly pool: Pool
  readonly beganAtUnixMs: number
  /** Without user and password, for messages. */
  readonly name: string
}

/**
 * Connects to a ledger, and brings it to the newest schema.
 * @throws Error that names host and database, if it cannot be used.
 */
export async function openPostgres(url: string): Promise<OpenedLedger> {
  const name = nameLedger(url)
  const pool = createPool(url)
  try {
    const beganAtUnixMs = await inTransaction(pool, (client) => migratePostgres(client, SCHEMA))
    return { pool, beganAtUnixMs, name }
  } catch (error) {
    await pool.end()
    throw new Error(`cannot open the ledger ${name}: ${explain(error)}`, { cause: error })
  }
}

function createPool(url: string): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: 'spancost',
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    options: `-c search_path=${SCHEMA}`,
    types: parseIntegers,
  })
  // A connection that breaks while nobody uses it is replaced; nothing was lost with it.
  pool.on('error', () => {})
  return pool
}

/** Without user and password, for messages. */
function nameLedger(url: string): string {
  if (!URL.canParse(url)) throw new Error('the URL of the ledger cannot be read')
  const { host, pathname, searchParams } = new URL(url)
  return `postgres://${host || (searchParams.get('host') ?? 'localhost')}${pathname}`
}

/** Where several addresses were tried, the driver's error has no message of its own. */
export function explain(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(explain).join('; ')
  return error instanceof Error ? error.message : String(error)
}
