/** A Collector sends to a processor, at a rate and for a time, while things fail around them. */
import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from '../end-to-end/children.ts'
import { readSpend, startProcessor, type Processor } from '../end-to-end/processor.ts'
import { findDifferences } from '../faults/outcome.ts'
import { startWitness, type Mood } from '../faults/witness.ts'
import { startQueueingCollector } from './collector.ts'
import { startGenerator } from './generator.ts'

export interface SoakOptions {
  /** The Collector's. */
  readonly binary: string
  readonly seconds: number
  readonly spansPerSecond: number
  /** Between the end of a fault and the beginning of the next. */
  readonly calmMs: number
}

export interface Soak {
  readonly spans: number
  readonly operations: number
  readonly cost: string
  /** How often each fault was made. */
  readonly faults: Readonly<Record<string, number>>
  /** Batches that the Collector did not take at once. */
  readonly refused: number
  /** Spans that the next hop got again. */
  readonly repeated: number
  /** From the last batch until the next hop had every span. */
  readonly drainedInMs: number
  readonly differences: readonly string[]
}

/** How long the next hop fails. */
const MOOD_MS = 2000
/** What queued up while things failed has to go through at the end. */
const DRAIN_LIMIT_MS = 300_000

export async function runSoak(options: SoakOptions): Promise<Soak> {
  const witness = await startWitness()
  let processor = await startProcessor({
    forward: { protocol: 'http', endpoint: witness.url, timeout: '1s' },
    retryFor: '1s',
    config: { log: { level: 'error' } },
  })
  const collector = await startQueueingCollector(options.binary, processor)
  const generator = startGenerator(collector.urls, options.spansPerSecond)

  const fall = (mood: Mood) => async (): Promise<void> => {
    witness.setMood(mood)
    await sleep(MOOD_MS)
    witness.setMood('accept')
  }
  const restart = (signal: 'SIGKILL' | 'SIGTERM') => async (): Promise<void> => {
    await processor.stop(signal)
    processor = await processor.restart()
  }
  const faults = {
    'processor killed': restart('SIGKILL'),
    'next hop refusing': fall('refuse'),
    'next hop hanging': fall('hang'),
    'Collector killed': collector.crash,
    'next hop resetting': fall('reset'),
    'processor restarted': restart('SIGTERM'),
  }
  const made = await makeFaults(faults, options)
  const truth = await generator.finish()
  const start = performance.now()
  await waitForDrain(
    () => processor,
    truth,
    () => witness.countMissing(truth.spans),
  )
  const drainedInMs = performance.now() - start
  return {
    ...truth,
    faults: made,
    refused: generator.refused(),
    repeated: witness.countRepeated(),
    drainedInMs,
    differences: await findDifferences(processor, truth, witness),
  }
}

/** One after the other, in their order, again and again. */
async function makeFaults(
  faults: Readonly<Record<string, () => Promise<void>>>,
  { seconds, calmMs }: SoakOptions,
): Promise<Record<string, number>> {
  const endMs = performance.now() + seconds * 1000
  const names = Object.keys(faults)
  const made = Object.fromEntries(names.map((name) => [name, 0]))
  for (let turn = 0; ; turn++) {
    const leftMs = endMs - performance.now()
    await sleep(Math.min(Math.max(leftMs, 0), calmMs))
    if (leftMs <= calmMs) return made
    const name = names[turn % names.length]!
    await faults[name]!()
    made[name]! += 1
  }
}

/** Until every span came, and the ledger has as many operations as there are, or time is up. */
async function waitForDrain(
  current: () => Processor,
  truth: { readonly operations: number },
  countMissing: () => number,
): Promise<void> {
  const isThere = async (): Promise<true | undefined> => {
    if (countMissing() > 0) return undefined
    return (await readSpend(current())).operations >= truth.operations ? true : undefined
  }
  // What is missing then is told as a difference.
  await waitFor('drain', isThere, { limitMs: DRAIN_LIMIT_MS }).catch(() => {})
}
