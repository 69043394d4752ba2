import { context, diag, DiagLogLevel, ROOT_CONTEXT, type DiagLogger } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  createCostDimensionsProcessor,
  describeCostDimensions,
  setCostDimensions,
  withCostDimensions,
} from './cost-dimensions.ts'
import { startOperation } from './operation.ts'
import { CHAT, createRecordingTelemetry } from './testing/telemetry.ts'

beforeAll(
  () => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()),
)
afterAll(() => context.disable())

const readActive = () => describeCostDimensions(context.active())

test('they hold across awaits, and inner ones add to outer ones', async () => {
  const seen = await withCostDimensions({ tenant: 'acme', team: 'search' }, async () => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    const inner = withCostDimensions({ team: 'ranking', task: 'T-1', userId: 'u1' }, readActive)
    return { inner, outer: readActive() }
  })
  expect(seen).toEqual({
    inner: {
      'spancost.tenant': 'acme',
      'spancost.team': 'ranking',
      'spancost.task': 'T-1',
      'user.id': 'u1',
    },
    outer: { 'spancost.tenant': 'acme', 'spancost.team': 'search' },
  })
  expect(readActive()).toEqual({})
})

test('the span of a call has them without a processor', () => {
  const telemetry = createRecordingTelemetry()
  withCostDimensions({ feature: 'triage' }, () => startOperation(telemetry, CHAT).end())
  expect(telemetry.readSpans()[0]?.attributes['spancost.feature']).toBe('triage')
})

test('the processor puts those that it may on any span below', () => {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({
    spanProcessors: [
      createCostDimensionsProcessor(['tenant']),
      new SimpleSpanProcessor({ exporter }),
    ],
  })
  const tracer = provider.getTracer('test')
  withCostDimensions({ tenant: 'acme', userId: 'u1' }, () => tracer.startSpan('below').end())
  tracer.startSpan('beside').end()
  expect(exporter.getFinishedSpans().map((span) => span.attributes)).toEqual([
    { 'spancost.tenant': 'acme' },
    {},
  ])
})

test('what is no text of 1 to 256 characters is left out, aloud; so is any other name', () => {
  const warn = vi.fn<DiagLogger['warn']>()
  const ignore = () => undefined
  diag.setLogger(
    { warn, error: ignore, info: ignore, debug: ignore, verbose: ignore },
    DiagLogLevel.WARN,
  )
  const dimensions = { tenant: 'x'.repeat(257), team: '', project: 7, task: 'ok', password: 'p' }
  const ctx = setCostDimensions(ROOT_CONTEXT, dimensions as object)
  diag.disable()
  expect(describeCostDimensions(ctx)).toEqual({ 'spancost.task': 'ok' })
  expect(warn).toHaveBeenCalledTimes(3)
})

test('after 10 000 different values, new ones are _other, and known ones stay', () => {
  const read = (feature: string) =>
    describeCostDimensions(setCostDimensions(ROOT_CONTEXT, { feature }))['spancost.feature']
  for (let index = 0; index < 10_000; index += 1) read(`f${index}`)
  expect([read('f7'), read('one more')]).toEqual(['f7', '_other'])
})
