import type { Entry, Relative } from '@spancost/ledger'
import { scanRelatives } from '@spancost/otlp'
import type { OtlpRequest } from './consume.ts'

/** A name or a service is cut to this many characters. */
const MAX_TEXT_LENGTH = 256

/** Traces are remembered in two halves; the older one is dropped when the newer one is full. */
const MAX_TRACES_PER_HALF = 50_000

export interface RelativeReader {
  /**
   * The spans of a request that are none of `entries`, but of a trace that has GenAI operations, as
   * far as is remembered: of the newest 50 000 to 100 000 such traces since the start.
   */
  read(
    request: Pick<OtlpRequest, 'body' | 'encoding'>,
    entries: readonly Entry[],
  ): readonly Relative[]
}

export function createRelativeReader(maxPerHalf = MAX_TRACES_PER_HALF): RelativeReader {
  let newer = new Set<string>()
  let older = new Set<string>()

  function remember(traceId: string): void {
    if (newer.size >= maxPerHalf && !newer.has(traceId)) [newer, older] = [new Set(), newer]
    newer.add(traceId)
  }

  return {
    read({ body, encoding }, entries) {
      const own = new Set<string>()
      for (const { traceId, spanId } of entries) {
        remember(traceId)
        own.add(traceId + spanId)
      }
      // Where no trace is known, there is nothing to look for.
      if (newer.size === 0) return []
      const found = scanRelatives(
        body,
        encoding,
        (traceId, spanId) =>
          (newer.has(traceId) || older.has(traceId)) && !own.has(traceId + spanId),
      )
      return found.map((span) => ({ ...span, name: cut(span.name), service: cut(span.service) }))
    },
  }
}

function cut(text: string): string {
  return text.slice(0, MAX_TEXT_LENGTH).toWellFormed()
}
