import type { BudgetStore } from '../budgets.ts'
import { checkRepricings } from '../check-entry.ts'
import type { Entry, Relative } from '../entry.ts'
import type { Recorded, Store, Total } from '../store.ts'
import { createRecorder } from './recorder.ts'
import { createGroupCommit } from './group-commit.ts'
import { createPacker, listBuffers, unpackAnswers, type PackedAnswers } from './sqlite-batch.ts'
import type { Call, Called } from './sqlite-budgets.ts'
import type { TotalsPage } from './sqlite-read.ts'
import { startLedgerThread, type LedgerThread } from './sqlite-thread.ts'
import type { Question } from './sqlite-worker.ts'

export interface SqliteOptions {
  /** The ledger's file; it and its folder are created where they are missing. */
  readonly path: string
  /** How long to wait for another process to let go of the file. */
  readonly busyTimeoutMs?: number
}

/** While one is written to the disk, the next is already at the thread. */
const MAX_COMMITS_UNDER_WAY = 2

/** Decisions and ends of holds that share a commit; each waits for all of them. */
const MAX_CALLS_PER_COMMIT = 128

/**
 * The embedded store: one SQLite file, one process, and nothing to install. Writing and reading
 * happen on a thread of the store's own, so that a commit never holds up the caller's event loop.
 * @throws Error that names the path, if the file cannot be used.
 */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const { path, busyTimeoutMs = 2_000 } = options
  const thread = await startLedgerThread({ path, busyTimeoutMs })
  const recorder = createRecorder(path, createCommit(thread), MAX_COMMITS_UNDER_WAY)
  const calls = createGroupCommit<Call, Called>(
    (made) => thread.ask({ kind: 'calls', calls: made }),
    MAX_CALLS_PER_COMMIT,
    MAX_COMMITS_UNDER_WAY,
  )
  let closed: Promise<void> | undefined

  async function ask<Answer>(question: Question): Promise<Answer> {
    checkOpen()
    return thread.ask<Answer>(question)
  }

  /** What the thread answered; nothing checks that. */
  async function call(made: Call): Promise<never> {
    checkOpen()
    const called = await calls.add(made)
    if ('error' in called) throw called.error
    return called.answer as never
  }

  function checkOpen(): void {
    if (closed !== undefined) throw new Error(`the ledger ${path} is closed`)
  }

  const record: Store['record'] = async (entries, relatives = []) => {
    checkOpen()
    return recorder.record(entries, relatives)
  }

  async function close(): Promise<void> {
    await Promise.all([recorder.drain(), calls.drain()])
    await thread.close()
  }

  return {
    beganAtUnixMs: thread.beganAtUnixMs,
    record,
    settle: (query) => ask({ kind: 'settle', query }),
    async reprice(repricings) {
      checkRepricings(repricings)
      return ask({ kind: 'reprice', repricings })
    },
    entriesBetween: (query) => ask({ kind: 'entriesBetween', query }),
    retain: (query) => ask({ kind: 'retain', query }),
    entries: (query) => ask({ kind: 'entries', query }),
    outlines: (query) => ask({ kind: 'outlines', query }),
    relatives: (query) => ask({ kind: 'relatives', query }),
    held: (query) => ask({ kind: 'held', query }),
    spend: (query) => ask({ kind: 'spend', query }),
    totals: () => readTotals(ask),
    costs: (query) => ask({ kind: 'costs', query }),
    topTraces: (query) => ask({ kind: 'topTraces', query }),
    unpriced: (query) => ask({ kind: 'unpriced', query }),
    readNote: (name) => ask({ kind: 'readNote', name }),
    writeNote: (name, text, version) => ask({ kind: 'writeNote', name, text, version }),
    verify: (query) => ask({ kind: 'verify', query }),
    budgets: askBudgets(ask, call),
    close: () => (closed ??= close()),
  }
}

/** In pages, so that commits need not wait for all of them; each row is as of one moment. */
async function readTotals(
  ask: <Answer>(question: Question) => Promise<Answer>,
): Promise<readonly Total[]> {
  const pages: (readonly Total[])[] = []
  for (let next: number | undefined = 0; next !== undefined;) {
    const page: TotalsPage = await ask({ kind: 'totals', afterLabelSet: next })
    pages.push(page.totals)
    next = page.next
  }
  return pages.flat()
}

function createCommit({ words, ask }: LedgerThread) {
  const packer = createPacker(words)
  return async (
    entries: readonly Entry[],
    relatives: readonly Relative[],
  ): Promise<readonly Recorded[]> => {
    const batch = packer.pack(entries, relatives)
    return unpackAnswers(await ask<PackedAnswers>({ kind: 'record', batch }, listBuffers(batch)))
  }
}

function askBudgets(
  ask: <Answer>(question: Question) => Promise<Answer>,
  call: (made: Call) => Promise<never>,
): BudgetStore {
  const read =
    <Answer>(name: Exclude<keyof BudgetStore, Call['kind']>) =>
    (...given: readonly unknown[]) =>
      ask<Answer>({ kind: 'budgets', name, given })
  return {
    budgetVersion: read('budgetVersion'),
    readBudgets: read('readBudgets'),
    writeBudgets: read('writeBudgets'),
    audit: read('audit'),
    counters: read('counters'),
    findDecision: read('findDecision'),
    expireHolds: read('expireHolds'),
    decide: (...given) => call({ kind: 'decide', given }),
    endHold: (...given) => call({ kind: 'endHold', given }),
  }
}
