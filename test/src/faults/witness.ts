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
  /** Of the spans 1 to `last`, how many never came. A span's number is its id. */
  countMissing(last: number): number
  /** Spans that it took and had taken before. */
  countRepeated(): number
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
  const taken = createNumberSet()
  let mood: Mood = 'accept'
  let repeated = 0
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
      for (const { spanId } of scopeSpans.flatMap(({ spans }) => spans)) {
        // The last six bytes hold every number that there is.
        if (!taken.add(Buffer.from(spanId).readUIntBE(2, 6))) repeated += 1
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
    countMissing: (last) => last - taken.countUpTo(last),
    countRepeated: () => repeated,
    setMood: (next) => {
      mood = next
      // What still hangs will not be answered in another mood.
      if (next !== 'hang') server.closeAllConnections()
    },
  }
}

/** A bit for each number: a `Set` of millions stalls when it grows. */
function createNumberSet() {
  let bits = new Uint8Array(4096)
  const has = (number: number): boolean => (bits[number >>> 3]! & (1 << (number & 7))) !== 0
  return {
    /** `false`: it was there already. */
    add: (number: number): boolean => {
      if (number >>> 3 >= bits.length) {
        const larger = new Uint8Array(2 * (number >>> 3))
        larger.set(bits)
        bits = larger
      }
      if (has(number)) return false
      bits[number >>> 3]! |= 1 << (number & 7)
      return true
    },
    /** How many of 1 to `last` are in it. */
    countUpTo: (last: number): number => {
      let count = 0
      for (let number = 1; number <= last; number++) count += Number(has(number))
      return count
    },
  }
}
