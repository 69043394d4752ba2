import {
  context,
  createContextKey,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { StackContextManager } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { isTracingSuppressed } from './context.ts'
import { startOperation } from './operation.ts'
import { CHAT, createRecordingTelemetry, type RecordingTelemetry } from './testing/telemetry.ts'

let telemetry: RecordingTelemetry

beforeAll(() => void context.setGlobalContextManager(new StackContextManager().enable()))
afterAll(() => context.disable())
beforeEach(() => {
  telemetry = createRecordingTelemetry()
})

test('a call without a reply has what was known at its start', () => {
  startOperation(telemetry, { ...CHAT, attributes: { 'gen_ai.request.seed': 7 } }).end()
  const [span] = telemetry.readSpans()
  expect(span).toMatchObject({ name: 'chat gpt-4o', kind: SpanKind.CLIENT })
  expect(span?.attributes).toStrictEqual({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.request.seed': 7,
    'server.address': 'api.openai.com',
    'server.port': 443,
  })
  expect(span?.status.code).toBe(SpanStatusCode.UNSET)
})

test('whoever asks is told once that it has ended', () => {
  const operation = startOperation(telemetry, CHAT)
  let endings = 0
  operation.whenEnded = () => {
    endings += 1
  }
  operation.receive({ responseId: 'c1' })
  expect(endings).toBe(0)
  operation.end()
  operation.fail(new Error('late'))
  operation.abandon()
  expect(endings).toBe(1)
})

test('old names stand beside the new ones where they are asked for', () => {
  const operation = startOperation({ ...telemetry, addsOldNames: true }, CHAT)
  operation.receive({ usage: { inputTokens: 5, outputTokens: 1, cacheWrite5mTokens: 2 } })
  operation.end()
  expect(telemetry.readSpans()[0]?.attributes).toMatchObject({
    'gen_ai.provider.name': 'openai',
    'gen_ai.system': 'openai',
    'gen_ai.usage.cache_write.input_tokens': 2,
    'gen_ai.usage.cache_creation.input_tokens': 2,
  })
})

test('without a model, the span is named after the operation', () => {
  startOperation(telemetry, { ...CHAT, requestModel: undefined, server: undefined }).end()
  expect(telemetry.readSpans()[0]?.name).toBe('chat')
})

test('its span is the child of the active one and the parent of what the call does', () => {
  const parent = telemetry.tracer.startSpan('ticket')
  const operation = context.with(trace.setSpan(ROOT_CONTEXT, parent), () =>
    startOperation(telemetry, CHAT),
  )
  context.with(operation.context, () => telemetry.tracer.startSpan('POST').end())
  operation.end()
  const [request, call] = telemetry.readSpans()
  expect(call?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId)
  expect(request?.parentSpanContext?.spanId).toBe(call?.spanContext().spanId)
})

test('chunks add up, the last usage counts, and the first one is timed', () => {
  const operation = startOperation(telemetry, { ...CHAT, stream: true })
  operation.receiveChunk({ responseId: 'c1', usage: { inputTokens: 5, outputTokens: 1 } })
  operation.receiveChunk({ finishReasons: ['stop'], usage: { outputTokens: 9 } })
  operation.end()
  const attributes = telemetry.readSpans()[0]?.attributes
  expect(attributes).toMatchObject({
    'gen_ai.request.stream': true,
    'gen_ai.response.id': 'c1',
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.usage.input_tokens': 5,
    'gen_ai.usage.output_tokens': 9,
  })
  expect(attributes?.['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0)
})

describe('the end', () => {
  test('comes once; what follows changes nothing', () => {
    const operation = startOperation(telemetry, CHAT)
    operation.receive({ usage: { inputTokens: 1 } })
    operation.end()
    operation.receive({ usage: { inputTokens: 2 } })
    operation.fail(new Error('late'))
    operation.abandon()
    operation.end()
    const spans = telemetry.readSpans()
    expect(spans).toHaveLength(1)
    expect(spans[0]?.attributes['gen_ai.usage.input_tokens']).toBe(1)
    expect(spans[0]?.attributes['error.type']).toBeUndefined()
  })

  test('by an error says which, but not its message', () => {
    class RateLimitError extends Error {
      status = 429
      code = 'rate_limit_exceeded'
    }
    startOperation(telemetry, CHAT).fail(new RateLimitError('Your prompt was: a secret'))
    const [span] = telemetry.readSpans()
    expect(span?.attributes['error.type']).toBe('RateLimitError')
    expect(span?.status).toEqual({
      code: SpanStatusCode.ERROR,
      message: 'RateLimitError 429 rate_limit_exceeded',
    })
    expect(span?.events).toEqual([])
  })

  test('of a reply that says that it failed is an error', () => {
    const operation = startOperation(telemetry, CHAT)
    operation.receive({ errorType: 'server_error', usage: { inputTokens: 4 } })
    operation.end()
    const [span] = telemetry.readSpans()
    expect(span?.status.code).toBe(SpanStatusCode.ERROR)
    expect(span?.attributes).toMatchObject({
      'error.type': 'server_error',
      'gen_ai.usage.input_tokens': 4,
    })
  })
})

describe('metrics', () => {
  test('of a reply are its duration and its tokens', async () => {
    const operation = startOperation(telemetry, {
      ...CHAT,
      attributes: { 'gen_ai.request.seed': 7 },
    })
    operation.receive({
      responseModel: 'gpt-4o-2024-08-06',
      usage: { inputTokens: 30, cacheReadTokens: 10, outputTokens: 12, reasoningTokens: 4 },
    })
    operation.end()
    const common = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'server.address': 'api.openai.com',
      'server.port': 443,
    }
    expect(await telemetry.readPoints()).toStrictEqual([
      {
        metric: 'gen_ai.client.operation.duration',
        attributes: common,
        count: 1,
        sum: expect.any(Number),
      },
      {
        metric: 'gen_ai.client.token.usage',
        attributes: { ...common, 'gen_ai.token.type': 'input' },
        count: 1,
        sum: 30,
      },
      {
        metric: 'gen_ai.client.token.usage',
        attributes: { ...common, 'gen_ai.token.type': 'output' },
        count: 1,
        sum: 12,
      },
    ])
  })

  test('of a failed call are its duration, with the error', async () => {
    startOperation(telemetry, CHAT).fail(new TypeError('terminated'))
    const points = await telemetry.readPoints()
    expect(points.map(({ metric }) => metric)).toEqual(['gen_ai.client.operation.duration'])
    expect(points[0]?.attributes).toMatchObject({ 'error.type': 'TypeError' })
  })
})

test('tracing counts as suppressed where an SDK has said so', () => {
  const key = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
  expect(isTracingSuppressed()).toBe(false)
  expect(context.with(ROOT_CONTEXT.setValue(key, true), isTracingSuppressed)).toBe(true)
})

test('a tracer that throws disturbs nobody', () => {
  const span = telemetry.tracer.startSpan('broken')
  span.setAttributes = () => {
    throw new Error('a fault of the tracer')
  }
  const tracer = { ...telemetry.tracer, startSpan: () => span }
  const operation = startOperation({ ...telemetry, tracer }, CHAT)
  operation.fail(new TypeError('x'))
  expect(operation.end).not.toThrow()
})
