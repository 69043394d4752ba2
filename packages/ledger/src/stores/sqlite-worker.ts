/**
 * The thread that a SQLite ledger lives on: it alone touches the file. It opens the ledger, says when
 * that began, and answers questions until it is told to close. `sqlite-thread.ts` is its other side.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { Repricing } from '../entry.ts'
import { packAnswers, type Batch } from './sqlite-batch.ts'
import type { RetainQuery, Store } from '../store.ts'
import type { BudgetStore } from '../budgets.ts'
import {
  createSqliteBudgets,
  type Call,
  type Called,
  type SqliteBudgets,
} from './sqlite-budgets.ts'
import { createNotes } from './sqlite-notes.ts'
import { explain, openLedger } from './sqlite-open.ts'
import { createReader } from './sqlite-read.ts'
import { createRetention } from './sqlite-retain.ts'
import { createTraceIndex } from './sqlite-trace-index.ts'
import { createTraceReader } from './sqlite-traces.ts'
import { createWords } from './sqlite-words.ts'
import { createWriter } from './sqlite-write.ts'

export interface Place {
  readonly path: string
  readonly busyTimeoutMs: number
}

export type Question =
  | { readonly kind: 'record'; readonly batch: Batch }
  | { readonly kind: 'settle'; readonly query: Parameters<Store['settle']>[0] }
  | { readonly kind: 'reprice'; readonly repricings: readonly Repricing[] }
  | { readonly kind: 'entriesBetween'; readonly query: Parameters<Store['entriesBetween']>[0] }
  | { readonly kind: 'entries'; readonly query: Parameters<Store['entries']>[0] }
  | { readonly kind: 'outlines'; readonly query: Parameters<Store['outlines']>[0] }
  | { readonly kind: 'relatives'; readonly query: Parameters<Store['relatives']>[0] }
  | { readonly kind: 'held'; readonly query: Parameters<Store['held']>[0] }
  | { readonly kind: 'spend'; readonly query: Parameters<Store['spend']>[0] }
  | { readonly kind: 'costs'; readonly query: Parameters<Store['costs']>[0] }
  | { readonly kind: 'topTraces'; readonly query: Parameters<Store['topTraces']>[0] }
  | { readonly kind: 'unpriced'; readonly query: Parameters<Store['unpriced']>[0] }
  | { readonly kind: 'retain'; readonly query: RetainQuery }
  | { readonly kind: 'verify'; readonly query: Parameters<Store['verify']>[0] }
  | { readonly kind: 'readNote'; readonly name: string }
  | {
      readonly kind: 'writeNote'
      readonly name: string
      readonly text: string
      readonly version: number
    }
  | {
      readonly kind: 'budgets'
      readonly name: Exclude<keyof BudgetStore, Call['kind']>
      readonly given: readonly unknown[]
    }
  | { readonly kind: 'calls'; readonly calls: readonly Call[] }
  | { readonly kind: 'totals'; readonly afterLabelSet: number }
  | { readonly kind: 'close' }

/** What a ledger says of itself when it is opened. */
export interface Started {
  readonly beganAtUnixMs: number
  readonly words: readonly string[]
}

export interface Asked {
  readonly id: number
  readonly question: Question
}

/** Id 0 is the reply to having been started. */
export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: unknown }

const port = parentPort!
const { path, busyTimeoutMs } = workerData as Place

/** Runs one piece of work and posts what came of it: a question is never left without a reply. */
function reply(id: number, work: () => unknown): void {
  let message: Reply
  try {
    message = { id, answer: work() }
  } catch (error) {
    message = { id, error }
  }
  port.postMessage(message)
}

function describe(error: unknown): Error {
  return new Error(`cannot write to the ledger ${path}: ${explain(error)}`, { cause: error })
}

function write<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw describe(error)
  }
}

/** Each call has an answer or an error of its own. */
function call(budgets: SqliteBudgets, calls: readonly Call[]): readonly Called[] {
  return budgets
    .call(calls)
    .map((called) => ('error' in called ? { error: describe(called.error) } : called))
}

function serve(): Started {
  const { database, beganAtUnixMs } = openLedger(path, busyTimeoutMs)
  const budgets = createSqliteBudgets(database)
  const words = createWords(database)
  const index = createTraceIndex(database)
  const traces = createTraceReader(database, index, words.all)
  const writer = createWriter(database, { budgets, index, traces, words })
  const reader = createReader(database, index, words.all)
  const notes = createNotes(database)
  const retain = createRetention(database, index)

  function answer(question: Question): unknown {
    switch (question.kind) {
      case 'record':
        return write(() => packAnswers(writer.record(question.batch)))
      case 'settle':
        return write(() => writer.settle(question.query))
      case 'reprice':
        return write(() => writer.reprice(question.repricings))
      case 'entriesBetween':
        return reader.entriesBetween(question.query)
      case 'retain':
        return write(() => retain(question.query))
      case 'entries':
        return reader.entries(question.query)
      case 'outlines':
        return reader.outlines(question.query)
      case 'relatives':
        return reader.relatives(question.query)
      case 'held':
        return reader.held(question.query)
      case 'spend':
        return reader.spend(question.query)
      case 'totals':
        return reader.totals(question.afterLabelSet)
      case 'costs':
        return reader.costs(question.query)
      case 'topTraces':
        return reader.topTraces(question.query)
      case 'unpriced':
        return reader.unpriced(question.query)
      case 'verify':
        return reader.verify(question.query)
      case 'readNote':
        return notes.read(question.name)
      case 'writeNote':
        return notes.write(question.name, question.text, question.version)
      case 'budgets':
        return write((): unknown => Reflect.apply(budgets[question.name], budgets, question.given))
      case 'calls':
        return call(budgets, question.calls)
      case 'close':
        break
    }
    database.close()
    return null
  }

  port.on('message', ({ id, question }: Asked) => {
    reply(id, () => answer(question))
    // Nothing is left to do then, so the thread ends.
    if (question.kind === 'close') port.close()
  })
  return { beganAtUnixMs, words: [...words.all] }
}

reply(0, serve)
