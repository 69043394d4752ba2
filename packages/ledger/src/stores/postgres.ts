import { findEntryFault } from '../check-entry.ts'
import type { Entry } from '../entry.ts'
import type { Recorded, Store } from '../store.ts'
import { createGroupCommit } from './group-commit.ts'
import { createPostgresNotes } from './postgres-notes.ts'
import { explain, openPostgres } from './postgres-open.ts'
import { createPostgresReader } from './postgres-read.ts'
import { createPostgresWriter } from './postgres-write.ts'

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`; the parameters are libpq's. */
  readonly url: string
}

const MAX_ENTRIES_PER_COMMIT = 1_024

/** Two at a time could overtake each other, and the later call be the one that counts. */
const MAX_COMMITS_UNDER_WAY = 1

/**
 * The shared store: any number of processors on one ledger. Who inserts an id first has counted the
 * operation; rows are locked in one order everywhere, so processors never wait for each other in a
 * circle. Standing is decided as in the SQLite store.
 * @throws Error that names host and database, if it cannot be used.
 */
export async function openPostgresStore({ url }: PostgresOptions): Promise<Store> {
  const { pool, beganAtUnixMs, name } = await openPostgres(url)
  const writeEntries = createPostgresWriter(pool)
  const reader = createPostgresReader(pool)
  const notes = createPostgresNotes(pool)
  const { add, drain } = createGroupCommit(commit, MAX_ENTRIES_PER_COMMIT, MAX_COMMITS_UNDER_WAY)
  let closed: Promise<void> | undefined

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
