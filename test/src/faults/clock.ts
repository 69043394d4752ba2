/**
 * Preloaded into a processor (`node --import`): its wall clock is off by as many milliseconds as a
 * file says, which can change while it runs. Threads that it starts have the same clock.
 */
import { readFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import workerThreads from 'node:worker_threads'

const file = process.env['SPANCOST_TEST_CLOCK'] ?? ''
const RealDate = Date

const now = (): number => RealDate.now() + Number(readFileSync(file, 'utf8'))

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: [], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
})

class PreloadingWorker extends workerThreads.Worker {
  constructor(program: string | URL, options: workerThreads.WorkerOptions = {}) {
    const execArgv = [...(options.execArgv ?? []), '--import', import.meta.url]
    super(program, { ...options, execArgv })
  }
}
workerThreads.Worker = PreloadingWorker
syncBuiltinESMExports()
