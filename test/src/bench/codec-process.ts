/**
 * One codec alone in a process: code that several kinds of caller share is compiled for all of
 * them, and whoever comes first spoils it for the next. Its arguments are the codec, the shape of
 * the batches as JSON, and their number; it runs a round for each message `{ roundMs }`, and answers
 * with a `Round`.
 */
import { PerformanceObserver } from 'node:perf_hooks'
import { createBatch, type BatchShape } from './batches.ts'
import { CODECS, takesJson, toJson } from './codecs.ts'

export interface Round {
  /** CPU time of the whole process for one batch, the garbage collector's threads included. */
  readonly microsPerBatch: number
  /** Of the time that went by. */
  readonly gcShare: number
  readonly bytesPerBatch: number
}

const [codecName = '', shape = '', count = ''] = process.argv.slice(2)
const codec = CODECS[codecName]!
const batches = Array.from({ length: Number(count) }, (_, seed) => {
  const batch = createBatch(JSON.parse(shape) as BatchShape, seed + 1)
  return takesJson(codecName) ? toJson(batch) : batch
})
const bytesPerBatch = batches.reduce((sum, { length }) => sum + length, 0) / batches.length

let gcMs = 0
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) gcMs += duration
}).observe({ entryTypes: ['gc'] })

process.on('message', ({ roundMs }: { roundMs: number }) => {
  void runRound(roundMs).then((round) => process.send!(round))
})
// Its parent has gone.
process.on('disconnect', () => process.exit())

async function runRound(roundMs: number): Promise<Round> {
  await nextTurn()
  gcMs = 0
  const start = performance.now()
  const cpu = process.cpuUsage()
  let turns = 0
  do {
    for (const batch of batches) release(codec(batch), batch)
    turns++
  } while (performance.now() - start < roundMs)
  const { user, system } = process.cpuUsage(cpu)
  const elapsedMs = performance.now() - start
  // Entries about collections are delivered between turns of the event loop.
  await nextTurn()
  const microsPerBatch = (user + system) / (turns * batches.length)
  return { microsPerBatch, gcShare: gcMs / elapsedMs, bytesPerBatch }
}

let kept = 0

/**
 * Gives the memory of an output back at once, as a forwarder can when the next hop has answered;
 * left to the collector, every output would be made of fresh pages of the kernel.
 */
function release(output: Uint8Array | number, batch: Uint8Array): void {
  if (typeof output === 'number') {
    kept ^= output
    return
  }
  kept ^= output[output.length - 1]!
  const { buffer } = output
  // A patch's output has its memory for itself; small ones of others lie in a shared pool.
  const isOwned = codecName.includes('scan') || output.byteLength === buffer.byteLength
  if (isOwned && output !== batch && buffer instanceof ArrayBuffer) buffer.transfer(0)
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 1)
  })
}
