import { findRequestFault } from '@spancost/otlp'
import type { Consume } from '../consume.ts'

/** For signals that pass through unread: what is no OTLP request is refused here, not passed on. */
export function refuseMalformed(next: Consume): Consume {
  return (request, signal) => {
    const message = findRequestFault(request.signal, request.encoding, request.body)
    if (message === undefined) return next(request, signal)
    return Promise.resolve({ kind: 'permanent', fault: 'malformed', message })
  }
}
