import { Worker } from 'node:worker_threads'
import type { Asked, Place, Question, Reply, Started } from './sqlite-worker.ts'

/**
 * Asks the thread that a SQLite ledger lives on (`sqlite-worker.ts`). Nothing here waits for a disk:
 * the calling thread packs and posts, and the event loop goes on.
 */

export interface LedgerThread extends Started {
  /**
   * Rejects with the thread's error; with why it ended, if it did. `buffers`: memory of the question
   * that the thread gets instead of a copy.
   */
  ask<Answer>(question: Question, buffers?: readonly ArrayBuffer[]): Promise<Answer>
  /** Lets the thread finish what it was asked and close the ledger, then ends it. */
  close(): Promise<void>
}

interface Waiting {
  readonly resolve: (answer: never) => void
  readonly reject: (error: unknown) => void
}

const IS_SOURCE = import.meta.url.endsWith('.ts')

/**
 * Tests run the sources, but this from the build: Node strips types with a WebAssembly program, and in
 * a thread V8 now and then crashes the process over that (Node 24.21, `TierUpWasmToJSWrapper`).
 */
const WORKER = new URL(
  IS_SOURCE ? '../../dist/stores/sqlite-worker.js' : './sqlite-worker.js',
  import.meta.url,
)

/**
 * What V8 takes for new objects. The thread keeps few of them, so that 24 MiB are as good as the 128
 * and more that it would take without a word.
 */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 24 }

/**
 * Starts the thread and opens the ledger on it.
 * @throws Error that names the path, if the file cannot be used or the thread not be started.
 */
export async function startLedgerThread(
  options: Place,
  program: URL = WORKER,
): Promise<LedgerThread> {
  const worker = new Worker(program, {
    name: 'spancost-ledger',
    workerData: options,
    // Not those of the process: what it preloads, such as an instrumentation, has no business here.
    execArgv: [],
    resourceLimits: RESOURCE_LIMITS,
  })
  const waiting = new Map<number, Waiting>()
  let lastId = 0
  let failure: Error | undefined

  /** Every question is answered, also when the thread dies with it. */
  function fail(reason: string, cause?: unknown): void {
    failure ??= new Error(`the ledger ${options.path} has failed: ${reason}`, { cause })
    for (const { reject } of waiting.values()) reject(failure)
    waiting.clear()
  }

  function wait<Answer>(id: number): Promise<Answer> {
    // A thread that has nothing to answer does not keep the process alive.
    worker.ref()
    return new Promise<Answer>((resolve, reject) => waiting.set(id, { resolve, reject }))
  }

  worker.on('message', (reply: Reply) => {
    const call = waiting.get(reply.id)
    waiting.delete(reply.id)
    if (waiting.size === 0) worker.unref()
    if ('error' in reply) call?.reject(reply.error)
    else call?.resolve(reply.answer as never)
  })
  worker.on('error', (error: unknown) => {
    fail(error instanceof Error ? error.message : String(error), error)
  })
  const { promise: exited, resolve: endWaiting } = Promise.withResolvers<void>()
  worker.on('exit', () => {
    fail('its thread has ended')
    endWaiting()
  })

  function ask<Answer>(question: Question, buffers: readonly ArrayBuffer[] = []): Promise<Answer> {
    if (failure !== undefined) return Promise.reject(failure)
    lastId += 1
    const asked: Asked = { id: lastId, question }
    worker.postMessage(asked, buffers)
    return wait(lastId)
  }

  /**
   * What the thread was asked before is answered first: it does one thing after the other. Then it
   * ends by itself: `terminate` would take SQLite down from outside, which Node does not always survive.
   */
  async function close(): Promise<void> {
    if (failure === undefined) await ask({ kind: 'close' })
    worker.ref()
    await exited
  }

  try {
    return { ...(await wait<Started>(0)), ask, close }
  } catch (error) {
    worker.ref()
    await exited
    throw error
  }
}
