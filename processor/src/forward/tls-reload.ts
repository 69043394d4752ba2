import { X509Certificate } from 'node:crypto'
import { statSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { TlsFiles } from '../config.ts'
import type { Forwarder } from './forwarder.ts'
import { readTlsFiles } from './tls-files.ts'

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
  let stamp = stampFiles(tls)
  let checkedAtMs = performance.now()
  const reload = (): void => {
    if (performance.now() - checkedAtMs < intervalMs) return
    checkedAtMs = performance.now()
    const now = stampFiles(tls)
    if (now === stamp) return
    try {
      checkFiles(tls)
      const old = current
      current = create()
      stamp = now
      // What it still has to do ends by its own timeout.
      old.close().catch(() => {})
    } catch {
      // The next look may find them whole.
    }
  }
  return {
    consume: (request, signal) => {
      reload()
      return current.consume(request, signal)
    },
    close: () => current.close(),
  }
}

/** Throws where a file is missing or broken, or the key is not that of the certificate. */
function checkFiles(tls: TlsFiles): void {
  const files = readTlsFiles(tls)
  createSecureContext(files)
  // What is no certificate among the authorities would simply be left out.
  for (const pem of [files.ca, files.cert]) if (pem !== undefined) void new X509Certificate(pem)
}

/** Changes with the files; one that is gone is a change, too. */
function stampFiles(tls: TlsFiles): string {
  const stamps = [tls.caPath, tls.certPath, tls.keyPath].map((path) => {
    const stat = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false })
    return stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`
  })
  return stamps.join('; ')
}
