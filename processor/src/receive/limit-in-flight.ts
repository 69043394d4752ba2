import type { Consume } from '../consume.ts'

/** What we ask of a caller that came when we were full. */
const RETRY_AFTER_MS = 1000

/**
 * Bounds the bytes of all requests in work. Beyond `maxBytes` a request is refused at once as
 * `retryable`, so that memory stays flat while a destination hangs. One request alone always fits.
 */
export function limitInFlight(maxBytes: number, next: Consume): Consume {
  let bytesInFlight = 0
  return async (request, signal) => {
    const bytes = request.body.length
    if (bytesInFlight > 0 && bytesInFlight + bytes > maxBytes) {
      return {
        kind: 'retryable',
        message: `${bytesInFlight} bytes are in work; the limit is ${maxBytes}`,
        afterMs: RETRY_AFTER_MS,
      }
    }
    bytesInFlight += bytes
    try {
      return await next(request, signal)
    } finally {
      bytesInFlight -= bytes
    }
  }
}
