import type { Consume, Result } from '../consume.ts'

/** What we ask of a caller that came when we were full. */
const RETRY_AFTER_MS = 1000

/** The bytes of all requests that are being read or are in work. */
export interface InFlight {
  open(): Hold
  readBytes(): number
  /** What a request is told for which there is no room. */
  describeRefusal(): Result
}

/** The part of one request in these bytes. */
export interface Hold {
  /** Holds so many bytes from now on, more than before; `false`: there is no room for them. */
  growTo(bytes: number): boolean
  release(): void
}

/** One request alone always fits, however large it is. */
export function createInFlight(maxBytes: number): InFlight {
  let total = 0
  return {
    open: () => {
      let held = 0
      return {
        growTo: (bytes) => {
          const others = total - held
          if (others > 0 && others + bytes > maxBytes) return false
          total = others + bytes
          held = bytes
          return true
        },
        release: () => {
          total -= held
          held = 0
        },
      }
    },
    readBytes: () => total,
    describeRefusal: () => ({
      kind: 'retryable',
      message: `${total} bytes are in work; the limit is ${maxBytes}`,
      afterMs: RETRY_AFTER_MS,
    }),
  }
}

/**
 * Bounds the bytes of all requests in work. What does not fit is refused at once as `retryable`, so
 * that memory stays flat while a destination hangs.
 */
export function limitInFlight(inFlight: InFlight, next: Consume): Consume {
  return async (request, signal) => {
    const hold = inFlight.open()
    if (!hold.growTo(request.body.length)) return inFlight.describeRefusal()
    try {
      return await next(request, signal)
    } finally {
      hold.release()
    }
  }
}
