import type * as Sdk from 'ai'
import { startProvider } from '../../../demo/replies-over-http.ts'
import {
  catchError,
  expectFailure,
  expectSpan,
  readAll,
  type ExpectedSpan,
  type TestedSdk,
} from '../../sdk.ts'

type Ai = typeof Sdk
type Attributes = ExpectedSpan['attributes']

const SETTINGS = {
  prompt: 'Sort this ticket: I was charged twice.',
  maxRetries: 0,
  temperature: 0.5,
  maxOutputTokens: 100,
}
const USAGE = {
  inputTokens: 1200,
  outputTokens: 340,
  totalTokens: 1540,
  cachedInputTokens: 1024,
  reasoningTokens: 256,
}
const RESPONSE = { id: 'resp_1', modelId: 'gpt-5-mini-2025-08-07', timestamp: new Date(0) }

/** A model of the interface that both versions know. It fails by its name. */
function createModel(modelId: string) {
  const model = {
    specificationVersion: 'v2',
    provider: 'openai.responses',
    modelId,
    supportedUrls: {},
    async doGenerate() {
      if (modelId === 'broken') throw new RangeError('may quote the prompt')
      const content = [{ type: 'text', text: 'billing' }]
      return { content, finishReason: 'stop', usage: USAGE, response: RESPONSE, warnings: [] }
    },
    doStream: async () => ({ stream: ReadableStream.from(listParts()) }),
  }
  return model as never
}

async function* listParts() {
  yield { type: 'stream-start', warnings: [] }
  yield { type: 'response-metadata', ...RESPONSE }
  yield { type: 'text-start', id: '1' }
  yield { type: 'text-delta', id: '1', delta: 'bill' }
  yield { type: 'text-end', id: '1' }
  yield { type: 'finish', finishReason: 'stop', usage: USAGE }
}

function createEmbeddingModel() {
  const model = {
    specificationVersion: 'v2',
    provider: 'openai.embedding',
    modelId: 'text-embedding-3-small',
    maxEmbeddingsPerCall: 10,
    supportsParallelCalls: true,
    doEmbed: async ({ values }: { values: readonly string[] }) => ({
      embeddings: values.map(() => [0.25]),
      usage: { tokens: 7 },
    }),
  }
  return model as never
}

const INTERNAL = 1
const ALWAYS = { 'ai.settings.maxRetries': 0 }
const SET = { 'ai.settings.maxOutputTokens': 100, 'ai.settings.temperature': 0.5 }
const AGENT = { 'ai.request.headers.user-agent': 'ai/*' }

/** Spans are the SDK's own: our part is that they are there, without what is said. */
function expectOwn(name: string, model: string, ...more: readonly Attributes[]): ExpectedSpan {
  const provider = name.includes('embed') ? 'openai.embedding' : 'openai.responses'
  const about = {
    'operation.name': name,
    'ai.operationId': name,
    'ai.model.provider': provider,
    'ai.model.id': model,
  }
  return { ...expectSpan(name, about, ALWAYS, ...more), kind: INTERNAL }
}

function expectCall(name: string, model: string, ...more: readonly Attributes[]): ExpectedSpan {
  return expectOwn(name, model, SET, ...more, {
    'gen_ai.system': 'openai.responses',
    'gen_ai.request.model': model,
    'gen_ai.request.max_tokens': 100,
    'gen_ai.request.temperature': 0.5,
  })
}

const FINISH = { 'ai.response.finishReason': 'stop' }
const REPLY = {
  ...FINISH,
  'ai.response.id': 'resp_1',
  'ai.response.model': 'gpt-5-mini-2025-08-07',
  'ai.response.timestamp': '1970-01-01T00:00:00.000Z',
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.response.id': 'resp_*',
  'gen_ai.response.model': 'gpt-5-mini-2025-08-07',
  'gen_ai.usage.input_tokens': 1200,
  'gen_ai.usage.output_tokens': 340,
}
const SPEED = {
  'ai.response.msToFirstChunk': 'a number',
  'ai.response.msToFinish': 'a number',
  'ai.response.avgOutputTokensPerSecond': 'a number',
}
const STREAM_COUNTS = {
  'ai.usage.inputTokens': 1200,
  'ai.usage.outputTokens': 340,
  'ai.usage.totalTokens': 1540,
  'ai.usage.reasoningTokens': 256,
  'ai.usage.cachedInputTokens': 1024,
}
const NEWER_COUNTS = {
  ...STREAM_COUNTS,
  'ai.usage.inputTokenDetails.cacheReadTokens': 1024,
  'ai.usage.outputTokenDetails.reasoningTokens': 256,
}
/** Version 5 tells no cached tokens, unless it streams. */
const OLDER_COUNTS = { 'ai.usage.promptTokens': 1200, 'ai.usage.completionTokens': 340 }

const fail = (span: ExpectedSpan) => expectFailure('may quote the prompt', span)

function expectSpans(whole: Attributes, streamed: Attributes): TestedSdk<Ai>['spans'] {
  const embedded = [AGENT, { 'ai.settings.maxRetries': 2, 'ai.usage.tokens': 7 }]
  return {
    generate: [
      expectCall('ai.generateText.doGenerate', 'gpt-5-mini', AGENT, REPLY, whole),
      expectOwn('ai.generateText', 'gpt-5-mini', SET, AGENT, FINISH, whole),
    ],
    generate_error: [
      fail(expectCall('ai.generateText.doGenerate', 'broken', AGENT)),
      fail(expectOwn('ai.generateText', 'broken', SET, AGENT)),
    ],
    generate_telemetry_off: [],
    stream: [
      expectCall('ai.streamText.doStream', 'gpt-5-mini', SPEED, REPLY, streamed),
      expectOwn('ai.streamText', 'gpt-5-mini', SET, FINISH, streamed),
    ],
    embed: [
      expectOwn('ai.embedMany.doEmbed', 'text-embedding-3-small', ...embedded),
      expectOwn('ai.embedMany', 'text-embedding-3-small', ...embedded),
    ],
  }
}

const SPANS = expectSpans(NEWER_COUNTS, NEWER_COUNTS)
const SPANS_OF_5 = expectSpans(OLDER_COUNTS, STREAM_COUNTS)

/** Versions 5 and 6, whose spans are turned on. */
export const vercelAIOlder: TestedSdk<Ai> = {
  name: 'ai',
  versions: ['ai-6', 'ai-5'],
  startProvider: () => startProvider((_, response) => void response.end()),
  createClient: (moduleExports) => {
    // Else version 6 says that a model's interface is an older one.
    Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false })
    return moduleExports
  },
  scenarios: {
    generate: async ({ generateText }) => {
      const { text, usage } = await generateText({ model: createModel('gpt-5-mini'), ...SETTINGS })
      return { text, usage }
    },
    generate_error: async ({ generateText }) =>
      catchError(generateText({ model: createModel('broken'), ...SETTINGS })),
    generate_telemetry_off: async ({ generateText }) => {
      const off = { experimental_telemetry: { isEnabled: false } }
      return (await generateText({ model: createModel('gpt-5-mini'), ...SETTINGS, ...off })).text
    },
    stream: async ({ streamText }) => {
      const result = streamText({ model: createModel('gpt-5-mini'), ...SETTINGS })
      return { texts: await readAll(result.textStream), usage: await result.usage }
    },
    embed: async ({ embedMany }) => {
      const model = createEmbeddingModel()
      const { embeddings, usage } = await embedMany({ model, values: ['a', 'b'] })
      return { embeddings, usage }
    },
  },
  spans: SPANS,
  spansOf: (version) => (version.startsWith('5.') ? SPANS_OF_5 : SPANS),
}
