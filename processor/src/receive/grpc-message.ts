import type { ServerHttp2Stream } from 'node:http2'
import { RPC_CODES } from '@spancost/otlp'
import { createBodyBuffer, type BodyBuffer } from './body-buffer.ts'
import { CODING_NAMES, findDecompress } from './decompress.ts'
import type { Hold } from './limit-in-flight.ts'
import type { RefusalCause } from './receiver.ts'

export type ReadMessage =
  /** The body lies in memory of its own. */
  | { readonly kind: 'message'; readonly body: Uint8Array }
  | GrpcRefusal
  | { readonly kind: 'no_room' }
  /** The sender cancelled the call or closed the connection. */
  | { readonly kind: 'gone' }

export interface GrpcRefusal {
  readonly kind: 'refused'
  readonly cause: RefusalCause
  readonly code: number
  readonly message: string
}

/** Before each message: one byte of flags, four of length. */
const HEAD_BYTES = 5

/**
 * Reads the one message of a unary call and decompresses it; neither form may be larger than
 * `maxBytes`. `hold` grows with what has come. Codes as gRPC's documents of HTTP/2 and compression
 * ask for.
 */
export async function readMessage(
  stream: ServerHttp2Stream,
  coding: string,
  maxBytes: number,
  hold: Hold | undefined,
): Promise<ReadMessage> {
  const read = await collect(stream, maxBytes, hold)
  if (read.kind !== 'whole') return read
  const { bytes } = read
  if (bytes.length < HEAD_BYTES) return broken('there is no message')
  if (bytes.readUInt32BE(1) !== bytes.length - HEAD_BYTES) {
    return broken('what came is not one message, of the length that it names')
  }
  const body = bytes.subarray(HEAD_BYTES)
  const flags = bytes[0]!
  if (flags === 0) return { kind: 'message', body }
  if (flags !== 1 || coding === 'identity') return broken('a compressed message, but no encoding')
  const decompressed = await findDecompress(coding)!(body, maxBytes, hold)
  if (decompressed.kind === 'too_large') return tooLarge(maxBytes)
  if (decompressed.kind === 'corrupt') return broken(decompressed.message)
  if (decompressed.kind === 'no_room') return decompressed
  return { kind: 'message', body: decompressed.body }
}

function broken(message: string): GrpcRefusal {
  return { kind: 'refused', cause: 'corrupt', code: RPC_CODES.INTERNAL, message }
}

function tooLarge(maxBytes: number): GrpcRefusal {
  const message = `the request is larger than ${maxBytes} bytes`
  return { kind: 'refused', cause: 'too_large', code: RPC_CODES.RESOURCE_EXHAUSTED, message }
}

/** What is wrong with the encoding of a call, looked at before its message is read. */
export function findCodingFault(coding: string): GrpcRefusal | undefined {
  if (coding === 'identity' || CODING_NAMES.includes(coding)) return undefined
  const message = `encoding ${coding} is not supported; ${CODING_NAMES.join(', ')} are`
  return { kind: 'refused', cause: 'encoding', code: RPC_CODES.UNIMPLEMENTED, message }
}

/** Of the first chunk: how long the message with its head is to be. */
function announcedBytes(chunk: Buffer): number {
  return chunk.length < HEAD_BYTES ? 0 : HEAD_BYTES + chunk.readUInt32BE(1)
}

type Collected = { readonly kind: 'whole'; readonly bytes: Buffer } | ReadMessage

function collect(
  stream: ServerHttp2Stream,
  maxBytes: number,
  hold: Hold | undefined,
): Promise<Collected> {
  const { promise, resolve } = Promise.withResolvers<Collected>()
  let body: BodyBuffer | undefined
  let length = 0
  const giveUp = (answer: Collected): void => {
    body = undefined
    stream.off('data', take)
    resolve(answer)
  }
  const take = (chunk: Buffer): void => {
    if (length === 0 && chunk.length >= HEAD_BYTES && chunk.readUInt32BE(1) > maxBytes) {
      return giveUp(tooLarge(maxBytes))
    }
    length += chunk.length
    if (length > maxBytes + HEAD_BYTES) return giveUp(tooLarge(maxBytes))
    if (hold?.growTo(length) === false) return giveUp({ kind: 'no_room' })
    body ??= createBodyBuffer(announcedBytes(chunk))
    body.add(chunk)
  }
  stream.on('data', take)
  // A cancelled stream may end, too, with a part of its message.
  stream.on('end', () => {
    if (stream.aborted || stream.rstCode !== 0) resolve({ kind: 'gone' })
    else resolve({ kind: 'whole', bytes: body?.finish() ?? Buffer.alloc(0) })
  })
  stream.on('close', () => resolve({ kind: 'gone' }))
  return promise
}
