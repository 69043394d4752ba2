import { subscribe } from 'node:diagnostics_channel'
import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import { promisify } from 'node:util'
import { constants, gzip, zstdCompress } from 'node:zlib'
import { decodeExportResponse } from '@spancost/otlp'
import { Pool, type Dispatcher } from 'undici'
import { holdBody, letGoOfBody } from '../body-memory.ts'
import type { Destination } from '../config.ts'
import type { OtlpRequest, Result, Signal } from '../consume.ts'
import { OTLP_PATHS } from '../otlp-methods.ts'
import { readPem } from '../pem-files.ts'
import type { Forwarder } from './forwarder.ts'

const CONNECTIONS = 16

/** An answer is read up to here; OTLP's are a few bytes. */
const MAX_RESPONSE_BYTES = 64 * 1024

const CONTENT_TYPES = { protobuf: 'application/x-protobuf', json: 'application/json' } as const

const [packGzip, packZstd] = [promisify(gzip), promisify(zstdCompress)]

/** The fastest levels: of gzip it is four times as fast as the default, and a third larger. */
const PACK = {
  gzip: (body: Uint8Array): Promise<Buffer> => packGzip(body, { level: 1 }),
  zstd: (body: Uint8Array): Promise<Buffer> =>
    packZstd(body, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
} as const

/** Where OTLP/HTTP goes; the timeout is not the forwarder's. */
type HttpDestination = Pick<Destination, 'endpoint' | 'headers' | 'compression' | 'tls'>

/**
 * OTLP/HTTP to one destination, in the encoding that the request came in. Timeouts are the
 * wrapper's: an aborted `signal` ends the attempt as `retryable`.
 */
export function createHttpForwarder(signal: Signal, destination: HttpDestination): Forwarder {
  const url = new URL(destination.endpoint + OTLP_PATHS[signal])
  const pool = new Pool(url.origin, {
    connections: CONNECTIONS,
    // The wrapper's timeout is the only one.
    headersTimeout: 0,
    bodyTimeout: 0,
    ...(destination.tls !== undefined && { connect: readPem(destination.tls) }),
  })
  return {
    consume: async (request, abort) => {
      holdBody(request.body)
      try {
        const options = await createRequest(url, destination, request)
        const result = toResult(signal, request, await dispatch(pool, options, abort))
        // What was not taken may be sent again.
        const isDone = options.body !== request.body || hasLeft(request.body)
        if (result.kind === 'accepted' && isDone) letGoOfBody(request.body)
        return result
      } catch (error) {
        return { kind: 'retryable', message: `${url.href}: ${describeError(error)}` }
      }
    },
    close: () => pool.close(),
  }
}

async function createRequest(
  url: URL,
  destination: HttpDestination,
  { body, encoding }: OtlpRequest,
): Promise<Dispatcher.DispatchOptions> {
  const { compression } = destination
  const coding = body.length === 0 || compression === 'none' ? undefined : compression
  return {
    path: url.pathname + url.search,
    method: 'POST',
    headers: {
      ...destination.headers,
      'content-type': CONTENT_TYPES[encoding],
      ...(coding !== undefined && { 'content-encoding': coding }),
    },
    body: coding === undefined ? body : await PACK[coding](body),
  }
}

/** Where each body is sent, or was last. */
const sockets = new WeakMap<object, Socket>()

// What undici tells about itself: its dispatchers say nothing of the connection that they use.
subscribe('undici:client:sendHeaders', (message) => {
  const { request, socket } = message as {
    readonly request: { readonly body: object | null }
    readonly socket: Socket
  }
  if (request.body !== null) sockets.set(request.body, socket)
})

/**
 * Whether nothing of a body waits to be sent, although it was answered: a destination may answer
 * before it has read all, and what still waits must not be given to others.
 */
function hasLeft(body: Uint8Array): boolean {
  const socket = sockets.get(body)
  return socket !== undefined && !socket.destroyed && socket.writableLength === 0
}

interface Response {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** What `pool.request` does, without a stream for an answer of a few bytes. */
async function dispatch(
  pool: Pool,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal,
): Promise<Response> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    let status = 0
    let headers: IncomingHttpHeaders = {}
    const chunks: Buffer[] = []
    let length = 0
    let abort = (): void => reject(signal.reason as Error)
    const onAbort = (): void => abort()
    const leave = (): void => signal.removeEventListener('abort', onAbort)
    signal.addEventListener('abort', onAbort)
    pool.dispatch(options, {
      onRequestStart: (controller) => {
        abort = () => controller.abort(signal.reason as Error)
        if (signal.aborted) abort()
      },
      onResponseStart: (_, statusCode, received) => {
        status = statusCode
        headers = received
      },
      onResponseData: (_, chunk) => {
        length += chunk.length
        // The rest is read and dropped, so that the connection can be used again.
        if (length <= MAX_RESPONSE_BYTES) chunks.push(chunk)
      },
      onResponseEnd: () => {
        leave()
        resolve({ status, headers, body: Buffer.concat(chunks) })
      },
      onResponseError: (_, error) => {
        leave()
        reject(error)
      },
    })
  })
}

/** OTLP 1.11: these may be tried again. */
const RETRYABLE = new Set([429, 502, 503, 504])

/** What an operator can mend (address, credentials): the data is good, so the sender keeps it. */
const OURS_TO_MEND = new Set([401, 403, 404, 405, 407, 415])

function toResult(
  signal: Signal,
  request: OtlpRequest,
  { status, headers, body }: Response,
): Result {
  if (status >= 200 && status < 300) {
    const partialSuccess = decodeExportResponse(request.encoding, signal, body)
    return { kind: 'accepted', ...(partialSuccess && { partialSuccess }) }
  }
  const message = `the destination answered ${status}`
  const redirected = status >= 300 && status < 400
  if (RETRYABLE.has(status) || OURS_TO_MEND.has(status) || redirected) {
    const afterMs = readRetryAfterMs(headers['retry-after'])
    return {
      kind: 'retryable',
      message,
      ...(afterMs !== undefined && { afterMs }),
      ...(status === 429 && { overload: true }),
    }
  }
  return { kind: 'permanent', message, fault: status === 413 ? 'too_large' : 'refused' }
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3). */
function readRetryAfterMs(header: string | string[] | undefined): number | undefined {
  const text = Array.isArray(header) ? header[0] : header
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now())
}

function describeError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return code === undefined ? message : `${message} (${code})`
}
