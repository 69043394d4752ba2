/** A next hop that remembers which spans it took, and can be made to fail. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import oracle from 'otlp-oracle/build/src/generated/root.js'
import { onStop } from '../end-to-end/children.ts'

/** How requests are answered: `reset` cuts the connection, `hang` never answers. */
export type Mood = 'accept' | 'refuse' | 'hang' | 'reset'

export interface Witness {
  readonly url: string
  /** Of every span that it took, in hex. */
  readonly spanIds: ReadonlySet<string>
  /** Spans that it took, counted as often as they came. */
  count(): number
  setMood(mood: Mood): void
}

interface Decoded {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly { readonly spanId: Uint8Array }[] }[]
  }[]
}

const { ExportTraceServiceRequest } = (
  oracle as unknown as {
    opentelemetry: {
      proto: {
        collector: {
          trace: { v1: { ExportTraceServiceRequest: { decode(bytes: Uint8Array): Decoded } } }
        }
      }
    }
  }
).opentelemetry.proto.collector.trace.v1

export async function startWitness(): Promise<Witness> {
  const spanIds = new Set<string>()
  let mood: Mood = 'accept'
  let count = 0
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (mood === 'reset') {
      request.socket.resetAndDestroy()
      return
    }
    const sent = await buffer(request)
    if (mood === 'hang') return
    if (mood === 'refuse') {
      response.writeHead(503).end()
      return
    }
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
    for (const { scopeSpans } of ExportTraceServiceRequest.decode(body).resourceSpans) {
      for (const { spans } of scopeSpans) {
        count += spans.length
        for (const { spanId } of spans) spanIds.add(Buffer.from(spanId).toString('hex'))
      }
    }
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
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
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spanIds,
    count: () => count,
    setMood: (next) => {
      mood = next
      // What still hangs will not be answered in another mood.
      if (next !== 'hang') server.closeAllConnections()
    },
  }
}
