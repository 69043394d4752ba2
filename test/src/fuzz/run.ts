import { checkCodec } from './check-codec.ts'
import type { Prober } from './check-processor.ts'
import { describeFailure, makeInput, type Input } from './inputs.ts'

export interface Found {
  readonly count: number
  readonly failures: readonly string[]
}

/** More of them say nothing new. */
const MAX_FAILURES = 20

export interface Range {
  readonly seed: number
  readonly from: number
  /** Ends after so many inputs, or at this instant of `performance.now()`, whichever is first. */
  readonly count: number
  readonly untilMs: number
}

/** One input after the other, in this process. */
export function fuzzCodec(range: Range): Found {
  const failures: string[] = []
  let count = 0
  while (goesOn(range, count, failures)) {
    const input = makeInput(range.seed, range.from + count)
    count += 1
    try {
      checkCodec(input)
    } catch (error) {
      failures.push(describeFailure(input, (error as Error).message))
    }
  }
  return { count, failures }
}

/** So many are on their way at once. */
const CONCURRENCY = 16

/** The same to a processor that runs. */
export async function fuzzProcessor(range: Range, prober: Prober): Promise<Found> {
  const failures: string[] = []
  let count = 0
  const work = async (): Promise<void> => {
    while (goesOn(range, count, failures)) {
      const input: Input = makeInput(range.seed, range.from + count)
      count += 1
      try {
        await prober.probe(input)
      } catch (error) {
        failures.push(describeFailure(input, (error as Error).message))
      }
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
  return { count, failures }
}

function goesOn(range: Range, count: number, failures: readonly string[]): boolean {
  return count < range.count && performance.now() < range.untilMs && failures.length < MAX_FAILURES
}
