/** A next hop that keeps what it gets, byte for byte, and answers as a test wishes. */
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { onStop } from './children.ts'
import type { Destination } from './processor.ts'
import { defineExport, JSON_TYPE, PROTOBUF } from './requests.ts'

export interface Received {
  /** `/v1/traces`, or `grpc`. */
  readonly path: string
  readonly contentType: string
  /** Uncompressed. */
  readonly body: Buffer
}

/** `hang`: none, ever. */
export type Answer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | 'hang'

export interface Backend {
  /** `http://host:port` of the HTTP one, `host:port` of the gRPC one. */
  readonly address: string
  readonly received: Received[]
}

/** `answer` is asked once for each request; without it, all are accepted. */
export async function startHttpBackend(
  answer: () => Answer | Promise<Answer> = () => ({ status: 200 }),
): Promise<Backend> {
  const received: Received[] = []
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sent = await buffer(request)
    const contentType = request.headers['content-type'] ?? ''
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
    received.push({ path: request.url ?? '', contentType, body })
    const given = await answer()
    if (given === 'hang') return
    response.writeHead(given.status, { 'content-type': contentType, ...given.headers })
    // An accepted request is answered with an empty message of its own encoding.
    response.end(contentType === JSON_TYPE ? '{}' : '')
  }
  const server = createServer((request, response) => {
    // A sender that was killed has no use for an answer.
    serve(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onStop(async () => {
    server.closeAllConnections()
    server.close()
  })
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}

/** The destination of a processor's config that is this backend. */
export function forwardTo({ address }: Backend): Destination {
  if (address.startsWith('http')) return { protocol: 'http', endpoint: address }
  // A gRPC endpoint that is written as http:// is reached without TLS.
  return { protocol: 'grpc', endpoint: `http://${address}` }
}

/** A gRPC TraceService; `answer` may name a status code and metadata to refuse with. */
export async function startGrpcBackend(
  answer: () => Parameters<sendUnaryData<Buffer>>[0] = () => null,
): Promise<Backend> {
  const received: Received[] = []
  const server = new Server()
  server.addService(defineExport('traces'), {
    export: (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
      received.push({ path: 'grpc', contentType: PROTOBUF, body: call.request })
      callback(answer(), Buffer.alloc(0))
    },
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    )
  })
  onStop(async () => server.forceShutdown())
  return { address: `127.0.0.1:${port}`, received }
}
