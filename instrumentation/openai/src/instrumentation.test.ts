import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  StackContextManager,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type * as Sdk from 'openai'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { OpenAIInstrumentation } from './instrumentation.ts'

/** The loading of the SDK, hooks included, is tested from outside, in processes of their own. */
const sdk: typeof Sdk = createRequire(import.meta.url)('openai')
const { create } = sdk.OpenAI.Chat.Completions.prototype
const instrumentation = new OpenAIInstrumentation()
const exporter = new InMemorySpanExporter()

const client = new sdk.OpenAI({
  apiKey: 'none',
  baseURL: 'http://localhost/v1',
  fetch: async () => Response.json({ id: 'c1', choices: [], usage: { prompt_tokens: 3 } }),
})

async function chat(): Promise<number> {
  exporter.reset()
  await client.chat.completions.create({ model: 'gpt-4o', messages: [] })
  return exporter.getFinishedSpans().length
}

beforeAll(() => {
  context.setGlobalContextManager(new StackContextManager().enable())
  instrumentation.setTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  )
  instrumentation.manuallyInstrument(sdk)
})
afterAll(() => context.disable())
beforeEach(() => instrumentation.enable())

test('an SDK that is handed over makes one span for each call', async () => {
  expect(await chat()).toBe(1)
  expect(exporter.getFinishedSpans()[0]).toMatchObject({
    name: 'chat gpt-4o',
    attributes: { 'gen_ai.response.id': 'c1', 'gen_ai.usage.input_tokens': 3 },
    instrumentationScope: { name: '@spancost/instrumentation-openai' },
  })
})

test('handing it over again changes nothing', async () => {
  instrumentation.manuallyInstrument(sdk)
  expect(await chat()).toBe(1)
})

test('disabled, it makes no spans; enabled again, it does', async () => {
  instrumentation.disable()
  expect(await chat()).toBe(0)
  instrumentation.enable()
  expect(await chat()).toBe(1)
})

test('where tracing is suppressed, it makes no spans', async () => {
  const key = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
  expect(await context.with(ROOT_CONTEXT.setValue(key, true), chat)).toBe(0)
})

test('the patched method looks like the original', () => {
  const patched = sdk.OpenAI.Chat.Completions.prototype.create
  expect(patched).not.toBe(create)
  expect([patched.name, patched.length]).toEqual([create.name, create.length])
  expect(Object.keys(sdk.OpenAI.Chat.Completions.prototype)).not.toContain('create')
})

test('it says its own version', () => {
  const file = new URL('../package.json', import.meta.url)
  const { version }: { version: string } = JSON.parse(readFileSync(file, 'utf8'))
  expect(instrumentation.instrumentationVersion).toBe(version)
})

test('the usage of a stream is asked for only where the user says so', async () => {
  const bodies: unknown[] = []
  const streaming = new sdk.OpenAI({
    apiKey: 'none',
    fetch: async (_, init) => {
      if (typeof init?.body === 'string') bodies.push(JSON.parse(init.body))
      return new Response('data: [DONE]\n\n', { headers: { 'content-type': 'text/event-stream' } })
    },
  })
  const stream = async (options: object = {}) =>
    streaming.chat.completions.create({ model: 'gpt-4o', messages: [], stream: true, ...options })
  await stream()
  instrumentation.setConfig({ includeStreamUsage: true })
  await stream({ stream_options: { include_obfuscation: false } })
  await stream({ stream_options: { include_usage: false } })
  instrumentation.setConfig({})
  const request = { model: 'gpt-4o', messages: [], stream: true }
  expect(bodies).toEqual([
    request,
    { ...request, stream_options: { include_obfuscation: false, include_usage: true } },
    { ...request, stream_options: { include_usage: false } },
  ])
})

test('what a gateway says in a header that it billed, is on the span', async () => {
  exporter.reset()
  const proxied = new sdk.OpenAI({
    apiKey: 'none',
    fetch: async () =>
      Response.json({ id: 'c1' }, { headers: { 'x-litellm-response-cost': '0.00031' } }),
  })
  await proxied.chat.completions.create({ model: 'gpt-4o', messages: [] })
  expect(exporter.getFinishedSpans()[0]?.attributes).toMatchObject({
    'gen_ai.usage.cost.amount': 0.00031,
    'gen_ai.usage.cost.currency': 'USD',
    'gen_ai.usage.cost.source': 'provider',
  })
})
