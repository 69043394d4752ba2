import type { DatabaseSync } from 'node:sqlite'
import { MAX_KNOWN_ENTRIES } from '../decide-arrival.ts'
import type { Standing } from '../entry.ts'
import { NANOS_PER_HOUR } from '../hours.ts'
import type { Sighting } from '../same-call.ts'
import { createKnownTraces } from './known-traces.ts'
import { decodeKnown, decodeSighting, type KnownRow } from './rows.ts'
import type { PackedEntry } from './sqlite-batch.ts'
import { prepare } from './sqlite-statements.ts'

const FIND_KNOWN = `
  SELECT span_id, parent_span_id, hour, hour_nano, standing, details FROM entries
  WHERE trace_id = ? ORDER BY sequence DESC LIMIT ?`

const FIND_SAME_RESPONSE = `
  SELECT 1 FROM entries
  WHERE trace_id = ? AND response_id = ? AND provider IS ?
    AND role = 'leaf' AND standing = 'counted'
  LIMIT 1`

/** What entries of one transaction are, given those that were written before. */
export interface Standings {
  beginTransaction(): void
  /** To be asked once for each entry, right before it is written. */
  decide(entry: PackedEntry, traceId: Uint8Array): Standing
}

export function createStandings(database: DatabaseSync): Standings {
  const findSameResponse = prepare<object>(database, FIND_SAME_RESPONSE)
  const findKnown = prepare<KnownRow>(database, FIND_KNOWN)
  let traces = createKnownTraces()

  function listKnown(traceId: Uint8Array) {
    return findKnown.all(traceId, BigInt(MAX_KNOWN_ENTRIES)).map(decodeKnown).toReversed()
  }

  function isEcho({ role, provider, responseId }: PackedEntry, traceId: Uint8Array): boolean {
    if (role !== 'leaf' || responseId === null || responseId === '') return false
    return findSameResponse.get(traceId, responseId, provider) !== undefined
  }

  return {
    beginTransaction() {
      traces = createKnownTraces()
    },
    decide(entry, traceId) {
      if (entry.role === 'free') return 'counted'
      const read = () => readSighting(entry)
      const standing = isEcho(entry, traceId)
        ? 'echo'
        : traces.decide(entry.traceId, entry.role, read, () => listKnown(traceId))
      traces.add(entry.traceId, read, standing)
      return standing
    },
  }
}

function readSighting({ details, hour, hourNano, spanId, parentSpanId }: PackedEntry): Sighting {
  return { ...decodeSighting(details, hour * NANOS_PER_HOUR + hourNano), spanId, parentSpanId }
}
