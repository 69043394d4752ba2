import type { Entry, Relative } from '@spancost/ledger'
import {
  createRecentRequests,
  createTraceSet,
  type Scan,
  type ScannedRelative,
} from '@spancost/otlp'
import { holdBody, letGoOfBody } from './body-memory.ts'
import type { OtlpRequest } from './consume.ts'
import type { FoundEntry } from './entries.ts'

/** A name or a service is cut to this many characters. */
const MAX_TEXT_LENGTH = 256

/** Room for 131 072 traces in 2 MiB. A trace hashes into a bucket, and the fullest overflow first. */
const TRACE_BUCKETS = 16_384

/**
 * Spans that came before the first operation of their trace are found in the requests of the last
 * minute, as far as these fit.
 */
const RECENT = { maxBytes: 32 * 1024 * 1024, maxAgeMs: 60_000 }

export interface FoundRelatives {
  /** Of the request, for a patch of it. */
  readonly spans: readonly ScannedRelative[]
  /**
   * For the ledger: these spans, in the same order, and after them those of earlier requests, which
   * came before it was known that their trace has operations.
   */
  readonly relatives: readonly Relative[]
}

/** A request, and what was found in it. */
export interface ReadRequest extends Pick<OtlpRequest, 'body' | 'encoding'> {
  readonly scan: Pick<Scan, 'relatives'>
  readonly found: readonly FoundEntry[]
}

export interface RelativeReader {
  /**
   * The spans of a request that are none of `found`, but of a trace that has GenAI operations, as far
   * as is remembered: of nearly all of the newest 50 000 such traces since the start.
   */
  read(request: ReadRequest): FoundRelatives
  /** The ledger has not taken these: whoever sends them again finds the same. */
  forget(entries: readonly Pick<Entry, 'traceId'>[]): void
}

export function createRelativeReader(
  traceBuckets = TRACE_BUCKETS,
  now: () => number = Date.now,
): RelativeReader {
  const traces = createTraceSet(traceBuckets)
  const recent = createRecentRequests(RECENT, now, letGoOfBody)

  /** What came earlier of traces whose first operations are these. */
  function findEarly(
    fresh: ReadonlySet<string>,
    found: readonly FoundEntry[],
  ): readonly ScannedRelative[] {
    if (fresh.size === 0) return []
    let own: Set<string> | undefined
    return recent.find(fresh, (traceId, spanId) => {
      own ??= new Set(found.map(({ entry }) => entry.traceId + entry.spanId))
      return !own.has(traceId + spanId)
    })
  }

  return {
    read({ body, encoding, scan, found }) {
      const fresh = new Set<string>()
      // Spans of a trace mostly come in a row.
      let last = ''
      for (const { entry } of found) {
        const { traceId } = entry
        if (traceId === last) continue
        last = traceId
        if (!traces.has(traceId)) fresh.add(traceId)
        traces.add(traceId)
      }
      const early = findEarly(fresh, found)
      holdBody(body)
      recent.add(body, encoding)
      // Where no trace is known, there is nothing to look for.
      if (traces.isEmpty()) return { spans: [], relatives: [] }
      const own = found.map(({ span }) => span)
      const spans = scan.relatives(traces, own)
      return { spans, relatives: [...spans, ...early].map(toRelative) }
    },
    forget(entries) {
      for (const { traceId } of entries) traces.remove(traceId)
    },
  }
}

function toRelative(span: ScannedRelative): Relative {
  const { traceId, spanId, parentSpanId, name, startTimeUnixNano, endTimeUnixNano, service } = span
  return {
    traceId,
    spanId,
    parentSpanId,
    name: cut(name),
    startTimeUnixNano,
    endTimeUnixNano,
    service: cut(service),
  }
}

function cut(text: string): string {
  return text.slice(0, MAX_TEXT_LENGTH).toWellFormed()
}
