import type * as Sdk from 'together-ai'
import type { Together } from 'together-ai'
import { expectSpan, type TestedSdk } from '../../sdk.ts'
import {
  createStainlessScenarios,
  expectStainlessSpans,
  startStainlessProvider,
} from '../stainless.ts'

const MODEL = 'meta-llama/Llama-3.3-70B-Instruct-Turbo'
const USAGE = { prompt_tokens: 41, completion_tokens: 15, total_tokens: 56, cached_tokens: 32 }
const CHUNK = { id: 'ovCb58Q-1', object: 'chat.completion.chunk', created: 1, model: MODEL }

const startTogether = startStainlessProvider({
  model: MODEL,
  completion: {
    ...CHUNK,
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: 'B' }, finish_reason: 'stop' }],
    usage: USAGE,
  },
  chunks: [
    {
      ...CHUNK,
      choices: [{ index: 0, delta: { role: 'assistant', content: 'B' }, finish_reason: null }],
      usage: null,
    },
    {
      ...CHUNK,
      choices: [{ index: 0, delta: { content: '' }, finish_reason: 'stop' }],
      usage: USAGE,
    },
  ],
  others: {
    '/v1/completions': {
      id: 'cmpl-1',
      object: 'text.completion',
      model: MODEL,
      choices: [{ text: ' B', finish_reason: 'length', index: 0 }],
      usage: { prompt_tokens: 10, completion_tokens: 512, total_tokens: 522 },
    },
    '/embeddings': {
      object: 'list',
      model: 'BAAI/bge-base-en-v1.5',
      data: [{ object: 'embedding', index: 0, embedding: [0.25] }],
      usage: { prompt_tokens: 12, total_tokens: 12 },
    },
    '/rerank': {
      id: 'rr-1',
      object: 'rerank',
      model: 'Salesforce/Llama-Rank-v1',
      results: [{ index: 0, relevance_score: 0.6 }],
      usage: { prompt_tokens: 2966, completion_tokens: 0, total_tokens: 2966 },
    },
  },
})

const CALL = {
  'gen_ai.provider.name': 'together',
  'server.address': '127.0.0.1',
  'server.port': 'a port',
}
const BEGUN = { 'gen_ai.response.id': 'ovCb58Q-*', 'gen_ai.response.model': MODEL }

export const together: TestedSdk<Together> = {
  name: 'together-ai',
  versions: ['together-ai', 'together-ai-0-40'],
  startProvider: startTogether,
  createClient: (moduleExports, url) =>
    new (moduleExports as typeof Sdk).Together({
      apiKey: 'none',
      maxRetries: 0,
      baseURL: `${url}/v1`,
    }),
  scenarios: {
    ...(createStainlessScenarios(MODEL) as unknown as TestedSdk<Together>['scenarios']),
    chat_stream_helper: async (client) => {
      const stream = client.chat.completions.stream({
        model: MODEL,
        messages: [{ role: 'user', content: 'Sort this.' }],
      })
      return stream.finalContent()
    },
    completions: async (client) =>
      client.completions.create({ model: MODEL, prompt: 'Sort this.' }),
    embeddings: async (client) =>
      client.embeddings.create({ model: 'BAAI/bge-base-en-v1.5', input: 'a' }),
    rerank: async (client) =>
      client.rerank.create({
        model: 'Salesforce/Llama-Rank-V1',
        query: 'refund',
        documents: ['a', 'b'],
      }),
  },
  spans: {
    ...expectStainlessSpans({
      model: MODEL,
      call: CALL,
      firstChunk: BEGUN,
      reply: {
        ...BEGUN,
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.usage.input_tokens': 41,
        'gen_ai.usage.cache_read.input_tokens': 32,
        'gen_ai.usage.output_tokens': 15,
      },
      cutOff: 'TypeError',
    }),
    chat_stream_helper: expectSpan(`chat ${MODEL}`, CALL, BEGUN, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': MODEL,
      'gen_ai.request.stream': true,
      'gen_ai.response.time_to_first_chunk': 'seconds',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 41,
      'gen_ai.usage.cache_read.input_tokens': 32,
      'gen_ai.usage.output_tokens': 15,
    }),
    completions: expectSpan(`text_completion ${MODEL}`, CALL, {
      'gen_ai.operation.name': 'text_completion',
      'gen_ai.request.model': MODEL,
      'gen_ai.response.id': 'cmpl-*',
      'gen_ai.response.model': MODEL,
      'gen_ai.response.finish_reasons': ['length'],
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 512,
    }),
    embeddings: expectSpan('embeddings BAAI/bge-base-en-v1.5', CALL, {
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.request.model': 'BAAI/bge-base-en-v1.5',
      'gen_ai.response.model': 'BAAI/bge-base-en-v1.5',
      'gen_ai.usage.input_tokens': 12,
    }),
    rerank: expectSpan('rerank Salesforce/Llama-Rank-V1', CALL, {
      'gen_ai.operation.name': 'rerank',
      'gen_ai.request.model': 'Salesforce/Llama-Rank-V1',
      'gen_ai.response.id': 'rr-*',
      'gen_ai.response.model': 'Salesforce/Llama-Rank-v1',
      'gen_ai.usage.input_tokens': 2966,
      'gen_ai.usage.output_tokens': 0,
    }),
  },
}
