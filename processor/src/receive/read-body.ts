import type { IncomingMessage } from 'node:http'
import { createBodyBuffer } from './body-buffer.ts'
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
 * is called when nothing speaks against the body before it is read. `hold` grows with both forms.
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
  const raw = await gather(request, announced, maxBytes, hold)
  if (raw === 'too_large') return tooLarge
  if (typeof raw === 'string') return { kind: raw }
  if (decompress === undefined) return { kind: 'body', body: raw }
  const decompressed = await decompress(raw, maxBytes, hold)
  if (decompressed.kind === 'too_large') return tooLarge
  if (decompressed.kind !== 'corrupt') return decompressed
  return { kind: 'refused', status: 400, message: decompressed.message }
}

/**
 * Listens to the request itself: its iterator costs more than all else here. What is left unread
 * stays for whoever answers; the connection is not cut, because the sender is owed an answer.
 */
function gather(
  request: IncomingMessage,
  announced: number,
  maxBytes: number,
  hold: Hold | undefined,
): Promise<Buffer | 'too_large' | 'no_room' | 'gone'> {
  return new Promise((resolve) => {
    const body = createBodyBuffer(announced)
    let length = 0
    const settle = (result: Buffer | 'too_large' | 'no_room' | 'gone'): void => {
      request.off('data', add).off('end', finish).off('error', leave).off('close', leave)
      resolve(result)
    }
    const stop = (reason: 'too_large' | 'no_room'): void => {
      request.pause()
      settle(reason)
    }
    const add = (chunk: Buffer): void => {
      length += chunk.length
      if (length > maxBytes) stop('too_large')
      else if (hold?.growTo(length) === false) stop('no_room')
      else body.add(chunk)
    }
    const finish = (): void => settle(body.finish())
    const leave = (): void => settle('gone')
    if (request.destroyed) leave()
    else request.on('data', add).on('end', finish).on('error', leave).on('close', leave)
  })
}
