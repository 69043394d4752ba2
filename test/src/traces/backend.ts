/** A next hop that keeps what came on each span about the operations below it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import oracle from 'otlp-oracle/build/src/generated/root.js'
import { onStop } from '../end-to-end/children.ts'
import { JSON_TYPE } from '../end-to-end/requests.ts'

/** By name, such as `subtree.operations`, which is `spancost.subtree.operations` on the span. */
export type Told = Readonly<Record<string, number>>

export interface SpanBackend {
  readonly url: string
  /** What each span of a trace said when it came last, by span id; forgotten with the answer. */
  take(traceId: string): ReadonlyMap<string, Told>
}

interface Span {
  readonly traceId: string | Uint8Array
  readonly spanId: string | Uint8Array
  readonly attributes?: readonly {
    readonly key: string
    readonly value: { readonly doubleValue?: number | null; readonly intValue?: unknown }
  }[]
}

interface Request {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[]
  }[]
}

const { ExportTraceServiceRequest } = (
  oracle as unknown as {
    opentelemetry: {
      proto: {
        collector: {
          trace: { v1: { ExportTraceServiceRequest: { decode(bytes: Uint8Array): Request } } }
        }
      }
    }
  }
).opentelemetry.proto.collector.trace.v1

const ROLLUP = /^spancost\.((?:subtree|trace)\..+)$/

export async function startSpanBackend(): Promise<SpanBackend> {
  const traces = new Map<string, Map<string, Told>>()
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sent = await buffer(request)
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
    const contentType = request.headers['content-type'] ?? ''
    const isJson = contentType === JSON_TYPE
    const { resourceSpans } = isJson
      ? (JSON.parse(body.toString()) as Request)
      : ExportTraceServiceRequest.decode(body)
    const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((one) => one.spans))
    for (const span of spans) {
      const traceId = toHex(span.traceId)
      const told = traces.get(traceId) ?? new Map<string, Told>()
      traces.set(traceId, told.set(toHex(span.spanId), readRollup(span)))
    }
    response.writeHead(200, { 'content-type': contentType }).end(isJson ? '{}' : '')
  }
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onStop(async () => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take(traceId) {
      const told = traces.get(traceId) ?? new Map<string, Told>()
      traces.delete(traceId)
      return told
    },
  }
}

function toHex(id: string | Uint8Array): string {
  return typeof id === 'string' ? id : Buffer.from(id).toString('hex')
}

function readRollup({ attributes = [] }: Span): Told {
  const found = attributes.flatMap(({ key, value }) => {
    const [, name] = ROLLUP.exec(key) ?? []
    return name === undefined ? [] : [[name, value.doubleValue ?? Number(String(value.intValue))]]
  })
  return Object.fromEntries(found) as Told
}
