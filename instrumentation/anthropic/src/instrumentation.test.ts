import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as Sdk from '@anthropic-ai/sdk'
import { context, trace } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  StackContextManager,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { AnthropicInstrumentation } from './instrumentation.ts'

/** All that applications do with the SDK is tested from outside, in processes of their own. */
const sdk: typeof Sdk = createRequire(import.meta.url)('@anthropic-ai/sdk')
const exporter = new InMemorySpanExporter()
const instrumentation = new AnthropicInstrumentation()
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })

const REPLY = {
  type: 'message',
  id: 'msg_1',
  content: [],
  usage: { input_tokens: 3, output_tokens: 2, server_tool_use: { web_search_requests: 1 } },
}

async function send(openTelemetry?: Sdk.Anthropic['openTelemetry'] | false): Promise<string[]> {
  exporter.reset()
  const client = new sdk.Anthropic({
    apiKey: 'none',
    fetch: async () => Response.json(REPLY),
    ...(openTelemetry !== undefined && { openTelemetry }),
  })
  await client.messages.create({ model: 'claude-opus-5', max_tokens: 1, messages: [] })
  return exporter.getFinishedSpans().map((span) => span.name)
}

beforeAll(() => {
  context.setGlobalContextManager(new StackContextManager().enable())
  instrumentation.setTracerProvider(provider)
  instrumentation.manuallyInstrument(sdk)
})
afterAll(() => context.disable())
beforeEach(() => trace.disable())

test('without a registered provider the SDK makes no span, so we do', async () => {
  expect(await send()).toEqual(['chat claude-opus-5'])
})

test('with one, the SDK makes it, and we say what it leaves out', async () => {
  trace.setGlobalTracerProvider(provider)
  expect(await send()).toEqual(['anthropic.messages.create'])
  expect(exporter.getFinishedSpans()[0]?.attributes).toMatchObject({
    'gen_ai.usage.input_tokens': 3,
    'spancost.usage.web_searches': 1,
  })
})

test('where its spans are turned off, we make them', async () => {
  trace.setGlobalTracerProvider(provider)
  expect(await send(false)).toEqual(['chat claude-opus-5'])
})

test('it says its own version', () => {
  const file = new URL('../package.json', import.meta.url)
  const { version }: { version: string } = JSON.parse(readFileSync(file, 'utf8'))
  expect(instrumentation.instrumentationVersion).toBe(version)
})
