import type { Encoding, ScannedRelative } from './scan.ts'
import { scanRelatives, type IsWanted } from './scan-relatives.ts'
import { hashTraceId } from './trace-set.ts'

export interface RecentLimits {
  /** Of all bodies together; beyond it the oldest are let go. */
  readonly maxBytes: number
  readonly maxAgeMs: number
}

/**
 * The newest requests, to be asked for spans of traces that nobody looked for when they came. Bodies
 * are kept as they are, by reference: a request that nobody asks for costs next to nothing.
 */
export interface RecentRequests {
  add(body: Uint8Array, encoding: Encoding): void
  /** Wanted spans of these traces, as `scanRelatives` lists them, the oldest request first. */
  find(traceIds: ReadonlySet<string>, isWanted: IsWanted): readonly ScannedRelative[]
}

interface Kept {
  readonly body: Uint8Array
  readonly encoding: Encoding
  readonly cameAtMs: number
  /** Of the trace ids in it; made when it is first asked. */
  hashes: Int32Array | undefined
}

/** What keeping a request takes besides its body, so that there are not too many small ones. */
const OVERHEAD_BYTES = 512

/** JSON is parsed as a whole to be looked into; less of it is kept, so that this cannot take long. */
const JSON_WEIGHT = 4

/** A look at a mark, by the lowest bits of a hash, spares most hashes a look into a set. */
const MARKS = 1 << 14

/** @param onLetGo told of each body that is kept no longer. */
export function createRecentRequests(
  { maxBytes, maxAgeMs }: RecentLimits,
  now: () => number = Date.now,
  onLetGo: (body: Uint8Array) => void = () => {},
): RecentRequests {
  /** In the order in which they came. */
  const requests = new Set<Kept>()
  let keptBytes = 0
  const marks = new Uint8Array(MARKS)

  function letGo(nowMs: number): void {
    for (const request of requests) {
      if (keptBytes <= maxBytes && request.cameAtMs + maxAgeMs > nowMs) break
      requests.delete(request)
      keptBytes -= weighRequest(request)
      onLetGo(request.body)
    }
  }

  return {
    add(body, encoding) {
      const cameAtMs = now()
      const request: Kept = { body, encoding, cameAtMs, hashes: undefined }
      requests.add(request)
      keptBytes += weighRequest(request)
      letGo(cameAtMs)
    },
    find(traceIds, isWanted) {
      if (traceIds.size === 0) return []
      letGo(now())
      const wanted = new Set<number>()
      for (const traceId of traceIds) wanted.add(hashText(traceId))
      for (const hash of wanted) marks[hash & (MARKS - 1)] = 1
      const isMarked = (hash: number): boolean =>
        marks[hash & (MARKS - 1)] === 1 && wanted.has(hash)
      const isFound: IsWanted = (traceId, spanId) =>
        traceIds.has(traceId) && isWanted(traceId, spanId)
      const traces = {
        has: (traceId: string) => traceIds.has(traceId),
        hasAt: (view: DataView, at: number) => isMarked(hashTraceId(view, at)),
      }
      const found: ScannedRelative[] = []
      for (const request of requests) {
        request.hashes ??= listHashes(request)
        if (!request.hashes.some(isMarked)) continue
        found.push(...scanRelatives(request.body, request.encoding, isFound, traces))
      }
      for (const hash of wanted) marks[hash & (MARKS - 1)] = 0
      return found
    },
  }
}

function weighRequest({ body, encoding }: Kept): number {
  return OVERHEAD_BYTES + body.length * (encoding === 'json' ? JSON_WEIGHT : 1)
}

/** Of each trace at least once. */
function listHashes({ body, encoding }: Kept): Int32Array {
  const hashes: number[] = []
  const note = (hash: number): false => {
    // Spans of a trace mostly stand together.
    if (hashes.at(-1) !== hash) hashes.push(hash)
    return false
  }
  scanRelatives(body, encoding, () => false, {
    has: (traceId) => note(hashText(traceId)),
    hasAt: (view, at) => note(hashTraceId(view, at)),
  })
  return Int32Array.from(hashes)
}

const given = Buffer.alloc(16)
const givenView = new DataView(given.buffer, given.byteOffset, given.length)

function hashText(traceId: string): number {
  given.write(traceId, 'hex')
  return hashTraceId(givenView, 0)
}
