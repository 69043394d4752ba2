import { context, trace } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  StackContextManager,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type * as Ai5 from 'ai-5'
import type * as Ai6 from 'ai-6'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { VercelAIInstrumentation } from './instrumentation.ts'

const exporter = new InMemorySpanExporter()
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
const instrumentation = new VercelAIInstrumentation()
const load = createRequire(import.meta.url)

beforeAll(() => {
  context.setGlobalContextManager(new StackContextManager().enable())
  // Versions 5 and 6 ask for the global provider.
  trace.setGlobalTracerProvider(provider)
  instrumentation.setTracerProvider(provider)
})
afterAll(() => {
  trace.disable()
  context.disable()
})
beforeEach(() => {
  exporter.reset()
  instrumentation.enable()
})

const content = [{ type: 'text', text: 'a secret answer' }]
const response = { id: 'resp_1', modelId: 'gpt-5-mini-2025-08-07', timestamp: new Date(0) }
const common = { provider: 'openai.responses', modelId: 'gpt-5-mini', supportedUrls: {} }
const modelOf5 = {
  ...common,
  specificationVersion: 'v2',
  doGenerate: async () => ({
    content,
    finishReason: 'stop',
    usage: { inputTokens: 12, outputTokens: 3, totalTokens: 15, cachedInputTokens: 8 },
    response,
    warnings: [],
  }),
}
const modelOf6 = {
  ...common,
  specificationVersion: 'v3',
  doGenerate: async () => ({
    content,
    finishReason: { unified: 'stop', raw: 'stop' },
    usage: {
      inputTokens: { total: 12, noCache: 4, cacheRead: 8 },
      outputTokens: { total: 3, text: 3 },
    },
    response,
    warnings: [],
  }),
}

describe.each([
  ['5', load('ai-5') as typeof Ai5, modelOf5],
  ['6', load('ai-6') as unknown as typeof Ai5 & typeof Ai6, modelOf6],
] as const)('version %s', (_, original, fake) => {
  const ai = instrumentation.manuallyInstrument(original) as typeof Ai5
  const generate = (more: object = {}) =>
    ai.generateText({ model: fake as never, prompt: 'a secret', ...more })
  const names = () => exporter.getFinishedSpans().map((span) => span.name)

  test('its own spans are made, without the prompt and the answer', async () => {
    expect((await generate()).text).toBe('a secret answer')
    expect(names()).toEqual(['ai.generateText.doGenerate', 'ai.generateText'])
    const [leaf] = exporter.getFinishedSpans()
    expect(leaf?.attributes).toMatchObject({ 'gen_ai.usage.input_tokens': 12 })
    expect(
      JSON.stringify(exporter.getFinishedSpans().map((span) => span.attributes)),
    ).not.toContain('secret')
  })

  test('what a call says itself stands', async () => {
    await generate({ experimental_telemetry: { isEnabled: false } })
    expect(names()).toEqual([])
    await generate({ experimental_telemetry: { functionId: 'sort', recordOutputs: true } })
    const [leaf] = exporter.getFinishedSpans()
    expect(leaf?.attributes).toMatchObject({
      'ai.telemetry.functionId': 'sort',
      'ai.response.text': 'a secret answer',
    })
  })

  test('disabled, the SDK is as it was', async () => {
    instrumentation.disable()
    await generate()
    expect(names()).toEqual([])
  })

  test('the exports are the same otherwise', () => {
    expect(Object.keys(ai)).toEqual(Object.keys(original))
    expect(ai.tool).toBe(original.tool)
    expect([ai.generateText.name, ai.generateText.length]).toEqual([
      original.generateText.name,
      original.generateText.length,
    ])
  })
})

describe('version 7', () => {
  const call = { callId: 'c1', provider: 'anthropic.messages', modelId: 'claude-opus-4-8' }
  const execute = async () => ({
    usage: { inputTokens: { total: 2325 }, outputTokens: { total: 90 }, raw: RAW },
  })
  const RAW = {
    input_tokens: 25,
    cache_read_input_tokens: 2000,
    cache_creation_input_tokens: 300,
    cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 100 },
    output_tokens: 90,
    server_tool_use: { web_search_requests: 2 },
    service_tier: 'priority',
  }
  /** The last of those that were registered, as the SDK calls it. */
  const find = () =>
    globalThis.AI_SDK_TELEMETRY_INTEGRATIONS?.at(-1) as {
      executeLanguageModelCall(options: object): Promise<unknown>
      onEmbedStart(event: object): void
      onError(event: object): void
    }

  test('it is told once where to report, and the provider’s own counts are read', async () => {
    const registered = globalThis.AI_SDK_TELEMETRY_INTEGRATIONS?.length
    instrumentation.enable()
    expect(globalThis.AI_SDK_TELEMETRY_INTEGRATIONS).toHaveLength(registered ?? -1)
    await find().executeLanguageModelCall({ ...call, execute })
    const [span] = exporter.getFinishedSpans()
    expect(span?.name).toBe('chat claude-opus-4-8')
    expect(span?.attributes).toMatchObject({
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.usage.input_tokens': 2325,
      'gen_ai.usage.cache_read.input_tokens': 2000,
      'gen_ai.usage.cache_write.input_tokens': 300,
      'spancost.usage.cache_write_1h.input_tokens': 100,
      'spancost.usage.web_searches': 2,
      'spancost.response.service_tier': 'priority',
    })
  })

  test('an operation that fails ends the calls that are open in it', () => {
    find().onEmbedStart({ ...call, embedCallId: 'e1' })
    find().onEmbedStart({ ...call, callId: 'c2', embedCallId: 'e2' })
    find().onError({ callId: 'c1', error: new RangeError('no') })
    expect(exporter.getFinishedSpans().map((span) => span.attributes['error.type'])).toEqual([
      'RangeError',
    ])
  })

  test('beside @ai-sdk/otel there are no spans of ours', async () => {
    const ours = find()
    const LegacyOpenTelemetry = class LegacyOpenTelemetry {
      readonly tracer = undefined
    }
    globalThis.AI_SDK_TELEMETRY_INTEGRATIONS?.unshift(new LegacyOpenTelemetry())
    expect(await ours.executeLanguageModelCall({ ...call, execute })).toMatchObject({ usage: {} })
    expect(exporter.getFinishedSpans()).toEqual([])
    globalThis.AI_SDK_TELEMETRY_INTEGRATIONS?.shift()
  })

  test('calls that never end are forgotten in the end', () => {
    for (let index = 0; index < 1010; index += 1) {
      find().onEmbedStart({ ...call, callId: 'c3', embedCallId: `e${index}` })
    }
    expect(exporter.getFinishedSpans().length).toBeGreaterThanOrEqual(10)
  })
})

test('it says its own version', () => {
  const file = new URL('../package.json', import.meta.url)
  const { version }: { version: string } = JSON.parse(readFileSync(file, 'utf8'))
  expect(instrumentation.instrumentationVersion).toBe(version)
})
