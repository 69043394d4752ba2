/** Kills a processor again and again, under traffic, and starts it anew. */
import { setTimeout as sleep } from 'node:timers/promises'
import { startProcessor } from '../end-to-end/processor.ts'
import { createRandom } from '../fuzz/random.ts'
import { findDifferences } from './outcome.ts'
import { startTraffic } from './traffic.ts'
import { startWitness } from './witness.ts'

export interface KillRun {
  readonly operations: number
  readonly retries: number
  /** Spans that came to the next hop more than once. */
  readonly repeated: number
  readonly differences: readonly string[]
}

/** The longest that a processor lives, counted from its being ready. */
const MAX_LIFE_MS = 1500

/** `seed` determines how long each processor lives. */
export async function runKills(
  kills: number,
  seed: number,
  report: (done: number) => void = () => {},
): Promise<KillRun> {
  const random = createRandom(seed, 0)
  const witness = await startWitness()
  const forward = { protocol: 'http', endpoint: witness.url } as const
  let processor = await startProcessor({ forward })
  const traffic = startTraffic(() => [processor])
  for (let done = 1; done <= kills; done++) {
    await sleep(random.below(MAX_LIFE_MS))
    await processor.stop('SIGKILL')
    processor = await processor.restart()
    report(done)
  }
  const truth = await traffic.finish()
  return {
    operations: truth.operations,
    retries: traffic.retries(),
    repeated: witness.countRepeated(),
    differences: await findDifferences(processor, truth, witness),
  }
}
