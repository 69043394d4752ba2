import type { TlsFiles } from '../config.ts'
import { watchPem } from '../pem-files.ts'
import type { Forwarder } from './forwarder.ts'

const CHECK_INTERVAL_MS = 10_000

/**
 * Makes the forwarder anew when its TLS files have changed, which is looked at when a request comes,
 * at most every `intervalMs`. Files that do not fit together, as in the middle of a change, leave
 * the old one in place. Requests in work are finished by the forwarder that they began with.
 */
export function withTlsReload(
  tls: TlsFiles | undefined,
  create: () => Forwarder,
  intervalMs = CHECK_INTERVAL_MS,
): Forwarder {
  let current = create()
  if (tls === undefined) return current
  const watch = watchPem(tls)
  let checkedAtMs = performance.now()

  const reload = (): void => {
    if (performance.now() - checkedAtMs < intervalMs) return
    checkedAtMs = performance.now()
    if (watch.readChanged() === undefined) return
    const old = current
    try {
      current = create()
    } catch {
      // The files have changed again since they were looked at; so they will be the next time.
      return
    }
    // What it still has to do ends by its own timeout.
    old.close().catch(() => {})
  }

  return {
    consume: (request, signal) => {
      reload()
      return current.consume(request, signal)
    },
    close: () => current.close(),
  }
}
