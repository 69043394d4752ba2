import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip, inflate, zstdDecompress } from 'node:zlib'
import type { Hold } from './limit-in-flight.ts'

export type ReadBody =
  | { readonly kind: 'body'; readonly body: Uint8Array }
  | { readonly kind: 'refused'; readonly status: 400 | 413 | 415; readonly message: string }
  | { readonly kind: 'no_room' }
  /** The sender closed the connection; there is no one to answer. */
  | { readonly kind: 'gone' }

type Decompress = (body: Uint8Array, limit: { maxOutputLength: number }) => Promise<Buffer>

const DECOMPRESS: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ['gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['zstd', promisify(zstdDecompress)],
])

/**
 * Reads a request's body and decompresses it; neither form may be larger than `maxBytes`. `begin`
 * is called when nothing speaks against the body before it is read. `hold` grows with the body.
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  hold: Hold | undefined,
  begin: () => void,
): Promise<ReadBody> {
  const coding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  const decompress = DECOMPRESS.get(coding)
  const isPlain = coding === 'identity' || coding === 'none' || coding === ''
  if (decompress === undefined && !isPlain) {
    const known = [...DECOMPRESS.keys()].join(', ')
    const message = `content encoding ${coding} is not supported; ${known} and none are`
    return { kind: 'refused', status: 415, message }
  }
  const tooLarge: ReadBody = {
    kind: 'refused',
    status: 413,
    message: `the request is larger than ${maxBytes} bytes`,
  }
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > maxBytes) return tooLarge
  if (hold?.growTo(announced) === false) return { kind: 'no_room' }

  begin()
  const chunks: Buffer[] = []
  let length = 0
  // Leaving the loop must not cut the connection: the sender is owed an answer.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  try {
    for await (const chunk of body) {
      length += chunk.length
      if (length > maxBytes) return tooLarge
      if (length > announced && hold?.growTo(length) === false) return { kind: 'no_room' }
      chunks.push(chunk)
    }
  } catch {
    return { kind: 'gone' }
  }
  const raw = Buffer.concat(chunks, length)
  if (decompress === undefined) return { kind: 'body', body: raw }
  try {
    return { kind: 'body', body: await decompress(raw, { maxOutputLength: maxBytes }) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return tooLarge
    const message = `the body is no ${coding}: ${(error as Error).message}`
    return { kind: 'refused', status: 400, message }
  }
}
