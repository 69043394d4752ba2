/**
 * What the instrumentation of `openai` costs: CPU time of a call, and of a chunk of a stream, over
 * the same without it. Replies come from a `fetch` of our own: a server on the loopback interface
 * costs a hundred times what is measured here, and its noise would hide it. Rounds alternate, so
 * that a busy machine slows both alike; the figures are medians of them.
 *
 *     npm run bench:instrumentation [-- --quick]
 *
 * With a number of calls it measures no time, but what stays in memory: a mix of whole replies,
 * streams read and left, and refusals, with the heap after garbage collection at ten points.
 *
 *     npm run bench:instrumentation -- --calls=1000000
 */
import { createRequire } from 'node:module'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { getNodeInstrumentations } from '@spancost/node'
import type * as Sdk from 'openai'

const isQuick = process.argv.includes('--quick')
const ROUNDS = isQuick ? 3 : 25
const CALLS = isQuick ? 50 : 1000
const STREAMS = isQuick ? 2 : 20
const CHUNKS = 500

const REPLY = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'gpt-4o-2024-08-06',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1200, completion_tokens: 340, total_tokens: 1540 },
})
const CHUNK = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  model: 'gpt-4o-2024-08-06',
  choices: [{ index: 0, delta: { content: 'Hello' }, finish_reason: null }],
})
const STREAM = `${`data: ${CHUNK}\n\n`.repeat(CHUNKS)}data: [DONE]\n\n`

let ended = 0
const exporter = {
  export: (spans: readonly unknown[], done: (result: { code: 0 }) => void) => {
    ended += spans.length
    done({ code: 0 })
  },
  shutdown: async () => undefined,
}
const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] })
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const instrumentation = getNodeInstrumentations().find(({ instrumentationName }) =>
  instrumentationName.endsWith('openai'),
)
if (instrumentation === undefined) throw new Error('no instrumentation of openai')
instrumentation.setTracerProvider(provider)
const sdk: typeof Sdk = createRequire(import.meta.url)('openai')

const client = new sdk.OpenAI({
  apiKey: 'none',
  fetch: async (_, init) => {
    const body = typeof init?.body === 'string' ? init.body : ''
    if (body.includes('"refuse"')) return Response.json({ error: {} }, { status: 400 })
    const isStream = body.includes('"stream":true')
    const type = isStream ? 'text/event-stream' : 'application/json'
    return new Response(isStream ? STREAM : REPLY, { headers: { 'content-type': type } })
  },
})
const CHAT = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'Hello' }] }

async function callMany(): Promise<void> {
  for (let index = 0; index < CALLS; index += 1) await client.chat.completions.create(CHAT)
}

async function streamMany(): Promise<void> {
  for (let index = 0; index < STREAMS; index += 1) {
    for await (const _ of await client.chat.completions.create({ ...CHAT, stream: true })) continue
  }
}

/** Median CPU time of one of `count` things that `work` does, in µs, without and with. */
async function compare(name: string, count: number, work: () => Promise<void>): Promise<void> {
  const without: number[] = []
  const observed: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const times of [without, observed]) {
      if (times === observed) instrumentation?.enable()
      else instrumentation?.disable()
      const before = process.cpuUsage()
      await work()
      const { user, system } = process.cpuUsage(before)
      times.push((user + system) / count)
    }
  }
  const [plain, more] = [findMedian(without), findMedian(observed)]
  console.log(
    `${name}: ${plain.toFixed(2)} µs without, ${more.toFixed(2)} µs with: ` +
      `${(more - plain).toFixed(2)} µs more (x ${(more / plain).toFixed(3)})`,
  )
}

function findMedian(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/** One call in 16 is refused, and one in 64 a stream, every other one of which is left early. */
async function makeMixedCall(index: number): Promise<void> {
  if (index % 16 === 7) {
    await client.chat.completions.create({ ...CHAT, user: 'refuse' }).catch(() => undefined)
  } else if (index % 64 === 15) {
    for await (const _ of await client.chat.completions.create({ ...CHAT, stream: true })) {
      if (index % 128 === 15) break
    }
  } else {
    await client.chat.completions.create(CHAT)
  }
}

/** Prints the heap in use, in MB, at eleven points of so many calls. */
async function watchHeap(calls: number): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  for (let index = 0; index <= calls; index += 1) {
    if (index % Math.ceil(calls / 10) === 0) {
      await provider.forceFlush()
      // What is called when something was collected comes in a later turn, and frees more.
      for (let turn = 0; turn < 5; turn += 1) {
        await setImmediate()
        collect()
      }
      const { heapUsed, external } = process.memoryUsage()
      const inUse = ((heapUsed + external) / 1e6).toFixed(2)
      console.log(`${index} calls: ${inUse} MB, ${ended} spans ended`)
    }
    if (index < calls) await makeMixedCall(index)
  }
}

const long = process.argv.find((argument) => argument.startsWith('--calls='))
if (long !== undefined) {
  await watchHeap(Number(long.slice('--calls='.length)))
} else {
  await callMany()
  await streamMany()
  await compare('a call', CALLS, callMany)
  await compare('a chunk of a stream', STREAMS * CHUNKS, streamMany)
}
await provider.shutdown()
