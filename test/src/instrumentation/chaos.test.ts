import { context } from '@opentelemetry/api'
import { StackContextManager, TracerProvider } from '@opentelemetry/sdk-trace'
import { getNodeInstrumentations } from '@spancost/node'
import type * as Groq from 'groq-sdk'
import { createRequire } from 'node:module'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type * as OpenAI from 'openai'
import type * as Together from 'together-ai'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  startProvider,
  type ProviderRequest,
  type ReplayServer,
} from '../demo/replies-over-http.ts'

/** `CHAOS_CALLS=10000 npx vitest run test/src/instrumentation/chaos` makes as many. */
const CALLS = Number(process.env['CHAOS_CALLS'] ?? 300)
const CALLS_AT_ONCE = 20
const CHUNKS = 5

interface Client {
  readonly chat: {
    readonly completions: {
      create(body: object, options: object): Promise<unknown>
    }
  }
}

interface Fate {
  readonly sdk: string
  /** What the provider does: answers, or does not, with a whole reply or a stream. */
  readonly server: (typeof SERVER)[number]
  /** What the application does after that many chunks. */
  readonly application: (typeof APPLICATION)[number]
  readonly after: number
  readonly isStream: boolean
}

const SERVER = [
  'answers',
  'answers slowly',
  'refuses',
  'fails',
  'breaks off',
  'writes no JSON',
] as const
const APPLICATION = ['reads', 'leaves', 'aborts', 'throws', 'aborts at once'] as const

const load = createRequire(import.meta.url)
const counts = { started: 0, ended: 0 }
const spans = new Map<string, number>()
const instrumentations = getNodeInstrumentations()
const rejections: unknown[] = []
const noteRejection = (reason: unknown) => rejections.push(reason)
let server: ReplayServer
let clients: Readonly<Record<string, Client>>

beforeAll(async () => {
  context.setGlobalContextManager(new StackContextManager().enable())
  process.on('unhandledRejection', noteRejection)
  // Two of the SDKs print what they cannot parse.
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  server = await startProvider(answer)
  const provider = new TracerProvider({
    spanProcessors: [
      {
        onStart: (span) => {
          counts.started += 1
          spans.set(span.spanContext().spanId, 0)
        },
        onEnd: (span) => {
          counts.ended += 1
          const { spanId } = span.spanContext()
          spans.set(spanId, (spans.get(spanId) ?? 0) + 1)
        },
        forceFlush: async () => undefined,
        shutdown: async () => undefined,
      },
    ],
  })
  const options = { apiKey: 'none', baseURL: server.url, maxRetries: 0 }
  const openai = load('openai') as typeof OpenAI
  const groq = load('groq-sdk') as typeof Groq
  const together = load('together-ai') as typeof Together
  for (const instrumentation of instrumentations) {
    instrumentation.setTracerProvider(provider)
    const name = instrumentation.instrumentationName.replace('@spancost/instrumentation-', '')
    const sdk: unknown = { openai, groq, together }[name]
    if (sdk === undefined) continue
    const { manuallyInstrument } = instrumentation as unknown as Manual
    manuallyInstrument.call(instrumentation, sdk)
  }
  clients = {
    openai: new openai.OpenAI(options),
    groq: new groq.Groq(options),
    together: new together.Together(options),
  }
})

afterAll(async () => {
  process.off('unhandledRejection', noteRejection)
  context.disable()
  vi.restoreAllMocks()
  await server.close()
})

interface Manual {
  manuallyInstrument(this: unknown, moduleExports: unknown): void
}

test(`${CALLS} calls of random fates: all spans end once, the application sees no difference`, async () => {
  const fates = Array.from({ length: CALLS }, (_, index) => createFate(index))
  for (const instrumentation of instrumentations) instrumentation.disable()
  const before = await runAll(fates)
  expect(counts.started).toBe(0)
  for (const instrumentation of instrumentations) instrumentation.enable()
  const after = await runAll(fates)
  expect(after).toEqual(before)
  expect(rejections).toEqual([])
  expect(counts).toEqual({ started: CALLS, ended: CALLS })
  expect([...spans.values()].filter((ends) => ends !== 1)).toEqual([])
}, 600_000)

/** The model's name says what becomes of the call. */
async function answer({ body }: ProviderRequest, response: ServerResponse): Promise<void> {
  const fate = String(body['model'])
  const chunk = (content: string) =>
    `data: ${JSON.stringify({ id: 'c1', model: fate, choices: [{ index: 0, delta: { content } }] })}\n\n`
  if (fate === 'refuses' || fate === 'fails') {
    response.writeHead(fate === 'refuses' ? 429 : 500, { 'content-type': 'application/json' })
    response.end('{"error":{"message":"no","code":"none"}}')
  } else if (body['stream'] === true) {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (let index = 0; index < CHUNKS; index += 1) {
      if (fate === 'breaks off' && index === 3) {
        response.destroy()
        return
      }
      if (fate === 'answers slowly') await sleep(2)
      response.write(fate === 'writes no JSON' && index === 3 ? 'data: {no\n\n' : chunk(`${index}`))
    }
    response.end('data: [DONE]\n\n')
  } else {
    response.writeHead(200, { 'content-type': 'application/json' })
    if (fate === 'answers slowly') await sleep(5)
    if (fate === 'breaks off') {
      response.write('{"id":', () => response.destroy())
      return
    }
    const reply = { id: 'c1', model: fate, choices: [{ index: 0, message: { content: 'Hi' } }] }
    response.end(fate === 'writes no JSON' ? '{no' : JSON.stringify(reply))
  }
}

/** A generator of numbers that gives the same ones each time, so that a failure can be repeated. */
function createFate(index: number): Fate {
  let state = index * 2_654_435_761 + 12_345
  const pick = <T>(items: readonly T[]): T => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_507) ^ index) >>> 0
    return items[state % items.length] as T
  }
  return {
    sdk: pick(['openai', 'groq', 'together']),
    server: pick(SERVER),
    application: pick(APPLICATION),
    after: pick([1, 2, 3]),
    isStream: pick([true, true, false]),
  }
}

async function runAll(fates: readonly Fate[]): Promise<readonly unknown[]> {
  const results: unknown[] = []
  for (let first = 0; first < fates.length; first += CALLS_AT_ONCE) {
    results.push(...(await Promise.all(fates.slice(first, first + CALLS_AT_ONCE).map(runOne))))
  }
  return results
}

/** What the application sees, whatever happens. */
async function runOne(fate: Fate): Promise<unknown> {
  const chunks: unknown[] = []
  const abort = new AbortController()
  try {
    const { completions } = clients[fate.sdk]?.chat ?? { completions: undefined }
    const body = { model: fate.server, messages: [], stream: fate.isStream }
    const promise = completions?.create(body, { signal: abort.signal })
    if (fate.application === 'aborts at once') abort.abort()
    const value = await promise
    if (!fate.isStream) return { fate, value }
    for await (const chunk of value as AsyncIterable<unknown>) {
      chunks.push(chunk)
      if (chunks.length !== fate.after) continue
      if (fate.application === 'leaves') break
      if (fate.application === 'throws') throw new Error('the application is at fault')
      if (fate.application === 'aborts') abort.abort()
    }
    return { fate, chunks: fate.application === 'aborts' ? chunks.slice(0, fate.after) : chunks }
  } catch (error) {
    const { name, message, constructor } = error as Error
    return { fate, name, message, class: constructor.name }
  }
}
