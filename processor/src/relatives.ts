import type { Entry, Relative } from '@spancost/ledger'
import {
  createRecentRequests,
  createTraceSet,
  scanRelatives,
  type ScannedRelative,
} from '@spancost/otlp'
import type { OtlpRequest } from './consume.ts'

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

export interface RelativeReader {
  /**
   * The spans of a request that are none of `entries`, but of a trace that has GenAI operations, as
   * far as is remembered: of nearly all of the newest 50 000 such traces since the start.
   */
  read(request: Pick<OtlpRequest, 'body' | 'encoding'>, entries: readonly Entry[]): FoundRelatives
  /** The ledger has not taken these: whoever sends them again finds the same. */
  forget(entries: readonly Entry[]): void
}

export function createRelativeReader(
  traceBuckets = TRACE_BUCKETS,
  now: () => number = Date.now,
): RelativeReader {
  const traces = createTraceSet(traceBuckets)
  const recent = createRecentRequests(RECENT, now)

  return {
    read({ body, encoding }, entries) {
      const own = new Set(entries.map(({ traceId, spanId }) => traceId + spanId))
      const isOther = (traceId: string, spanId: string): boolean => !own.has(traceId + spanId)
      const fresh = entries.filter(({ traceId }) => !traces.has(traceId))
      const early = recent.find(new Set(fresh.map(({ traceId }) => traceId)), isOther)
      for (const { traceId } of entries) traces.add(traceId)
      recent.add(body, encoding)
      // Where no trace is known, there is nothing to look for.
      if (traces.isEmpty()) return { spans: [], relatives: [] }
      const spans = scanRelatives(body, encoding, isOther, traces)
      return { spans, relatives: [...spans, ...early].map(toRelative) }
    },
    forget(entries) {
      for (const { traceId } of entries) traces.remove(traceId)
    },
  }
}

function toRelative(span: ScannedRelative): Relative {
  return { ...span, name: cut(span.name), service: cut(span.service) }
}

function cut(text: string): string {
  return text.slice(0, MAX_TEXT_LENGTH).toWellFormed()
}
