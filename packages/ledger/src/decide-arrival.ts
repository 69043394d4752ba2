import type { Role } from '@spancost/genai'
import { decideStanding, type Known } from './decide-standing.ts'
import type { Standing } from './entry.ts'
import type { Sighting } from './same-call.ts'

/** Of longer traces the newest entries are looked at: wrapper and call arrive close together. */
export const MAX_KNOWN_ENTRIES = 256

/**
 * The standing of an entry that has just arrived, given the newest known ones of its trace.
 *
 * No entry's standing changes afterwards yet, so two decisions of `decideStanding` are not taken:
 * a call that is counted stays so when a better sighting of it comes, which is then the echo,
 * unless the counted one told no usage: then both count, and only one of them costs. And a held
 * container stays held when a call below it comes late; neither is spend.
 * Parents are known of GenAI spans only.
 */
export function decideArrival(arrived: Sighting, known: readonly Known[]): Standing {
  const parents = new Map<string, string>()
  for (const { spanId, parentSpanId } of [...known, arrived]) parents.set(spanId, parentSpanId)
  const { standing, corrections } = decideStanding(arrived, known, parents)
  const demoted = corrections.find((correction) => correction.standing === 'echo')
  if (standing !== 'counted' || demoted === undefined) return standing
  const twin = known.find(({ spanId }) => spanId === demoted.spanId)
  return twin === undefined || twin.units.size === 0 ? 'counted' : 'echo'
}

/** The same where nothing else of the trace is known. */
export function decideAlone(role: Role): Standing {
  return role === 'container' ? 'held' : 'counted'
}
