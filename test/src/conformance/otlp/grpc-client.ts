/** OTLP/gRPC by a client library, and HTTP/2 by hand where that would not do it. */
import {
  Client,
  compressionAlgorithms,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js'
import { once } from 'node:events'
import { connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2'
import type { Signal, Target } from './case.ts'

const ANSWER_LIMIT_MS = 10_000

export const EXPORT_PATHS: Readonly<Record<Signal, string>> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
}

export interface GrpcCall {
  readonly body: Uint8Array
  /** Export of traces by default. */
  readonly path?: string
  readonly gzip?: boolean
  readonly metadata?: Metadata
  readonly deadlineMs?: number
  /** Cancels the call after so long. */
  readonly cancelAfterMs?: number
}

/** What a call came to: a response where `code` is 0. */
export interface GrpcAnswer {
  readonly code: number
  readonly details: string
  readonly metadata: Metadata
  readonly body: Buffer
}

const asIs = (bytes: Buffer): Buffer => bytes

export function openClient({ grpcAddress }: Target, gzip = false): Client {
  return new Client(grpcAddress, credentials.createInsecure(), {
    'grpc.default_compression_algorithm': gzip
      ? compressionAlgorithms.gzip
      : compressionAlgorithms.identity,
    'grpc.max_send_message_length': -1,
    'grpc.enable_retries': 0,
    // Each client has a connection of its own.
    'grpc.use_local_subchannel_pool': 1,
  })
}

/** One call with a client of its own, or with `client`. */
export function callExport(target: Target, call: GrpcCall, client?: Client): Promise<GrpcAnswer> {
  const used = client ?? openClient(target, call.gzip)
  const { body, path = EXPORT_PATHS.traces, metadata = new Metadata() } = call
  return new Promise<GrpcAnswer>((resolve) => {
    const done = (error: ServiceError | null, response?: Buffer): void => {
      const empty = { details: '', metadata: new Metadata(), body: Buffer.alloc(0) }
      resolve(
        error === null ? { ...empty, code: 0, body: response! } : { ...empty, ...pick(error) },
      )
    }
    const deadline = Date.now() + (call.deadlineMs ?? ANSWER_LIMIT_MS)
    const options = { deadline }
    const started = used.makeUnaryRequest(
      path,
      asIs,
      asIs,
      Buffer.from(body),
      metadata,
      options,
      done,
    )
    if (call.cancelAfterMs !== undefined) setTimeout(() => started.cancel(), call.cancelAfterMs)
  }).finally(() => client ?? used.close())
}

function pick({ code, details, metadata }: ServiceError): Omit<GrpcAnswer, 'body'> {
  return { code, details, metadata }
}

export interface Http2Answer {
  /** Of HTTP. */
  readonly status: number
  /** Of gRPC, in headers or trailers; absent where there is none. */
  readonly grpcStatus?: number
  readonly headers: IncomingHttpHeaders
  readonly trailers: IncomingHttpHeaders
  readonly body: Buffer
}

/** One HTTP/2 request on a connection of its own. Rejects where the stream is reset instead. */
export async function sendHttp2(
  { grpcAddress }: Target,
  headers: OutgoingHttpHeaders,
  body: Uint8Array,
): Promise<Http2Answer> {
  const session = connect(`http://${grpcAddress}`)
  const failed = new Promise<never>((_, reject) => session.once('error', reject))
  failed.catch(() => {})
  try {
    const stream = session.request({
      ':method': 'POST',
      ':path': EXPORT_PATHS.traces,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    })
    stream.setTimeout(ANSWER_LIMIT_MS, () => stream.destroy(new Error('no answer in time')))
    const chunks: Buffer[] = []
    let received: IncomingHttpHeaders = {}
    let trailers: IncomingHttpHeaders = {}
    stream.on('response', (given) => (received = given))
    stream.on('trailers', (given) => (trailers = given))
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.end(body)
    await Promise.race([once(stream, 'close'), once(stream, 'error').then(fail), failed])
    const grpcStatus = trailers['grpc-status'] ?? received['grpc-status']
    return {
      status: Number((received as Record<string, unknown>)[':status'] ?? 0),
      ...(grpcStatus !== undefined && { grpcStatus: Number(grpcStatus) }),
      headers: received,
      trailers,
      body: Buffer.concat(chunks),
    }
  } finally {
    session.destroy()
  }
}

function fail([error]: unknown[]): never {
  throw error
}

/** A gRPC message as it goes over the wire: one byte of flags, the length, the bytes. */
export function frame(body: Uint8Array, compressed = false, length = body.length): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt8(compressed ? 1 : 0)
  head.writeUInt32BE(length, 1)
  return Buffer.concat([head, body])
}
