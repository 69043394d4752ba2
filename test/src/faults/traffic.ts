/** Senders that do what OTLP asks of them, and the truth about what they sent. */
import { setTimeout as sleep } from 'node:timers/promises'
import { callExport } from '../conformance/otlp/grpc-client.ts'
import type { Processor } from '../end-to-end/processor.ts'
import { encodeTraces, makeChatSpan, makeTraces, PROTOBUF, send } from '../end-to-end/requests.ts'

/** What the ledger and the next hop have to know in the end. */
export interface Truth {
  /** Spans have the numbers 1 to this. */
  readonly spans: number
  readonly operations: number
  /** An exact decimal of USD. */
  readonly cost: string
}

export interface Traffic {
  /** Spans that were acknowledged so far. */
  acknowledged(): number
  /** Sends that failed and were tried again. */
  retries(): number
  /** Begins nothing new, and waits until all that was begun is acknowledged. */
  finish(): Promise<Truth>
}

/** Where a sender sends next; asked anew for each attempt. */
export type ChooseTargets = (
  attempt: number,
) => readonly Pick<Processor, 'httpUrl' | 'grpcAddress'>[]

const SPANS_PER_BATCH = 16
const BETWEEN_TRIES_MS = 50
const SENDERS = 6

/** Half of the senders use HTTP, half gRPC; each sends its batches one after the other. */
export function startTraffic(choose: ChooseTargets): Traffic {
  const stop = new AbortController()
  let [nextId, acknowledged, retries, tenMillionths] = [1, 0, 0, 0]

  const makeBatch = (): Buffer => {
    const spans = Array.from({ length: SPANS_PER_BATCH }, () => {
      const id = nextId++
      const [input, output] = [1 + (id % 997), 1 + (id % 89)]
      // gpt-4o: 2.5 and 10 USD per million tokens, so 25 and 100 ten-millionths of a dollar each.
      tenMillionths += 25 * input + 100 * output
      return makeChatSpan(id, { model: 'gpt-4o', input, output })
    })
    return encodeTraces(makeTraces(spans))
  }

  const sendOne = async (body: Buffer, isGrpc: boolean): Promise<void> => {
    for (let attempt = 0; ; attempt++) {
      const targets = choose(attempt)
      // Several targets get the same batch at once.
      const sent = targets.map((target) => (isGrpc ? sendGrpc : sendHttp)(target, body))
      if ((await Promise.all(sent)).every(Boolean)) return
      retries += 1
      await sleep(BETWEEN_TRIES_MS)
    }
  }

  const senders = Array.from({ length: SENDERS }, async (_, index) => {
    while (!stop.signal.aborted) {
      await sendOne(makeBatch(), index % 2 === 1)
      acknowledged += SPANS_PER_BATCH
    }
  })
  // Looked at when the traffic is finished; until then it is no unhandled one.
  const ended = Promise.all(senders)
  ended.catch(() => {})
  return {
    acknowledged: () => acknowledged,
    retries: () => retries,
    finish: async () => {
      stop.abort()
      await ended
      const spans = nextId - 1
      return { spans, operations: spans, cost: formatDecimal(tenMillionths) }
    },
  }
}

/** Ten-millionths as a decimal without trailing zeros. */
export function formatDecimal(tenMillionths: number): string {
  const digits = String(tenMillionths).padStart(8, '0')
  return `${digits.slice(0, -7)}.${digits.slice(-7)}`.replace(/\.?0+$/, '')
}

/** Whether it was acknowledged. Throws where the answer is final: our spans are good. */
async function sendHttp({ httpUrl }: { httpUrl: string }, body: Buffer): Promise<boolean> {
  let status: number
  try {
    const headers = { 'content-type': PROTOBUF }
    ;({ status } = await send(`${httpUrl}/v1/traces`, { headers, body }))
  } catch {
    return false
  }
  if (status === 200) return true
  if (![429, 502, 503, 504].includes(status)) throw new Error(`good spans were answered ${status}`)
  return false
}

async function sendGrpc(target: { grpcAddress: string }, body: Buffer): Promise<boolean> {
  const { code, details } = await callExport(
    { httpUrl: '', maxRequestBytes: 0, ...target },
    { body },
  )
  if (code === 0) return true
  // CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE.
  if (![1, 4, 8, 14].includes(code)) throw new Error(`good spans were answered ${code} ${details}`)
  return false
}
