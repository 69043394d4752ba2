import { readSpend, type Processor } from '../end-to-end/processor.ts'
import type { Truth } from './traffic.ts'
import type { Witness } from './witness.ts'

/** How the ledger, its sums and the next hop differ from the truth; empty where they do not. */
export async function findDifferences(
  processor: Processor,
  truth: Truth,
  witness: Witness,
): Promise<readonly string[]> {
  const { operations, cost } = await readSpend(processor)
  const lost = witness.countMissing(truth.spans)
  const code = await processor.stop()
  const unsound = await processor.verify()
  const found = [
    operations === truth.operations ? '' : `${operations} operations of ${truth.operations}`,
    cost === truth.cost ? '' : `spend ${cost} of ${truth.cost}`,
    lost === 0 ? '' : `${lost} spans never came to the next hop`,
    code === 0 ? '' : `the processor ended with ${code}`,
    unsound,
  ]
  return found.filter((difference) => difference !== '')
}
