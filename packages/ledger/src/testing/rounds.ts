import type { Entry } from '../entry.ts'
import { createSampleEntry } from './sample-entries.ts'

/**
 * Three calls to be made at the same time, all in the trace of that number: leaves, an echo, a
 * container, and an id that two of the calls have in common. Five different ids, three counted.
 */
export function createRound(round: number): readonly (readonly Entry[])[] {
  const leaf = (span: number, responseId: string) =>
    createSampleEntry({
      trace: round,
      span,
      operation: { provider: 'openai', responseId },
      lines: [['output', span, BigInt(round) * 1_000_000_000_000_000_007n]],
      labels: { model: `m${round % 5}` },
    })
  const container = createSampleEntry({ trace: round, span: 5, operation: { role: 'container' } })
  return [[leaf(1, 'a'), leaf(2, 'b')], [leaf(2, 'b'), leaf(3, 'a'), container], [leaf(4, 'c')]]
}
