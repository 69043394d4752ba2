import type { Role } from '@spancost/genai'
import { decideAlone, decideArrival, MAX_KNOWN_ENTRIES } from '../decide-arrival.ts'
import type { Known } from '../decide-standing.ts'
import type { Standing } from '../entry.ts'
import type { Sighting } from '../same-call.ts'

/** Reads an entry; asked only where its trace has another one, which most traces have not. */
type Read = () => Sighting

interface Trace {
  known: Known[]
  /** Written in this transaction and not looked at since. */
  unread: { readonly read: Read; readonly standing: Standing }[]
}

/** The traces of one transaction: each is read from the ledger once, and then kept along. */
export interface KnownTraces {
  /** `find` gives the newest entries of the trace that the ledger has, the oldest first. */
  decide(traceId: string, role: Role, read: Read, find: () => readonly Known[]): Standing
  /** Must follow for every entry that is written. */
  add(traceId: string, read: Read, standing: Standing): void
}

export function createKnownTraces(): KnownTraces {
  const traces = new Map<string, Trace>()
  return {
    decide(traceId, role, read, find) {
      const trace = traces.get(traceId) ?? { known: [...find()], unread: [] }
      traces.set(traceId, trace)
      for (const earlier of trace.unread.splice(0)) {
        trace.known.push({ ...earlier.read(), standing: earlier.standing })
      }
      trace.known = trace.known.slice(-MAX_KNOWN_ENTRIES)
      return trace.known.length === 0 ? decideAlone(role) : decideArrival(read(), trace.known)
    },
    // A trace that nothing was decided in yet is found in the ledger when something is.
    add: (traceId, read, standing) => traces.get(traceId)?.unread.push({ read, standing }),
  }
}
