import { once } from 'node:events'
import http, {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'

export interface SentRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Uncompressed. */
  readonly body: Buffer
  /** The sender's end of the connection: the same port again means the same connection. */
  readonly port: number
}

export interface HttpDestination {
  /** A base URL. */
  readonly endpoint: string
  readonly requests: SentRequest[]
  stop(): Promise<void>
}

const UNPACK: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: gunzipSync,
  zstd: zstdDecompressSync,
}

/** A next hop over HTTP, or HTTPS where `tls` is given, that keeps what it gets. */
export async function startHttpDestination(
  answer: (response: ServerResponse, request: SentRequest) => void = (response) => response.end(),
  tls?: https.ServerOptions,
): Promise<HttpDestination> {
  const requests: SentRequest[] = []
  const keep = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const sent = Buffer.concat(chunks)
    const unpack = UNPACK[request.headers['content-encoding'] ?? ''] ?? ((body) => body)
    const { method = '', url: path = '', headers } = request
    const port = request.socket.remotePort ?? 0
    const one = { method, path, headers, body: unpack(sent), port }
    requests.push(one)
    answer(response, one)
  }
  const listener: http.RequestListener = (request, response) => void keep(request, response)
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const scheme = tls === undefined ? 'http' : 'https'
  return {
    endpoint: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
