import type { Entry, Relative } from '@spancost/ledger'
import { createTraceSet, scanRelatives, type ScannedRelative } from '@spancost/otlp'
import type { OtlpRequest } from './consume.ts'

/** A name or a service is cut to this many characters. */
const MAX_TEXT_LENGTH = 256

/** Room for 131 072 traces in 2 MiB. A trace hashes into a bucket, and the fullest overflow first. */
const TRACE_BUCKETS = 16_384

/** A span as the ledger keeps it, and as a patch of its request takes it. */
export interface FoundRelative {
  readonly span: ScannedRelative
  readonly relative: Relative
}

export interface RelativeReader {
  /**
   * The spans of a request that are none of `entries`, but of a trace that has GenAI operations, as
   * far as is remembered: of nearly all of the newest 50 000 such traces since the start.
   */
  read(
    request: Pick<OtlpRequest, 'body' | 'encoding'>,
    entries: readonly Entry[],
  ): readonly FoundRelative[]
}

export function createRelativeReader(traceBuckets = TRACE_BUCKETS): RelativeReader {
  const traces = createTraceSet(traceBuckets)
  return {
    read({ body, encoding }, entries) {
      const own = new Set<string>()
      for (const { traceId, spanId } of entries) {
        traces.add(traceId)
        own.add(traceId + spanId)
      }
      // Where no trace is known, there is nothing to look for.
      if (traces.isEmpty()) return []
      const isOther = (traceId: string, spanId: string): boolean => !own.has(traceId + spanId)
      const found = scanRelatives(body, encoding, isOther, traces)
      return found.map((span) => {
        const relative = { ...span, name: cut(span.name), service: cut(span.service) }
        return { span, relative }
      })
    },
  }
}

function cut(text: string): string {
  return text.slice(0, MAX_TEXT_LENGTH).toWellFormed()
}
