import type { SecureContextOptions, Server } from 'node:tls'
import type { ServerTlsFiles } from '../config.ts'
import { readPem, watchPem } from '../pem-files.ts'

const CHECK_INTERVAL_MS = 10_000

/** What a server shows to its clients, and whose certificates it asks them for. */
export interface ServerTls {
  /** With authorities, who has no certificate of theirs is cut off in the handshake. */
  readonly options: SecureContextOptions & {
    readonly requestCert: boolean
    readonly rejectUnauthorized: boolean
  }
  /** New connections see the files as they are, some seconds after they have changed. */
  keepFresh(server: Server): void
}

/** Reads the PEM files of a receiver; a missing one throws with its path. */
export function openServerTls(files: ServerTlsFiles, intervalMs = CHECK_INTERVAL_MS): ServerTls {
  const { certPath, keyPath, clientCaPath: caPath } = files
  const paths = { certPath, keyPath, caPath }
  const isMutual = caPath !== undefined
  const watch = watchPem(paths)
  return {
    options: { ...readPem(paths), requestCert: isMutual, rejectUnauthorized: isMutual },
    keepFresh: (server) => {
      const timer = setInterval(() => {
        const pem = watch.readChanged()
        if (pem !== undefined) server.setSecureContext(pem)
      }, intervalMs).unref()
      server.once('close', () => clearInterval(timer))
    },
  }
}
