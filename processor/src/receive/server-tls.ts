import { readFileSync } from 'node:fs'
import type { ServerTlsFiles } from '../config.ts'

/** What a server shows to its clients, and whose certificates it asks them for. */
export interface ServerTls {
  readonly cert: Buffer
  readonly key: Buffer
  readonly clientCa?: Buffer
}

/** Reads the PEM files of a receiver; a missing one throws with its path. */
export function readServerTls(files: ServerTlsFiles): ServerTls {
  return {
    cert: readFileSync(files.certPath),
    key: readFileSync(files.keyPath),
    ...(files.clientCaPath !== undefined && { clientCa: readFileSync(files.clientCaPath) }),
  }
}
