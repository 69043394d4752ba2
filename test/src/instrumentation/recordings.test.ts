import type * as Google from '@google/genai'
import type * as Mistral from '@mistralai/mistralai'
import { context } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  StackContextManager,
  TracerProvider,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace'
import { getNodeInstrumentations } from '@spancost/node'
import type * as Cohere from 'cohere-ai'
import type * as Groq from 'groq-sdk'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Ollama } from 'ollama'
import type * as Together from 'together-ai'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startProvider, type ReplayServer } from '../demo/replies-over-http.ts'
import { readAll } from './sdk.ts'

/** What providers really answered, replayed through their real SDKs. */
const RECORDINGS = new URL('../../../../shared/fixtures/recordings/', import.meta.url)

interface Recording {
  readonly body_kind: string
  readonly body: unknown
  readonly usage_found: readonly { readonly path: string; readonly value: unknown }[]
}

const load = createRequire(import.meta.url)
const exporter = new InMemorySpanExporter()
let served: Recording
let server: ReplayServer

/** Each way of calling, by the beginning of the recordings' names. */
const CALLS: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  'mistral_ai-chat-stream': async (url) => readAll(await mistral(url).chat.stream(CHAT)),
  'mistral_ai-chat': async (url) => mistral(url).chat.complete(CHAT),
  'mistral_ai-embeddings': async (url) =>
    mistral(url).embeddings.create({ model: 'm', inputs: 'a' }),
  'mistral_ai-audio_transcription': async (url) =>
    mistral(url).audio.transcriptions.complete({ model: 'm', fileUrl: 'https://example.com/a' }),
  'cohere-chat-stream': async (url) => readAll(await cohere(url).chatStream(CHAT)),
  'cohere-chat': async (url) => cohere(url).chat(CHAT),
  'cohere-embeddings': async (url) =>
    cohere(url).embed({ model: 'm', inputType: 'classification', texts: ['a'] }),
  'cohere-rerank': async (url) => cohere(url).rerank({ model: 'm', query: 'a', documents: ['a'] }),
  'groq-chat-stream': async (url) =>
    readAll(await groq(url).chat.completions.create({ ...CHAT, stream: true })),
  'groq-chat': async (url) => groq(url).chat.completions.create(CHAT),
  'together-chat-stream': async (url) =>
    readAll(await together(url).chat.completions.create({ ...CHAT, stream: true })),
  'together-chat': async (url) => together(url).chat.completions.create(CHAT),
  'together-rerank': async (url) =>
    together(url).rerank.create({ model: 'm', query: 'a', documents: ['a'] }),
  'together-text_completion': async (url) =>
    together(url).completions.create({ model: 'm', prompt: 'a' }),
  'ollama-generate-stream': async (url) =>
    readAll(await ollama(url).generate({ model: 'm', prompt: 'a', stream: true })),
  'ollama-generate': async (url) => ollama(url).generate({ model: 'm', prompt: 'a' }),
  'gcp_gemini-generate_content-stream': async (url) =>
    readAll(await google(url).models.generateContentStream(CONTENT)),
  'gcp_gemini-generate_content': async (url) => google(url).models.generateContent(CONTENT),
  'gcp_vertex_ai-generate_content-stream': async (url) =>
    readAll(await google(url, true).models.generateContentStream(CONTENT)),
  'gcp_vertex_ai-generate_content': async (url) =>
    google(url, true).models.generateContent(CONTENT),
}

const CHAT = { model: 'm', messages: [{ role: 'user' as const, content: 'a' }] }
const CONTENT = { model: 'm', contents: 'a', config: { automaticContinuation: false } }

const mistral = (serverURL: string) =>
  new (load('@mistralai/mistralai') as typeof Mistral).Mistral({ apiKey: 'none', serverURL })
const cohere = (baseUrl: string) =>
  new (load('cohere-ai') as typeof Cohere).CohereClientV2({ token: 'none', baseUrl })
const groq = (baseURL: string) =>
  new (load('groq-sdk') as typeof Groq).Groq({ apiKey: 'none', baseURL })
const together = (baseURL: string) =>
  new (load('together-ai') as typeof Together).Together({ apiKey: 'none', baseURL })
const ollama = (host: string) =>
  new (load('ollama') as { Ollama: new (config: object) => Ollama }).Ollama({ host })
const google = (baseUrl: string, vertexai = false) =>
  new (load('@google/genai') as typeof Google).GoogleGenAI({
    apiKey: 'none',
    vertexai,
    httpOptions: { baseUrl },
  })

const SDKS: Readonly<Record<string, string>> = {
  cohere: 'cohere-ai',
  'google-genai': '@google/genai',
  groq: 'groq-sdk',
  mistral: '@mistralai/mistralai',
  ollama: 'ollama',
  together: 'together-ai',
}

beforeAll(async () => {
  context.setGlobalContextManager(new StackContextManager().enable())
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  for (const instrumentation of getNodeInstrumentations()) {
    const name = instrumentation.instrumentationName.replace('@spancost/instrumentation-', '')
    const sdk = SDKS[name]
    if (sdk === undefined) continue
    instrumentation.setTracerProvider(provider)
    const { manuallyInstrument } = instrumentation as unknown as Manual
    manuallyInstrument.call(instrumentation, load(sdk))
  }
  server = await startProvider((_, response) => {
    const { type, text } = writeBody(served)
    response.writeHead(200, { 'content-type': type }).end(text)
  })
})
afterAll(async () => {
  context.disable()
  await server.close()
})
beforeEach(() => exporter.reset())

interface Manual {
  manuallyInstrument(this: unknown, moduleExports: unknown): void
}

function writeBody({ body_kind: kind, body }: Recording): { type: string; text: string } {
  if (kind === 'sse') return { type: 'text/event-stream', text: String(body) }
  if (!Array.isArray(body)) return { type: 'application/json', text: JSON.stringify(body) }
  const lines = body.map((chunk) => JSON.stringify(chunk))
  return kind === 'ndjson'
    ? { type: 'application/x-ndjson', text: `${lines.join('\n')}\n` }
    : { type: 'text/event-stream', text: lines.map((line) => `data: ${line}\n\n`).join('') }
}

/** The last total that the recording's own usage names. */
function findTotal({ usage_found: found }: Recording): number | undefined {
  const totals = found.flatMap(({ value }) => {
    const usage = (value ?? {}) as Readonly<Record<string, unknown>>
    return [usage['total_tokens'], usage['totalTokenCount']].filter(
      (total) => typeof total === 'number',
    )
  })
  return totals.at(-1)
}

function sumTokens(span: ReadableSpan | undefined): number {
  const count = (key: string) => Number(span?.attributes[`gen_ai.usage.${key}_tokens`] ?? 0)
  return count('input') + count('output')
}

const ALL = existsSync(RECORDINGS) ? readdirSync(RECORDINGS) : []

test('the recordings are there', (found) => {
  if (ALL.length === 0) found.skip('no shared recordings beside this checkout')
  expect(ALL.length).toBeGreaterThan(100)
})

test.each(Object.entries(CALLS))('%s: the usage arrives on the one span', async (prefix, call) => {
  const isOf = new RegExp(`^${prefix}-[0-9a-f]{8}\\.json$`)
  const names = ALL.filter((name) => isOf.test(name))
  expect(names.length).toBeGreaterThan(ALL.length === 0 ? -1 : 0)
  for (const name of names) {
    exporter.reset()
    served = JSON.parse(readFileSync(new URL(name, RECORDINGS), 'utf8')) as Recording
    await call(server.url)
    const spans = exporter.getFinishedSpans()
    expect([name, spans.length]).toEqual([name, 1])
    const total = findTotal(served)
    const keys = Object.keys(spans[0]?.attributes ?? {})
    const isTold = keys.some((key) => /^(gen_ai|spancost)\.usage\./.test(key))
    expect([name, isTold]).toEqual([name, served.usage_found.length > 0])
    if (total !== undefined) expect([name, sumTokens(spans[0])]).toEqual([name, total])
  }
})
