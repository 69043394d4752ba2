import { checkRepricings } from '../check-entry.ts'
import type { Store } from '../store.ts'
import { createPostgresBudgets } from './postgres-budgets.ts'
import { createPostgresNotes } from './postgres-notes.ts'
import { explain, openPostgres } from './postgres-open.ts'
import { createPostgresReader } from './postgres-read.ts'
import { retainPostgres } from './postgres-retain.ts'
import { createPostgresWriter } from './postgres-write.ts'
import { createRecorder } from './recorder.ts'

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`; the parameters are libpq's. */
  readonly url: string
}

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
  const { charge, drain, ...budgets } = createPostgresBudgets(pool)
  const writer = createPostgresWriter(pool, { charge })
  const reader = createPostgresReader(pool)
  const notes = createPostgresNotes(pool)
  const recorder = createRecorder(
    name,
    (entries, relatives) => write(() => writer.record(entries, relatives)),
    MAX_COMMITS_UNDER_WAY,
  )
  let closed: Promise<void> | undefined

  async function write<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      throw new Error(`cannot write to the ledger ${name}: ${explain(error)}`, { cause: error })
    }
  }

  function checkOpen(): void {
    if (closed !== undefined) throw new Error(`the ledger ${name} is closed`)
  }

  const record: Store['record'] = async (entries, relatives = []) => {
    checkOpen()
    return recorder.record(entries, relatives)
  }

  async function read<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    checkOpen()
    return ask()
  }

  async function close(): Promise<void> {
    await Promise.all([recorder.drain(), drain()])
    await pool.end()
  }

  return {
    beganAtUnixMs,
    record,
    settle: (query) => read(() => write(() => writer.settle(query))),
    async reprice(repricings) {
      checkRepricings(repricings)
      return read(() => write(() => writer.reprice(repricings)))
    },
    outlines: (query) => read(() => reader.outlines(query)),
    entriesBetween: (query) => read(() => reader.entriesBetween(query)),
    retain: (query) => read(() => write(() => retainPostgres(pool, query))),
    entries: (query) => read(() => reader.entries(query)),
    relatives: (query) => read(() => reader.relatives(query)),
    held: (query) => read(() => reader.held(query)),
    spend: (query) => read(() => reader.spend(query)),
    totals: () => read(() => reader.totals()),
    costs: (query) => read(() => reader.costs(query)),
    topTraces: (query) => read(() => reader.topTraces(query)),
    unpriced: (query) => read(() => reader.unpriced(query)),
    readNote: (note) => read(() => notes.readNote(note)),
    writeNote: (note, text, version) => read(() => notes.writeNote(note, text, version)),
    verify: (query) => read(() => reader.verify(query)),
    budgets,
    close: () => (closed ??= close()),
  }
}
