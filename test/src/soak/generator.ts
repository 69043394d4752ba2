/** Sends spans at a rate to a Collector, and keeps what was not taken, as an SDK would. */
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  encodeTraces,
  makeChatSpan,
  makeSpan,
  makeTraces,
  PROTOBUF,
} from '../end-to-end/requests.ts'
import { formatDecimal, type Truth } from '../faults/traffic.ts'

export interface Generator {
  /** Spans that the Collector took so far. */
  taken(): number
  refused(): number
  /** Begins nothing new, and waits until all that was begun is taken. */
  finish(): Promise<Truth>
}

const SPANS_PER_BATCH = 500
/** One span in ten is a call of a model. */
const CALLS_PER_BATCH = 50
/** gpt-4o, 1000 tokens at 2.5 and 100 at 10 USD per million: 0.0035 USD. */
const CALL = { model: 'gpt-4o', input: 1000, output: 100 }
const TEN_MILLIONTHS_PER_CALL = 35_000

/** Batches on their way; where the Collector does not keep up, the rate falls. */
const MAX_UNDER_WAY = 32
const BETWEEN_TRIES_MS = 200

/** Sends in turns to receivers of a Collector, `http://host:port` each. */
export function startGenerator(urls: readonly string[], spansPerSecond: number): Generator {
  const agent = new http.Agent({ keepAlive: true })
  const makeBatch = createBatchMaker()
  const stop = new AbortController()
  const underWay = new Set<Promise<void>>()
  let [batches, taken, refused] = [0, 0, 0]

  const deliver = async (url: string, body: Buffer): Promise<void> => {
    while (!(await post(agent, `${url}/v1/traces`, body))) {
      refused += 1
      await sleep(BETWEEN_TRIES_MS)
    }
    taken += SPANS_PER_BATCH
  }
  const run = async (): Promise<void> => {
    const intervalMs = (1000 * SPANS_PER_BATCH) / spansPerSecond
    let dueMs = performance.now()
    while (!stop.signal.aborted) {
      const waitMs = dueMs - performance.now()
      if (waitMs > 0) await sleep(waitMs)
      // What could not be sent in time is not made up for at once.
      dueMs = Math.max(dueMs, performance.now() - 1000) + intervalMs
      if (underWay.size >= MAX_UNDER_WAY) await Promise.race(underWay)
      const url = urls[batches % urls.length]!
      const sent = deliver(url, makeBatch(batches)).finally(() => underWay.delete(sent))
      underWay.add(sent)
      batches += 1
    }
  }
  const running = run()
  return {
    taken: () => taken,
    refused: () => refused,
    finish: async () => {
      stop.abort()
      await running
      await Promise.all(underWay)
      agent.destroy()
      const operations = batches * CALLS_PER_BATCH
      const cost = formatDecimal(operations * TEN_MILLIONTHS_PER_CALL)
      return { spans: batches * SPANS_PER_BATCH, operations, cost }
    },
  }
}

/** Encoding each batch anew would take more time than everything that is looked at here. */
function createBatchMaker(): (batch: number) => Buffer {
  const marks = Array.from({ length: SPANS_PER_BATCH }, (_, index) => 0xabcdef000000 + index)
  const spans = marks.map((mark, index) =>
    index < CALLS_PER_BATCH
      ? makeChatSpan(mark, CALL)
      : makeSpan(mark, { 'http.request.method': 'GET', 'url.full': 'https://example.com/items' }),
  )
  const template = encodeTraces(makeTraces(spans))
  // Each number stands there twice: at the end of the trace id, and as the span id.
  const places = marks.map((mark) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64BE(BigInt(mark))
    const first = template.indexOf(bytes)
    return [first, template.indexOf(bytes, first + 8)] as const
  })
  return (batch) => {
    const body = Buffer.from(template)
    for (const [index, [traceId, spanId]] of places.entries()) {
      const number = BigInt(batch * SPANS_PER_BATCH + index + 1)
      body.writeBigUInt64BE(number, traceId)
      body.writeBigUInt64BE(number, spanId)
    }
    return body
  }
}

function post(agent: http.Agent, url: string, body: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { 'content-type': PROTOBUF, 'content-length': body.length }
    const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode === 200))
      response.on('error', () => resolve(false))
    })
    request.on('error', () => resolve(false)).end(body)
  })
}
