import { encodeTraces, type TracesJson } from '../end-to-end/requests.ts'
import { mutateTree } from './mutate-tree.ts'
import { mutate } from './mutate.ts'
import { createRandom, type Random } from './random.ts'
import { SEEDS, TREES, type Seed } from './seeds.ts'

/** One spoiled request. The numbers make it again: `--seed SEED --from INDEX --count 1`. */
export interface Input extends Seed {
  readonly seed: number
  readonly index: number
  /** For further choices about it. */
  readonly random: Random
}

export function makeInput(seed: number, index: number): Input {
  const random = createRandom(seed, index)
  if (random.below(4) === 0) return { seed, index, random, ...makeOdd(random) }
  const { signal, encoding, body } = random.pick(SEEDS)
  return { seed, index, signal, encoding, body: mutate(body, encoding, random), random }
}

/** A request that is well-formed, and odd; or one that protobuf cannot say, in JSON. */
function makeOdd(random: Random): Seed {
  const tree = mutateTree(random.pick(TREES), random)
  if (random.below(2) === 0) {
    try {
      return { signal: 'traces', encoding: 'protobuf', body: encodeTraces(tree as TracesJson) }
    } catch {
      // There is no such message.
    }
  }
  return { signal: 'traces', encoding: 'json', body: Buffer.from(JSON.stringify(tree)) }
}

/** What went wrong with an input, and the input, so that it can become a test. */
export function describeFailure({ seed, index, signal, encoding, body }: Input, what: string) {
  const said = what.slice(0, 300)
  const bytes = body.length > 2000 ? `${body.length} bytes` : body.toString('base64')
  return `seed ${seed} index ${index}, ${signal} in ${encoding}: ${said}\n  ${bytes}`
}
