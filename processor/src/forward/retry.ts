import { setTimeout as sleep } from 'node:timers/promises'
import type { Consume } from '../consume.ts'

const FIRST_DELAY_MS = 100
const MAX_DELAY_MS = 2000

/**
 * Tries again while `next` says `retryable` and the caller waits, for at most `maxElapsedMs`; then
 * the refusal is the caller's. Delays double and are jittered over their upper half, so that
 * senders that failed together do not return together. A delay that the destination asks for is
 * kept: where it does not fit into the time left, the refusal is passed on at once.
 */
export function withRetry(maxElapsedMs: number, next: Consume): Consume {
  return async (request, signal) => {
    const deadline = performance.now() + maxElapsedMs
    for (let attempt = 0; ; attempt++) {
      const result = await next(request, signal)
      if (result.kind !== 'retryable' || signal.aborted) return result
      const backoffMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt)
      const delayMs = Math.max(result.afterMs ?? 0, backoffMs * (0.5 + Math.random() / 2))
      if (performance.now() + delayMs > deadline) return result
      try {
        await sleep(delayMs, undefined, { signal })
      } catch {
        return result
      }
    }
  }
}
