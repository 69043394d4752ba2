import type { IncomingMessage } from 'node:http'
import { CODING_NAMES, findDecompress } from './decompress.ts'
import type { Hold } from './limit-in-flight.ts'

export type ReadBody =
  | { readonly kind: 'body'; readonly body: Uint8Array }
  | { readonly kind: 'refused'; readonly status: 400 | 413 | 415; readonly message: string }
  | { readonly kind: 'no_room' }
  /** The sender closed the connection; there is no one to answer. */
  | { readonly kind: 'gone' }

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
  const decompress = findDecompress(coding)
  const isPlain = coding === 'identity' || coding === 'none' || coding === ''
  if (decompress === undefined && !isPlain) {
    const known = CODING_NAMES.join(', ')
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
  if (hold?.hasRoomFor(announced) === false) return { kind: 'no_room' }

  begin()
  const chunks: Buffer[] = []
  let length = 0
  // Leaving the loop must not cut the connection: the sender is owed an answer.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  try {
    for await (const chunk of body) {
      length += chunk.length
      if (length > maxBytes) return tooLarge
      if (hold?.growTo(length) === false) return { kind: 'no_room' }
      chunks.push(chunk)
    }
  } catch {
    return { kind: 'gone' }
  }
  const raw = Buffer.concat(chunks, length)
  if (decompress === undefined) return { kind: 'body', body: raw }
  const decompressed = await decompress(raw, maxBytes)
  if (decompressed.kind === 'too_large') return tooLarge
  if (decompressed.kind === 'body') return decompressed
  return { kind: 'refused', status: 400, message: decompressed.message }
}
