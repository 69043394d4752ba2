import type { Reply } from '@spancost/genai'
import type { ActiveOperation } from './operation.ts'

/** One call under observation. Whatever can still deliver its result holds this very object. */
export interface Observation {
  readonly operation: ActiveOperation
  readonly readReply: (body: unknown) => Reply
}

const unread = new FinalizationRegistry<ActiveOperation>((operation) => operation.abandon())

/**
 * Ends the operation of a call whose promise or stream the application drops without reading it:
 * then nothing holds the observation any more.
 */
export function endWhenDropped(observation: Observation): void {
  unread.register(observation, observation.operation)
}
