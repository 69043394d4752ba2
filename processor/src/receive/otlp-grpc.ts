import { once } from 'node:events'
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import { RPC_CODES } from '@spancost/otlp'
import { SIGNALS, type Consume, type Signal } from '../consume.ts'
import { splitEndpoint } from '../endpoint.ts'
import { OTLP_METHODS } from '../otlp-methods.ts'
import { CHALLENGE } from './bearer-tokens.ts'
import { respondHttpStatus, respondResult, respondStatus } from './grpc-answer.ts'
import { findCodingFault, readMessage } from './grpc-message.ts'
import { limitSessions, type Connections, type SessionLimits } from './grpc-sessions.ts'
import { readTimeoutMs } from './grpc-timeout.ts'
import { addressOf, type Receiver, type ReceiverOptions } from './receiver.ts'
import type { ServerTls } from './server-tls.ts'

export type GrpcReceiverOptions = ReceiverOptions & SessionLimits

const METHODS: ReadonlyMap<string, Signal> = new Map(
  SIGNALS.map((signal) => [OTLP_METHODS[signal], signal]),
)

const MIB = 1024 * 1024

/** Requests larger than HTTP/2's default window of 64 KiB should not wait for window updates. */
const STREAM_WINDOW_BYTES = 16 * MIB
const CONNECTION_WINDOW_BYTES = 64 * MIB

const HTTP2 = {
  settings: {
    initialWindowSize: STREAM_WINDOW_BYTES,
    maxConcurrentStreams: 1000,
    // Clients that make use of it send fewer, larger frames.
    maxFrameSize: MIB,
  },
  // What is in work is bounded in bytes, by our own count of all connections together.
  maxSessionMemory: Number.MAX_SAFE_INTEGER,
}

/** OTLP/gRPC on `node:http2`. Requests stay bytes: nothing here decodes them. */
export async function startGrpcReceiver(
  options: GrpcReceiverOptions,
  consumers: Readonly<Partial<Record<Signal, Consume>>>,
): Promise<Receiver> {
  const server = createListener(options.tls)
  const connections = limitSessions(server, options)
  server.on('session', (session) => session.setLocalWindowSize(CONNECTION_WINDOW_BYTES))
  const inWork = new Set<Promise<void>>()
  server.on('stream', (stream, headers) => {
    // A stream that is reset under our hands has no one left to answer.
    stream.on('error', () => {})
    serve(stream, headers, options, consumers, inWork).catch((error: unknown) => {
      // A fault of ours: the sender keeps the request and tries again.
      respondStatus(stream, RPC_CODES.UNAVAILABLE, (error as Error).message)
    })
  })
  const { host, port } = splitEndpoint(options.endpoint)!
  server.listen(port, host)
  await once(server, 'listening')
  return {
    address: addressOf(server, host),
    stop: () => stopServer(server, connections, inWork),
  }
}

function createListener(tls: ServerTls | undefined): Http2Server {
  if (tls === undefined) return createServer(HTTP2)
  const server = createSecureServer({ ...HTTP2, ...tls.options })
  tls.keepFresh(server)
  return server
}

/** Once all is answered, how long the answers have to leave before what is still open is cut. */
const LEAVE_MS = 1000

/**
 * Takes no new calls, answers what has come whole, then cuts the rest: connections that sent
 * nothing yet, or half a request, which their senders know to be lost and send again.
 */
async function stopServer(
  server: Http2Server,
  connections: Connections,
  inWork: ReadonlySet<Promise<void>>,
): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  connections.drain()
  while (inWork.size > 0) await Promise.all(inWork)
  const cut = setTimeout(connections.cut, LEAVE_MS)
  await closed
  clearTimeout(cut)
}

async function serve(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  options: GrpcReceiverOptions,
  consumers: Readonly<Partial<Record<Signal, Consume>>>,
  inWork: Set<Promise<void>>,
): Promise<void> {
  const { maxRequestBytes, isAllowed, uploads, onRefused } = options
  if (!/^application\/grpc(?:\+proto)?(?:;|$)/i.test(headers['content-type'] ?? '')) {
    onRefused?.('media_type')
    return respondHttpStatus(stream, 415)
  }
  if (headers[':method'] !== 'POST') {
    onRefused?.('method')
    return respondHttpStatus(stream, 405)
  }
  if (isAllowed?.(headers.authorization) === false) {
    onRefused?.('unauthenticated')
    const message = 'a valid bearer token is needed'
    const challenge = { 'www-authenticate': CHALLENGE }
    return respondStatus(stream, RPC_CODES.UNAUTHENTICATED, message, undefined, challenge)
  }
  const signal = METHODS.get(headers[':path'] ?? '')
  const consume = signal && consumers[signal]
  if (signal === undefined || consume === undefined) {
    onRefused?.('not_found')
    const message = signal ? `no destination is configured for ${signal}` : 'no such method'
    return respondStatus(stream, RPC_CODES.UNIMPLEMENTED, message)
  }
  const coding = String(headers['grpc-encoding'] ?? 'identity')
  const fault = findCodingFault(coding)
  if (fault !== undefined) {
    onRefused?.(fault.cause)
    return respondStatus(stream, fault.code, fault.message)
  }

  const abort = new AbortController()
  stream.once('close', () => {
    if (!stream.headersSent) abort.abort(new Error('the sender went away'))
  })
  endAtDeadline(stream, headers['grpc-timeout'], abort)
  const hold = uploads?.inFlight.open(() => {
    const message = 'the request comes too slowly, and others need its room'
    respondStatus(stream, RPC_CODES.UNAVAILABLE, message)
  })
  const read = await readMessage(stream, coding, maxRequestBytes, hold)
  // Whole, it is held by what comes next, in the same tick.
  hold?.release()
  switch (read.kind) {
    case 'gone':
      return
    case 'refused':
      onRefused?.(read.cause)
      return respondStatus(stream, read.code, read.message)
    case 'no_room': {
      const request = { signal, encoding: 'protobuf', body: new Uint8Array() } as const
      return respondResult(stream, signal, await uploads!.refuse(request, abort.signal))
    }
    case 'message': {
      const { body } = read
      const answered = consume({ signal, encoding: 'protobuf', body }, abort.signal)
        .then((result) => respondResult(stream, signal, result))
        .finally(() => inWork.delete(answered))
      inWork.add(answered)
      return answered
    }
  }
}

/** A caller that would not wait longer is told that it is too late, and its work is given up. */
function endAtDeadline(
  stream: ServerHttp2Stream,
  given: string | string[] | undefined,
  abort: AbortController,
): void {
  const timeoutMs = readTimeoutMs(given)
  if (timeoutMs === undefined) return
  const timer = setTimeout(() => {
    const message = `not done within ${timeoutMs} ms`
    respondStatus(stream, RPC_CODES.DEADLINE_EXCEEDED, message)
    abort.abort(new Error(message))
  }, timeoutMs)
  stream.once('close', () => clearTimeout(timer))
}
