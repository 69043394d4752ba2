import { context, ROOT_CONTEXT, trace, type Context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AlwaysOffSampler,
  BatchSpanProcessor,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createBatchRecorder, type BatchResult } from './batch-results.ts'
import { withCostDimensions } from './cost-dimensions.ts'

const exporter = new InMemorySpanExporter()
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterAll(() => context.disable())
beforeEach(() => exporter.reset())

function createResult(responseId?: string, providerName = 'openai'): BatchResult {
  return {
    name: 'chat',
    provider: providerName,
    server: { address: 'api.example.com', port: 443 },
    attributes: { 'openai.api.type': 'chat_completions' },
    serviceTierKey: 'openai.response.service_tier',
    reply: {
      ...(responseId !== undefined && { responseId }),
      responseModel: 'gpt-4o',
      serviceTier: 'default',
      usage: { inputTokens: 5, outputTokens: 2 },
    },
  }
}

const createRecorder = (findTracerProvider = () => provider) =>
  createBatchRecorder({ findTracerProvider, name: 'scope', version: '1' })

test('a result is a span, of the batch, whatever tier its reply names', () => {
  withCostDimensions({ team: 'a' }, createRecorder)(createResult('r1'))
  const [span] = exporter.getFinishedSpans()
  expect(span?.name).toBe('chat')
  expect(span?.instrumentationScope).toMatchObject({ name: 'scope', version: '1' })
  expect(span?.attributes).toEqual({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.response.id': 'r1',
    'gen_ai.response.model': 'gpt-4o',
    'gen_ai.usage.input_tokens': 5,
    'gen_ai.usage.output_tokens': 2,
    'openai.api.type': 'chat_completions',
    'openai.response.service_tier': 'batch',
    'server.address': 'api.example.com',
    'server.port': 443,
    'spancost.team': 'a',
  })
})

test('all readings of a result meet in one trace, which no other result has', () => {
  createRecorder()(createResult('r1'))
  createRecorder()(createResult('r1'))
  createRecorder()(createResult('r2'))
  createRecorder()(createResult('r1', 'azure.ai.openai'))
  const spans = exporter.getFinishedSpans().map((span) => span.spanContext())
  const traces = spans.map(({ traceId }) => traceId)
  expect(traces[1]).toBe(traces[0])
  expect(new Set(traces).size).toBe(3)
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(4)
  // As other processes, and later versions, must find it too: `sha256("openai\nr1")`.
  expect(traces[0]).toBe('ed3cbf91cc32a3719eed2ce776254523')
})

test('a result without an id has no span', () => {
  createRecorder()(createResult())
  expect(exporter.getFinishedSpans()).toEqual([])
})

function readInside(reading: Context): void {
  context.with(reading, () => createRecorder()(createResult('r1')))
}

test('it links to the span that reads it, and is sampled as that is', () => {
  const reader = provider.getTracer('application').startSpan('job')
  readInside(trace.setSpan(ROOT_CONTEXT, reader))
  const [span] = exporter.getFinishedSpans()
  expect(span?.links.map((link) => link.context)).toEqual([reader.spanContext()])
  expect(span?.spanContext().traceId).not.toBe(reader.spanContext().traceId)

  exporter.reset()
  const off = new TracerProvider({ sampler: new AlwaysOffSampler() })
  readInside(trace.setSpan(ROOT_CONTEXT, off.getTracer('application').startSpan('job')))
  expect(exporter.getFinishedSpans()).toEqual([])
})

test('of many results at once, none is lost in a queue', async () => {
  const sent = new InMemorySpanExporter()
  const queued = new TracerProvider({
    spanProcessors: [new BatchSpanProcessor({ exporter: sent, maxQueueSize: 600 })],
  })
  const record = createRecorder(() => queued)
  for (let index = 0; index < 3000; index += 1) record(createResult(`r${index}`))
  const countSent = async () => {
    await queued.forceFlush()
    return sent.getFinishedSpans().length
  }
  await expect.poll(countSent, { timeout: 30_000 }).toBe(3000)
  await queued.shutdown()
})
