import type { Consume } from '../consume.ts'

/** Gives up on `next` after `timeoutMs`: what it had not taken by then is the sender's again. */
export function withTimeout(timeoutMs: number, next: Consume): Consume {
  return async (request, signal) => {
    const timeout = AbortSignal.timeout(timeoutMs)
    const result = await next(request, AbortSignal.any([signal, timeout]))
    if (result.kind !== 'retryable' || !timeout.aborted) return result
    return { ...result, message: `no answer within ${timeoutMs} ms` }
  }
}
