import { constants, type ServerHttp2Stream } from 'node:http2'
import { encodeExportResponse, encodeStatus, RPC_CODES } from '@spancost/otlp'
import type { Result, Signal } from '../consume.ts'
import { CODING_NAMES } from './decompress.ts'

const RESPONSE_HEADERS = { ':status': 200, 'content-type': 'application/grpc+proto' }

/** Which encodings messages to us may have, told where one was not among them. */
const ACCEPT_ENCODING = ['identity', ...CODING_NAMES].join(',')

/** Longer details would not pass the limits that clients have for headers. */
const MAX_DETAILS_CHARS = 1000

/** A client repeats RESOURCE_EXHAUSTED only where RetryInfo says so, so overload always says so. */
const OVERLOAD_RETRY_MS = 1000

/** Answers a call with what became of its request. */
export function respondResult(stream: ServerHttp2Stream, signal: Signal, result: Result): void {
  if (result.kind === 'accepted') {
    respondMessage(stream, encodeExportResponse('protobuf', signal, result.partialSuccess))
    return
  }
  const { code, retryAfterMs } = statusOf(result)
  respondStatus(stream, code, result.message, retryAfterMs)
}

function statusOf(result: Exclude<Result, { kind: 'accepted' }>): {
  code: number
  retryAfterMs?: number
} {
  if (result.kind === 'permanent') {
    const isTooLarge = result.fault === 'too_large'
    return { code: isTooLarge ? RPC_CODES.RESOURCE_EXHAUSTED : RPC_CODES.INVALID_ARGUMENT }
  }
  if (result.overload) {
    const retryAfterMs = result.afterMs ?? OVERLOAD_RETRY_MS
    return { code: RPC_CODES.RESOURCE_EXHAUSTED, retryAfterMs }
  }
  return {
    code: RPC_CODES.UNAVAILABLE,
    ...(result.afterMs !== undefined && { retryAfterMs: result.afterMs }),
  }
}

function respondMessage(stream: ServerHttp2Stream, message: Uint8Array): void {
  if (!isOpen(stream)) return
  const framed = Buffer.alloc(5 + message.length)
  framed.writeUInt32BE(message.length, 1)
  framed.set(message, 5)
  stream.respond(RESPONSE_HEADERS, { waitForTrailers: true })
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
  stream.end(framed)
}

/** An error: headers without a message. `retryAfterMs` becomes a RetryInfo. */
export function respondStatus(
  stream: ServerHttp2Stream,
  code: number,
  message: string,
  retryAfterMs?: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (!isOpen(stream)) return
  const details = message.slice(0, MAX_DETAILS_CHARS).toWellFormed()
  const info =
    retryAfterMs === undefined
      ? undefined
      : Buffer.from(encodeStatus('protobuf', code, details, retryAfterMs)).toString('base64')
  const answer = {
    ...RESPONSE_HEADERS,
    'grpc-status': String(code),
    'grpc-message': escapeMessage(details),
    ...(info !== undefined && { 'grpc-status-details-bin': info }),
    ...(code === RPC_CODES.UNIMPLEMENTED && { 'grpc-accept-encoding': ACCEPT_ENCODING }),
    ...headers,
  }
  stream.respond(answer, { endStream: true })
  dropRest(stream)
}

/** What is no gRPC gets an answer of HTTP. */
export function respondHttpStatus(stream: ServerHttp2Stream, status: number): void {
  if (!isOpen(stream)) return
  stream.respond({ ':status': status }, { endStream: true })
  dropRest(stream)
}

function isOpen(stream: ServerHttp2Stream): boolean {
  return !stream.destroyed && !stream.closed && !stream.headersSent
}

/** After a whole answer the rest of a request need not come (RFC 9113, 8.1). */
function dropRest(stream: ServerHttp2Stream): void {
  stream.resume()
  if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR)
}

/** gRPC over HTTP/2, Responses: printable ASCII but for `%`, all else as bytes of UTF-8 in hex. */
function escapeMessage(details: string): string {
  return details.replaceAll(/[^ -$&-~]+/g, encodeURIComponent)
}
