/**
 * What the instrumentation of `openai` costs: CPU time of a call, and of a chunk of a stream, over
 * the same without it. Replies come from a `fetch` of our own: a server on the loopback interface
 * costs a hundred times what is measured here, and its noise would hide it. Rounds alternate, so
 * that a busy machine slows both alike; the figures are medians of them.
 *
 *     npm run bench:instrumentation [-- --quick]
 */
import { createRequire } from 'node:module'
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

const exporter = {
  export: (_: unknown, done: (result: { code: 0 }) => void) => done({ code: 0 }),
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
    const isStream = typeof init?.body === 'string' && init.body.includes('"stream":true')
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

await callMany()
await streamMany()
await compare('a call', CALLS, callMany)
await compare('a chunk of a stream', STREAMS * CHUNKS, streamMany)
await provider.shutdown()
