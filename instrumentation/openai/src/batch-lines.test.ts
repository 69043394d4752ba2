import { createRequire } from 'node:module'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type * as Sdk from 'openai'
import { expect, test } from 'vitest'
import { readBatchLine } from './batch-lines.ts'
import { OpenAIInstrumentation } from './index.ts'

/** A line as OpenAI's guide for batches shows it. */
const LINE = {
  id: 'batch_req_123',
  custom_id: 'request-2',
  response: {
    status_code: 200,
    request_id: 'req_123',
    body: {
      id: 'chatcmpl-123',
      object: 'chat.completion',
      created: 1711652795,
      model: 'gpt-3.5-turbo-0125',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 22, completion_tokens: 2, total_tokens: 24 },
    },
  },
  error: null,
}
const USAGE = { prompt_tokens: 8, total_tokens: 8 }

function read(body: object, more: object = {}) {
  return readBatchLine(JSON.stringify({ ...LINE, response: { ...LINE.response, body }, ...more }))
}

test('a chat completion', () => {
  expect(readBatchLine(JSON.stringify(LINE))).toEqual({
    name: 'chat',
    attributes: { 'openai.api.type': 'chat_completions' },
    serviceTierKey: 'openai.response.service_tier',
    reply: {
      responseId: 'chatcmpl-123',
      responseModel: 'gpt-3.5-turbo-0125',
      finishReasons: ['stop'],
      usage: { inputTokens: 22, outputTokens: 2 },
    },
  })
})

test('a Response', () => {
  const body = { id: 'resp_1', object: 'response', model: 'gpt-5', usage: { input_tokens: 3 } }
  expect(read(body)).toMatchObject({
    name: 'chat',
    attributes: { 'openai.api.type': 'responses' },
    reply: { responseId: 'resp_1', usage: { inputTokens: 3 } },
  })
})

test('embeddings have the id of their line, at Azure that of their request', () => {
  const body = { object: 'list', model: 'text-embedding-3-small', data: [], usage: USAGE }
  const expected = { name: 'embeddings', reply: { usage: { inputTokens: 8 } } }
  expect(read(body)).toMatchObject({ ...expected, reply: { responseId: 'batch_req_123' } })
  expect(read(body, { id: undefined })).toMatchObject({ reply: { responseId: 'req_123' } })
})

test.each([
  ['a moderation', { id: 'modr-1', model: 'omni-moderation', results: [] }, {}],
  ['a refusal', {}, { response: { status_code: 400, request_id: 'r', body: { error: {} } } }],
  ['a call that came too late', {}, { response: null, error: { code: 'batch_expired' } }],
])('%s costs nothing', (_, body, more) => {
  expect(read(body, more)).toBe('nothing')
})

test.each([
  ['{"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {}}'],
  ['{"messages": [{"role": "user", "content": "of a fine-tuning"}]}'],
  ['{'],
  ['null'],
  ['7'],
])('%s is no result', (line) => {
  expect(readBatchLine(line)).toBeUndefined()
})

const sdk: typeof Sdk = createRequire(import.meta.url)('openai')
const exporter = new InMemorySpanExporter()
const instrumentation = new OpenAIInstrumentation()
instrumentation.setTracerProvider(
  new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
)
instrumentation.manuallyInstrument(sdk)

async function download(content: string, status = 200): Promise<number> {
  exporter.reset()
  const client = new sdk.OpenAI({
    apiKey: 'none',
    maxRetries: 0,
    fetch: async () => new Response(content, { status }),
  })
  const response = await client.files.content('file-1').catch(() => undefined)
  expect(await response?.text()).toBe(status === 200 ? content : undefined)
  return exporter.getFinishedSpans().length
}

test('each result of a downloaded file is a span', async () => {
  expect(await download(`${JSON.stringify(LINE)}\n${JSON.stringify(LINE)}\n`)).toBe(2)
  const [first, second] = exporter.getFinishedSpans()
  expect(first?.spanContext().traceId).toBe(second?.spanContext().traceId)
})

test.each([
  ['a file of another kind', '{"messages": []}\n', 200],
  ['no text', '\u0000\u0001', 200],
  ['a refusal', '{"error": {}}', 404],
])('%s makes none', async (_, content, status) => {
  expect(await download(content, status)).toBe(0)
})
