import { readFileSync } from 'node:fs'
import type { TlsFiles } from '../config.ts'

/** Reads the PEM files of a destination; a missing one throws with its path. */
export function readTlsFiles(tls: TlsFiles): { ca?: Buffer; cert?: Buffer; key?: Buffer } {
  return {
    ...(tls.caPath !== undefined && { ca: readFileSync(tls.caPath) }),
    ...(tls.certPath !== undefined && { cert: readFileSync(tls.certPath) }),
    ...(tls.keyPath !== undefined && { key: readFileSync(tls.keyPath) }),
  }
}
