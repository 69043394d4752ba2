import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { MEDIA_TYPES, type Forwarded, type Sink } from './case.ts'

/** What is looked for came shortly before; older requests are forgotten. */
const KEPT = 50
const FIND_LIMIT_MS = 5000

export interface StartedSink extends Sink {
  /** A base URL. */
  readonly url: string
  stop(): void
}

/** A next hop over OTLP/HTTP on 127.0.0.1; port 0 lets the system choose. */
export async function startSink(port: number): Promise<StartedSink> {
  const kept: Forwarded[] = []
  let answer: { status: number; headers: Readonly<Record<string, string>> }
  answer = { status: 200, headers: {} }
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sent = await buffer(request)
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
    const encoding = request.headers['content-type'] === MEDIA_TYPES.json ? 'json' : 'protobuf'
    kept.unshift({ encoding, body })
    kept.splice(KEPT)
    response.writeHead(answer.status, { 'content-type': MEDIA_TYPES[encoding], ...answer.headers })
    response.end(encoding === 'json' ? '{}' : '')
  }
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: (status, headers = {}) => (answer = { status, headers }),
    find: async (bytes) => {
      const deadline = Date.now() + FIND_LIMIT_MS
      while (Date.now() < deadline) {
        const found = kept.find(({ body }) => body.includes(bytes))
        if (found !== undefined) return found
        await sleep(10)
      }
      throw new Error('it was accepted, and never reached the next hop')
    },
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
