import { once } from 'node:events'
import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { encodeExportResponse, encodeStatus, RPC_CODES, type Encoding } from '@spancost/otlp'
import { SIGNALS, type Consume, type Result, type Signal } from '../consume.ts'
import { splitEndpoint } from '../endpoint.ts'
import { OTLP_PATHS } from '../otlp-methods.ts'
import { CHALLENGE } from './bearer-tokens.ts'
import { readBody } from './read-body.ts'
import { addressOf, type Receiver, type ReceiverOptions, type RefusalCause } from './receiver.ts'
import type { ServerTls } from './server-tls.ts'

const PATHS: ReadonlyMap<string, Signal> = new Map(
  SIGNALS.map((signal) => [OTLP_PATHS[signal], signal]),
)

const CONTENT_TYPES: Readonly<Record<Encoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
}

/** Longer than a Collector waits for an answer by default (30 s), shorter than forever. */
const REQUEST_TIMEOUT_MS = 60_000

/**
 * OTLP/HTTP as opentelemetry-proto 1.11 specifies it: POST of protobuf or JSON to a path of
 * each signal. Every error has a `Status` body in the request's own encoding.
 */
export async function startHttpReceiver(
  options: ReceiverOptions,
  consumers: Readonly<Partial<Record<Signal, Consume>>>,
): Promise<Receiver> {
  const inWork = new Set<ServerResponse>()
  const isOld = createAgeCheck(options.maxConnectionAgeMs)
  const listen = (request: IncomingMessage, response: ServerResponse): void => {
    if (isOld(request.socket)) response.shouldKeepAlive = false
    inWork.add(response)
    response.once('close', () => inWork.delete(response))
    serve(request, response, options, consumers).catch((error: unknown) => {
      // A fault of ours: the sender keeps the request and tries again.
      const encoding = encodingOf(request.headers['content-type']) ?? 'json'
      respondWithError(response, encoding, 503, RPC_CODES.UNAVAILABLE, (error as Error).message)
    })
  }
  const server = createListener(options.tls).on('request', listen)
  // A sender that asks before it sends a body hears a refusal that needs none at once.
  server.on('checkContinue', listen)
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    options.onRefused?.('corrupt')
    refuseBrokenRequest(error, socket)
  })
  const { host, port } = splitEndpoint(options.endpoint)!
  server.listen(port, host)
  await once(server, 'listening')
  return { address: addressOf(server, host), stop: () => stopServer(server, inWork) }
}

/** Whether a connection has served so long that it ends with its next answer. */
function createAgeCheck(maxAgeMs = Infinity): (socket: Socket) => boolean {
  const firstUsedAtMs = new WeakMap<Socket, number>()
  return (socket) => {
    const now = performance.now()
    const since = firstUsedAtMs.get(socket)
    if (since === undefined) firstUsedAtMs.set(socket, now)
    return now - (since ?? now) >= maxAgeMs
  }
}

function createListener(tls: ServerTls | undefined): Server {
  const requestTimeout = REQUEST_TIMEOUT_MS
  if (tls === undefined) return createServer({ requestTimeout })
  const server = createSecureServer({ requestTimeout, ...tls.options })
  tls.keepFresh(server)
  return server
}

/**
 * Takes no new connections, answers what has come whole, then cuts the rest: connections that sent
 * nothing yet, or half a request, which their senders know to be lost and send again.
 */
async function stopServer(server: Server, inWork: ReadonlySet<ServerResponse>): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  for (;;) {
    const whole = [...inWork].filter((response) => response.req.complete)
    if (whole.length === 0) break
    // A connection that is kept alive would be served on.
    for (const response of whole) response.shouldKeepAlive = false
    await Promise.all(whole.map((response) => once(response, 'close')))
  }
  server.closeAllConnections()
  await closed
}

/** Of what is wrong with a body. */
const CAUSES = { 400: 'corrupt', 413: 'too_large', 415: 'encoding' } as const

const NO_BODY = new Uint8Array()

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { maxRequestBytes, isAllowed, uploads, onRefused }: ReceiverOptions,
  consumers: Readonly<Partial<Record<Signal, Consume>>>,
): Promise<void> {
  const encoding = encodingOf(request.headers['content-type'])
  const refuse = (status: number, cause: RefusalCause, code: number, message: string): void => {
    onRefused?.(cause)
    respondWithError(response, encoding ?? 'json', status, code, message)
  }
  if (isAllowed?.(request.headers.authorization) === false) {
    response.setHeader('WWW-Authenticate', CHALLENGE)
    return refuse(
      401,
      'unauthenticated',
      RPC_CODES.UNAUTHENTICATED,
      'a valid bearer token is needed',
    )
  }
  const path = (request.url ?? '').split('?', 1)[0]!
  const signal = PATHS.get(path)
  if (signal === undefined) {
    return refuse(
      404,
      'not_found',
      RPC_CODES.UNIMPLEMENTED,
      `no such path; there are ${[...PATHS.keys()].join(', ')}`,
    )
  }
  const consume = consumers[signal]
  if (consume === undefined) {
    const message = `no destination is configured for ${signal}`
    return refuse(404, 'not_found', RPC_CODES.UNIMPLEMENTED, message)
  }
  if (request.method !== 'POST') {
    response.setHeader('Allow', 'POST')
    return refuse(405, 'method', RPC_CODES.UNIMPLEMENTED, 'only POST is allowed')
  }
  if (encoding === undefined) {
    const known = Object.values(CONTENT_TYPES).join(' or ')
    const message = `the content type must be ${known}`
    return refuse(415, 'media_type', RPC_CODES.INVALID_ARGUMENT, message)
  }

  const abort = new AbortController()
  response.once('close', () => abort.abort(new Error('the sender went away')))
  // Where it gives way, its sender sees the connection cut, and comes again.
  const hold = uploads?.inFlight.open(() => request.destroy())
  const read = await readBody(request, maxRequestBytes, hold, () => {
    if (isWaiting(request)) response.writeContinue()
  })
  // Whole, it is held by what comes next, in the same tick.
  hold?.release()
  if (read.kind === 'gone') return
  if (read.kind === 'refused') {
    return refuse(
      read.status,
      CAUSES[read.status],
      read.status === 413 ? RPC_CODES.RESOURCE_EXHAUSTED : RPC_CODES.INVALID_ARGUMENT,
      read.message,
    )
  }

  const result =
    read.kind === 'no_room'
      ? await uploads!.refuse({ signal, encoding, body: NO_BODY }, abort.signal)
      : await consume({ signal, encoding, body: read.body }, abort.signal)
  respond(response, encoding, signal, result)
}

function encodingOf(contentType: string | undefined): Encoding | undefined {
  const mediaType = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase()
  if (mediaType === CONTENT_TYPES.protobuf) return 'protobuf'
  return mediaType === CONTENT_TYPES.json ? 'json' : undefined
}

function respond(
  response: ServerResponse,
  encoding: Encoding,
  signal: Signal,
  result: Result,
): void {
  switch (result.kind) {
    case 'accepted':
      send(response, 200, encoding, encodeExportResponse(encoding, signal, result.partialSuccess))
      return
    case 'retryable': {
      if (result.afterMs !== undefined) {
        // Whole seconds, and never 0: that would mean "at once".
        response.setHeader('Retry-After', Math.max(1, Math.ceil(result.afterMs / 1000)))
      }
      const [status, code] = result.overload
        ? [429, RPC_CODES.RESOURCE_EXHAUSTED]
        : [503, RPC_CODES.UNAVAILABLE]
      respondWithError(response, encoding, status, code, result.message)
      return
    }
    case 'permanent': {
      const [status, code] =
        result.fault === 'too_large'
          ? [413, RPC_CODES.RESOURCE_EXHAUSTED]
          : [400, RPC_CODES.INVALID_ARGUMENT]
      respondWithError(response, encoding, status, code, result.message)
    }
  }
}

function respondWithError(
  response: ServerResponse,
  encoding: Encoding,
  status: number,
  code: number,
  message: string,
): void {
  // Who waits for a "continue" that does not come may send the body, or the next request.
  if (isWaiting(response.req)) response.shouldKeepAlive = false
  if (!response.req.complete) dropRest(response.req)
  send(response, status, encoding, encodeStatus(encoding, code, message))
}

function isWaiting(request: IncomingMessage): boolean {
  return request.headers.expect !== undefined
}

/** Longer than a sender needs to read an answer, even where it is still writing. */
const LAST_WORD_MS = 1000

/**
 * Answers what is no HTTP, as far as its sender can be answered at all, and ends the connection:
 * where the next request would begin nobody knows.
 */
function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
  const body = encodeStatus('json', RPC_CODES.INVALID_ARGUMENT, `no HTTP request: ${error.message}`)
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${CONTENT_TYPES.json}`,
    `Content-Length: ${body.length}`,
    'Connection: close',
  ]
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]))
  // Closed with bytes unread, the connection would be reset before the answer is.
  socket.resume()
  setTimeout(() => socket.destroy(), LAST_WORD_MS).unref()
}

/** A sender that goes on beyond this has its connection cut. */
const MAX_DROPPED_BYTES = 1024 * 1024 * 1024

/**
 * Reads a body that was refused to its end and forgets it. A sender that is still writing would
 * see a connection cut in front of it as an error, and never the answer.
 */
function dropRest(request: IncomingMessage): void {
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > MAX_DROPPED_BYTES) request.destroy()
  })
  request.resume()
}

function send(
  response: ServerResponse,
  status: number,
  encoding: Encoding,
  body: Uint8Array,
): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, {
    'Content-Type': CONTENT_TYPES[encoding],
    'Content-Length': body.length,
  })
  response.end(body)
}
