import { findEntryFault } from '../check-entry.ts'
import type { Entry } from '../entry.ts'
import type { Recorded, Store } from '../store.ts'
import { createGroupCommit } from './group-commit.ts'
import { explain, openLedger } from './sqlite-open.ts'
import { createReader } from './sqlite-read.ts'
import { createEntryWriter } from './sqlite-write.ts'

export interface SqliteOptions {
  /** The ledger's file; it and its folder are created where they are missing. */
  readonly path: string
  /** How long to wait for another process to let go of the file. Opening blocks meanwhile. */
  readonly busyTimeoutMs?: number
}

/** Bounds the length of a transaction, and of what waits for it. */
const MAX_ENTRIES_PER_COMMIT = 4_096

/**
 * The embedded store: one SQLite file, one process, and nothing to install. Writing and reading
 * happen on the calling thread.
 *
 * An entry's standing is decided when it arrives: containers are `held` and stay so, as nothing
 * settles them yet; a leaf is an `echo` of a counted leaf of its trace with the same provider and
 * response id; all others are `counted`.
 * @throws Error that names the path, if the file cannot be used.
 */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const { path, busyTimeoutMs = 2_000 } = options
  const { database, beganAtUnixMs } = openLedger(path, busyTimeoutMs)
  const writeEntries = createEntryWriter(database)
  const reader = createReader(database)
  const { add, flush } = createGroupCommit(commit, MAX_ENTRIES_PER_COMMIT)

  function commit(entries: readonly Entry[]): readonly Recorded[] {
    try {
      return writeEntries(entries)
    } catch (error) {
      throw new Error(`cannot write to the ledger ${path}: ${explain(error)}`, { cause: error })
    }
  }

  function checkOpen(): void {
    if (!database.isOpen) throw new Error(`the ledger ${path} is closed`)
  }

  async function record(entries: readonly Entry[]): Promise<readonly Recorded[]> {
    checkOpen()
    for (const entry of entries) {
      const fault = findEntryFault(entry)
      if (fault !== undefined) throw new RangeError(`the ledger ${path} refuses an entry: ${fault}`)
    }
    return entries.length === 0 ? [] : add(entries)
  }

  /** Reading is synchronous; as a promise, its errors become rejections. */
  async function read<Answer>(ask: () => Answer): Promise<Answer> {
    checkOpen()
    return ask()
  }

  return {
    beganAtUnixMs,
    record,
    entries: (query) => read(() => reader.entries(query)),
    spend: (query) => read(() => reader.spend(query)),
    totals: () => read(() => reader.totals()),
    topTraces: (query) => read(() => reader.topTraces(query)),
    async close() {
      if (!database.isOpen) return
      flush()
      database.close()
    },
  }
}
