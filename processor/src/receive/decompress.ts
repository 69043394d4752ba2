import { promisify } from 'node:util'
import { gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib'

export type Decompressed =
  | { readonly kind: 'body'; readonly body: Uint8Array }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'corrupt'; readonly message: string }

/** Unpacks a whole body into at most `maxBytes`. */
export type Decompress = (packed: Uint8Array, maxBytes: number) => Promise<Decompressed>

type Unpack = (packed: Uint8Array, limit: { maxOutputLength: number }) => Promise<Buffer>

const unpackZlib: Unpack = promisify(inflate)
const unpackRaw: Unpack = promisify(inflateRaw)

/** HTTP means zlib's form by `deflate` (RFC 9110, 8.4.1.2), and some senders the bare one. */
const unpackDeflate: Unpack = (packed, limit) =>
  hasZlibHead(packed) ? unpackZlib(packed, limit) : unpackRaw(packed, limit)

/** RFC 1950, 2.2: the method is 8, and both bytes together are a multiple of 31. */
function hasZlibHead([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0
}

const CODINGS: ReadonlyMap<string, Unpack> = new Map<string, Unpack>([
  ['gzip', promisify(gunzip)],
  ['deflate', unpackDeflate],
  ['zstd', promisify(zstdDecompress)],
])

/** The names of the codings, as senders are told them. */
export const CODING_NAMES: readonly string[] = [...CODINGS.keys()]

/** `undefined`: a coding that is not supported. */
export function findDecompress(coding: string): Decompress | undefined {
  const unpack = CODINGS.get(coding)
  if (unpack === undefined) return undefined
  return async (packed, maxBytes) => {
    try {
      return { kind: 'body', body: await unpack(packed, { maxOutputLength: maxBytes }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
        return { kind: 'too_large' }
      }
      return { kind: 'corrupt', message: `the body is no ${coding}: ${(error as Error).message}` }
    }
  }
}
