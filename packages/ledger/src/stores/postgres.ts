import { Pool } from 'pg'
import { findEntryFault } from '../check-entry.ts'
import type { Entry } from '../entry.ts'
import type { Recorded, Store } from '../store.ts'
import { createGroupCommit } from './group-commit.ts'
import { inTransaction, parseIntegers } from './postgres-client.ts'
import { migratePostgres } from './postgres-migrations.ts'
import { createPostgresNotes } from './postgres-notes.ts'
import { createPostgresReader } from './postgres-read.ts'
import { createPostgresWriter } from './postgres-write.ts'

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`; the parameters are libpq's. */
  readonly url: string
}

/** The tables are in a schema of their own, beside whatever else is in the database. */
const SCHEMA = 'spancost'

const MAX_ENTRIES_PER_COMMIT = 1_024

/** Two at a time could overtake each other, and the later call be the one that counts. */
const MAX_COMMITS_UNDER_WAY = 1

/** One for the commit under way, and the others for questions. */
const MAX_CONNECTIONS = 4

const CONNECT_TIMEOUT_MS = 10_000

/** A statement that is slower, or a processor that hangs with rows locked, is ended by the server. */
const STATEMENT_TIMEOUT_MS = 60_000

/**
 * The shared store: any number of processors on one ledger. Who inserts an id first has counted the
 * operation; rows are locked in one order everywhere, so processors never wait for each other in a
 * circle. Standing is decided as in the SQLite store.
 * @throws Error that names host and database, if it cannot be used.
 */
export async function openPostgresStore({ url }: PostgresOptions): Promise<Store> {
  const name = nameLedger(url)
  const pool = createPool(url)
  const beganAtUnixMs = await open()
  const writeEntries = createPostgresWriter(pool)
  const reader = createPostgresReader(pool)
  const notes = createPostgresNotes(pool)
  const { add, drain } = createGroupCommit(commit, MAX_ENTRIES_PER_COMMIT, MAX_COMMITS_UNDER_WAY)
  let closed: Promise<void> | undefined

  async function open(): Promise<number> {
    try {
      return await inTransaction(pool, (client) => migratePostgres(client, SCHEMA))
    } catch (error) {
      await pool.end()
      throw new Error(`cannot open the ledger ${name}: ${explain(error)}`, { cause: error })
    }
  }

  async function commit(entries: readonly Entry[]): Promise<readonly Recorded[]> {
    try {
      return await writeEntries(entries)
    } catch (error) {
      throw new Error(`cannot write to the ledger ${name}: ${explain(error)}`, { cause: error })
    }
  }

  function checkOpen(): void {
    if (closed !== undefined) throw new Error(`the ledger ${name} is closed`)
  }

  async function record(entries: readonly Entry[]): Promise<readonly Recorded[]> {
    checkOpen()
    for (const entry of entries) {
      const fault = findEntryFault(entry)
      if (fault !== undefined) throw new RangeError(`the ledger ${name} refuses an entry: ${fault}`)
    }
    return entries.length === 0 ? [] : add(entries)
  }

  async function read<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    checkOpen()
    return ask()
  }

  async function close(): Promise<void> {
    await drain()
    await pool.end()
  }

  return {
    beganAtUnixMs,
    record,
    entries: (query) => read(() => reader.entries(query)),
    spend: (query) => read(() => reader.spend(query)),
    totals: () => read(() => reader.totals()),
    topTraces: (query) => read(() => reader.topTraces(query)),
    unpriced: (query) => read(() => reader.unpriced(query)),
    readNote: (note) => read(() => notes.readNote(note)),
    writeNote: (note, text, version) => read(() => notes.writeNote(note, text, version)),
    verify: (query) => read(() => reader.verify(query)),
    close: () => (closed ??= close()),
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
function explain(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(explain).join('; ')
  return error instanceof Error ? error.message : String(error)
}
