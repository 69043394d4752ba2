import type { Transform } from 'node:stream'
import { createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib'
import { createBodyBuffer } from './body-buffer.ts'
import type { Hold } from './limit-in-flight.ts'

export type Decompressed =
  | { readonly kind: 'body'; readonly body: Uint8Array }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'no_room' }
  | { readonly kind: 'corrupt'; readonly message: string }

/**
 * Unpacks a whole body into at most `maxBytes`. `hold` grows with what comes out: a few kilobytes may
 * become many megabytes, which have to find room like those that come as they are.
 */
export type Decompress = (
  packed: Uint8Array,
  maxBytes: number,
  hold?: Pick<Hold, 'growTo'>,
) => Promise<Decompressed>

/** How much is unpacked at a time: most bodies in a few steps. */
const STEP = { chunkSize: 128 * 1024 }

/** RFC 1950, 2.2: the method is 8, and both bytes together are a multiple of 31. */
function hasZlibHead([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0
}

type CreateStream = (packed: Uint8Array) => Transform

const CODINGS: ReadonlyMap<string, CreateStream> = new Map<string, CreateStream>([
  ['gzip', () => createGunzip(STEP)],
  // HTTP means zlib's form by `deflate` (RFC 9110, 8.4.1.2), and some senders the bare one.
  ['deflate', (packed) => (hasZlibHead(packed) ? createInflate(STEP) : createInflateRaw(STEP))],
  ['zstd', () => createZstdDecompress(STEP)],
])

/** The names of the codings, as senders are told them. */
export const CODING_NAMES: readonly string[] = [...CODINGS.keys()]

/** `undefined`: a coding that is not supported. */
export function findDecompress(coding: string): Decompress | undefined {
  const create = CODINGS.get(coding)
  if (create === undefined) return undefined
  return (packed, maxBytes, hold) => {
    const { promise, resolve } = Promise.withResolvers<Decompressed>()
    const stream = create(packed)
    const body = createBodyBuffer(0)
    let length = 0
    const stop = (kind: 'too_large' | 'no_room'): void => {
      stream.destroy()
      resolve({ kind })
    }
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > maxBytes) stop('too_large')
      else if (hold?.growTo(packed.length + length) === false) stop('no_room')
      else body.add(chunk)
    })
    stream.on('end', () => resolve({ kind: 'body', body: body.finish() }))
    stream.on('error', ({ message }) => {
      resolve({ kind: 'corrupt', message: `the body is no ${coding}: ${message}` })
    })
    stream.end(packed)
    return promise
  }
}
