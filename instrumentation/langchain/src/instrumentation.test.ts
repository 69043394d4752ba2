import { readFileSync } from 'node:fs'
import * as manager from '@langchain/core/callbacks/manager'
import * as chatModels from '@langchain/core/language_models/chat_models'
import { RunnableLambda, RunnableSequence } from '@langchain/core/runnables'
import * as singletons from '@langchain/core/singletons'
import { tool } from '@langchain/core/tools'
import { FakeStreamingChatModel } from '@langchain/core/utils/testing'
import { context, SpanStatusCode } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { beforeEach, expect, test } from 'vitest'
import { LangChainInstrumentation } from './index.ts'

const exporter = new InMemorySpanExporter()
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const instrumentation = new LangChainInstrumentation()
instrumentation.setTracerProvider(provider)
for (const exports of [manager, chatModels, singletons]) {
  instrumentation.manuallyInstrument(exports)
}
const tracer = provider.getTracer('application')

beforeEach(() => {
  instrumentation.enable()
  exporter.reset()
})

/** Stands for the SDK's span of a call. */
function callSdk(name = 'chat'): string {
  tracer.startSpan(name).end()
  return name
}

class Model extends FakeStreamingChatModel {
  override async *_streamResponseChunks(...args: never): AsyncGenerator<never> {
    callSdk()
    // oxlint-disable-next-line no-underscore-dangle -- LangChain's name
    yield* super._streamResponseChunks(...(args as [never, never])) as AsyncGenerator<never>
  }
}

/** `child < parent` of every span, in the order of their ends. */
function listSpans(): readonly string[] {
  const spans = exporter.getFinishedSpans()
  return spans.map(({ name, parentSpanContext }) => {
    const parent = spans.find((span) => span.spanContext().spanId === parentSpanContext?.spanId)
    return parent === undefined ? name : `${name} < ${parent.name}`
  })
}

const schema = { type: 'object', properties: {} } as const
const find = tool(async () => callSdk(), { name: 'find', description: '', schema })

test('what a tool in a chain calls hangs below the tool, and that below the chain', async () => {
  const chain = RunnableSequence.from([RunnableLambda.from(() => ({})), find]).withConfig({
    runName: 'sort',
  })
  expect(await chain.invoke('a secret')).toBe('chat')
  expect(listSpans()).toEqual([
    'chat < execute_tool find',
    'execute_tool find < invoke_workflow sort',
    'invoke_workflow sort',
  ])
  const attributes = exporter.getFinishedSpans().map((span) => span.attributes)
  expect(JSON.stringify(attributes)).not.toContain('secret')
})

test('spans of the application stay between', async () => {
  const chain = RunnableLambda.from(async () =>
    tracer.startActiveSpan('own', async (span) => {
      await find.invoke({})
      span.end()
      return 1
    }),
  )
  await tracer.startActiveSpan('request', async (span) => {
    await chain.invoke(1)
    span.end()
  })
  expect(listSpans()).toEqual([
    'chat < execute_tool find',
    'execute_tool find < own',
    'own < invoke_workflow',
    'invoke_workflow < request',
    'request',
  ])
})

test('the stream of a model is read inside the chain, and a chain that is left ends', async () => {
  const chain = RunnableLambda.from((text: string) => text).pipe(new Model({ sleep: 0 }))
  for await (const _ of await chain.stream('hello')) break
  await new Promise((resolve) => setTimeout(resolve, 5))
  expect(listSpans()).toEqual(['chat < invoke_workflow', 'invoke_workflow'])
})

test('a failure says its class and nothing of its message', async () => {
  const chain = RunnableLambda.from(() => {
    throw new RangeError('a secret')
  })
  await expect(chain.invoke(1)).rejects.toThrow('a secret')
  const [span] = exporter.getFinishedSpans()
  expect(span?.attributes['error.type']).toBe('RangeError')
  expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'RangeError' })
})

test('disabled, there are no spans of ours', async () => {
  instrumentation.disable()
  await find.invoke({})
  expect(listSpans()).toEqual(['chat'])
})

test('runs that never end are forgotten in the end', async () => {
  const starts = Array.from({ length: 10_010 }, async () => {
    const managers = manager.CallbackManager.configure()
    return managers?.handleChainStart({ lc: 1, type: 'not_implemented', id: ['Test'] }, {})
  })
  expect(await Promise.all(starts)).toHaveLength(10_010)
  expect(exporter.getFinishedSpans().length).toBeGreaterThanOrEqual(10)
})

test('it says its own version', () => {
  const file = new URL('../package.json', import.meta.url)
  const { version }: { version: string } = JSON.parse(readFileSync(file, 'utf8'))
  expect(instrumentation.instrumentationVersion).toBe(version)
})
