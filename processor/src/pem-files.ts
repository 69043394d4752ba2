import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { createSecureContext } from 'node:tls'

/** The contents of PEM files, as Node's TLS takes them. */
export interface Pem {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

export interface PemPaths {
  readonly caPath?: string | undefined
  readonly certPath?: string | undefined
  readonly keyPath?: string | undefined
}

/** A missing file throws with its path. */
export function readPem({ caPath, certPath, keyPath }: PemPaths): Pem {
  return {
    ...(caPath !== undefined && { ca: readFileSync(caPath) }),
    ...(certPath !== undefined && { cert: readFileSync(certPath) }),
    ...(keyPath !== undefined && { key: readFileSync(keyPath) }),
  }
}

/** Says whether files have changed since it was asked last, and gives them where they are good. */
export interface PemWatch {
  /** `undefined`: nothing new, or files that do not fit together, as in the middle of a change. */
  readChanged(): Pem | undefined
}

export function watchPem(paths: PemPaths): PemWatch {
  let stamp = stampFiles(paths)
  return {
    readChanged: () => {
      const now = stampFiles(paths)
      if (now === stamp) return undefined
      try {
        const pem = readPem(paths)
        checkPem(pem)
        stamp = now
        return pem
      } catch {
        // The next look may find them whole.
        return undefined
      }
    },
  }
}

/** Throws where a file is broken, or the key is not that of the certificate. */
function checkPem(pem: Pem): void {
  createSecureContext(pem)
  // What is no certificate among the authorities would simply be left out.
  for (const file of [pem.ca, pem.cert]) if (file !== undefined) void new X509Certificate(file)
}

/** Changes with the files; one that is gone is a change, too. */
function stampFiles({ caPath, certPath, keyPath }: PemPaths): string {
  const stamps = [caPath, certPath, keyPath].map((path) => {
    const stat = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false })
    return stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`
  })
  return stamps.join('; ')
}
