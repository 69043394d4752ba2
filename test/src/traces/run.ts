/** Sends made traces through a real processor, and compares what comes out with what they are. */
import { waitFor } from '../end-to-end/children.ts'
import { readSpend, startProcessor, type Processor } from '../end-to-end/processor.ts'
import { sumDecimals } from '../end-to-end/decimals.ts'
import { encodeTraces, JSON_TYPE, PROTOBUF, send, type TracesJson } from '../end-to-end/requests.ts'
import { createRandom, type Random } from '../fuzz/random.ts'
import { startSpanBackend, type SpanBackend } from './backend.ts'
import { splitTrace, type Order } from './deliver.ts'
import { findAnswerDifferences, findSpanDifferences, type TraceAnswer } from './differences.ts'
import { expectSums } from './expected.ts'
import { makeTrace, type MadeSpan, type MadeTrace } from './make-trace.ts'

export interface TracesRun {
  readonly spans: number
  readonly operations: number
  readonly requests: number
  /** Of the first traces that have some. */
  readonly differences: readonly string[]
}

export interface Plan {
  readonly traces: number
  readonly seed: number
  readonly order: Order
  readonly report?: () => void
}

const SENDERS = 4
const TRACES_AT_ONCE = 3
const MAX_DIFFERENCES = 100

/**
 * Every trace is looked at when it was sent; in the end, the whole ledger and each trace once more,
 * after agents that stayed alone were counted.
 */
export async function runTraces({ traces, seed, order, report }: Plan): Promise<TracesRun> {
  const backend = await startSpanBackend()
  const processor = await startProcessor({
    forward: { protocol: 'http', endpoint: backend.url },
    config: { ledger: { path: './ledger.db', settleAfter: '24h' } },
  })
  const differences: string[] = []
  const counts = { spans: 0, operations: 0, requests: 0 }
  const make = (number: number): MadeTrace => makeTrace(createRandom(seed, number), number)

  let next = 1
  const work = async (): Promise<void> => {
    while (next <= traces && differences.length < MAX_DIFFERENCES) {
      const first = next
      next += TRACES_AT_ONCE
      const group = listNumbers(first, Math.min(first + TRACES_AT_ONCE, traces + 1)).map(make)
      const random = createRandom(seed, -first)
      counts.requests += await sendGroup(group, order, random, processor)
      for (const trace of group) {
        counts.spans += trace.spans.length
        counts.operations += trace.spans.filter(({ operation }) => operation !== undefined).length
        differences.push(...(await checkTrace(trace, order, backend, processor)))
        report?.()
      }
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, work))
  // Made anew each time, as all of them would not fit into memory.
  const all = function* (): Generator<MadeTrace> {
    for (let number = 1; number <= traces; number++) yield make(number)
  }
  differences.push(...(await checkSpend(all(), processor, false)))
  await processor.stop()
  // What is wrong already is not waited for.
  if (differences.length > 0) return { ...counts, differences }
  const settling = await startProcessor({
    config: { ledger: { path: processor.ledger, settleAfter: '1s' } },
  })
  differences.push(...(await checkSpend(all(), settling, true)))
  for (const trace of all()) {
    if (differences.length >= MAX_DIFFERENCES) break
    differences.push(...(await checkAnswer(trace, settling, true)))
  }
  return { ...counts, differences }
}

/** What is held is settled in steps: that may take as long as there are traces. */
async function checkSpend(
  traces: Iterable<MadeTrace>,
  processor: Processor,
  isSettled: boolean,
): Promise<readonly string[]> {
  let [costAtto, operations] = [0n, 0]
  for (const trace of traces) {
    const total = expectSums(trace, isSettled).get(trace.spans[0]!.spanId)!.subtree
    costAtto += total.costAtto
    operations += total.operations
  }
  const isReached = async () => {
    const spend = await readSpend(processor)
    return spend.operations === operations && sumDecimals([spend.cost]) === costAtto
      ? true
      : undefined
  }
  const what = `spend of ${costAtto}e-18 USD in ${operations} operations`
  return waitFor(what, isReached, { limitMs: isSettled ? 600_000 : 1_000 }).then(
    () => [],
    (error: unknown) => [(error as Error).message],
  )
}

function listNumbers(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}

/** The requests of several traces, now one, now several of them in one. Answers how many they were. */
async function sendGroup(
  group: readonly MadeTrace[],
  order: Order,
  random: Random,
  { httpUrl }: Processor,
): Promise<number> {
  const queues = group.map((trace) => [...splitTrace(trace, order, random)])
  let requests = 0
  for (let left = queues; left.length > 0; left = left.filter((queue) => queue.length > 0)) {
    const chosen = left.filter(() => random.below(2) === 0)
    const taken = (chosen.length > 0 ? chosen : left).flatMap((queue) => queue.shift()!)
    const request = toRequest(taken)
    const isJson = random.below(2) === 0
    const { status, body } = await send(`${httpUrl}/v1/traces`, {
      headers: { 'content-type': isJson ? JSON_TYPE : PROTOBUF },
      body: isJson ? JSON.stringify(request) : encodeTraces(request),
    })
    if (status !== 200) throw new Error(`good spans were answered ${status} ${body.toString()}`)
    requests += 1
  }
  return requests
}

/** 2026-11-02T10:00:00Z, within the dates of the prices. */
const START_MS = 1_793_613_600_000

function toRequest(spans: readonly MadeSpan[]): TracesJson {
  const byService = Map.groupBy(spans, ({ service }) => service)
  return {
    resourceSpans: [...byService].map(([service, own]) => {
      const byScope = Map.groupBy(own, ({ operation }) => operation?.scope ?? 'http')
      return {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
        scopeSpans: [...byScope].map(([name, each]) => ({
          scope: { name },
          spans: each.map(toSpanJson),
        })),
      }
    }),
  }
}

function toSpanJson({ traceId, spanId, parent, name, startMs, endMs, operation }: MadeSpan) {
  return {
    traceId,
    spanId,
    ...(parent !== undefined && { parentSpanId: parent.spanId }),
    name,
    kind: 1,
    startTimeUnixNano: `${START_MS + startMs}000000`,
    endTimeUnixNano: `${START_MS + endMs}000000`,
    attributes: Object.entries(operation?.attributes ?? {}).map(([key, value]) => ({
      key,
      value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
    })),
  }
}

/** Spans tell the truth where they came bottom-up; the API always does. */
async function checkTrace(
  trace: MadeTrace,
  order: Order,
  backend: SpanBackend,
  processor: Processor,
): Promise<readonly string[]> {
  const told = backend.take(trace.traceId)
  const missing = trace.spans.filter(({ spanId }) => !told.has(spanId))
  return [
    ...missing.map(({ spanId }) => `${trace.traceId} ${spanId} never came to the next hop`),
    ...(order === 'bottom-up' ? findSpanDifferences(trace, told) : []),
    ...(await checkAnswer(trace, processor, false)),
  ]
}

async function checkAnswer(
  trace: MadeTrace,
  { apiUrl }: Processor,
  isSettled: boolean,
): Promise<readonly string[]> {
  const answer = await fetch(`${apiUrl}/api/v1/traces/${trace.traceId}`)
  if (answer.status === 200) {
    return findAnswerDifferences(trace, (await answer.json()) as TraceAnswer, isSettled)
  }
  await answer.arrayBuffer()
  const isEmpty = trace.spans.every(({ operation }) => operation === undefined)
  return isEmpty && answer.status === 404 ? [] : [`${trace.traceId}: the API said ${answer.status}`]
}
