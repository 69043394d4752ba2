import { decideAlone, decideTrace, type Change } from '../decide-trace.ts'
import type { Standing } from '../entry.ts'
import type { Sighting } from '../same-call.ts'
import { encodeId } from './rows.ts'
import type { PackedEntry } from './sqlite-batch.ts'
import type { CorrectionWriter } from './sqlite-corrections.ts'
import type { HashedOperation, LongTraces } from './sqlite-long-traces.ts'
import type { StoredOperation, TraceReader, TraceRow, TraceRows } from './sqlite-traces.ts'
import {
  createView,
  isLong,
  listTurned,
  MAX_OLDER,
  NO_LINEAGE,
  toLinked,
  type Lineage,
  type Link,
} from './trace-view.ts'

/** What is new of a trace and is decided together. */
export interface Fresh {
  readonly entries: readonly PackedEntry[]
  readonly links: readonly Link[]
}

/** Decides new operations of a trace, and writes the changes of mind that they bring. */
export type Decide = (
  traceId: Uint8Array,
  found: TraceRows,
  fresh: Fresh,
  nowMs: bigint,
) => {
  /** Of what is new. */
  readonly standings: ReadonlyMap<string, Standing>
  readonly turned: readonly Change[]
}

export function createDecider(
  parts: { readonly corrections: CorrectionWriter; readonly traces: TraceReader },
  longTraces: LongTraces,
): Decide {
  const { corrections, traces } = parts

  /** Takes new spans of a long trace in, with all that was before them where it is the first time. */
  function trace(
    traceId: Uint8Array,
    operations: readonly HashedOperation[],
    links: readonly Link[],
  ): Lineage {
    if (!longTraces.isKnown(traceId)) {
      const before = traces.listAll(traceId).map((row): HashedOperation => {
        const { response_hash: hash } = row
        return toHashed(traces.decode(row), hash === null ? null : Number(hash))
      })
      longTraces.add(traceId, before, traces.findLinks(traceId))
    }
    return longTraces.add(traceId, operations, links)
  }

  /** What of a long trace is older than `found`, but may be another thing now or decide another. */
  function listOlder(
    traceId: Uint8Array,
    { rows }: TraceRows,
    fresh: readonly HashedOperation[],
    { aboveUsage }: Lineage,
  ): TraceRow[] {
    const answers = new Set(fresh.flatMap(({ responseHash }) => responseHash ?? []))
    const answered = [...answers].flatMap((hash) =>
      longTraces.listAnswered(traceId, hash, MAX_OLDER),
    )
    const simultaneous = longTraces.listSimultaneous(traceId, fresh)
    const wanted = [
      ...[...aboveUsage, ...simultaneous].map(encodeId),
      ...answered.slice(0, MAX_OLDER),
    ]
    const found = new Map(rows.map((row) => [row.sequence, row]))
    return wanted.flatMap((spanId) => {
      const row = traces.findEntry(traceId, spanId)
      if (row === undefined || found.has(row.sequence)) return []
      found.set(row.sequence, row)
      return row
    })
  }

  return (traceId, found, fresh, nowMs) => {
    const { rows, isWhole } = found
    const [first] = fresh.entries
    if (rows.length === 0 && fresh.entries.length === 1 && first !== undefined) {
      return { standings: new Map([[first.span, decideAlone(first.role)]]), turned: [] }
    }
    const sightings = fresh.entries.map(traces.readSighting)
    const isLongTrace = isLong(rows.length, isWhole, sightings.length)
    const hashed = isLongTrace
      ? fresh.entries.map(({ responseHash }, at) => toHashed(sightings[at]!, responseHash))
      : []
    const lineage = isLongTrace ? trace(traceId, hashed, fresh.links) : NO_LINEAGE
    const older = isLongTrace ? listOlder(traceId, found, hashed, lineage) : []
    const operations: readonly StoredOperation[] = [...rows, ...older].map(traces.decode)
    const links = traces.findLinks(traceId)
    const { standings, changes } = decideTrace(
      createView({ operations, isWhole }, sightings, links, lineage),
    )
    corrections.write(traceId, operations, changes, nowMs)
    return { standings, turned: listTurned(operations, changes) }
  }
}

function toHashed(each: Sighting, responseHash: number | null): HashedOperation {
  return { ...toLinked(each), responseHash }
}
