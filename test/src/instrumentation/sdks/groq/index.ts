import type * as Sdk from 'groq-sdk'
import type { Groq } from 'groq-sdk'
import type { TestedSdk } from '../../sdk.ts'
import {
  createStainlessScenarios,
  expectStainlessSpans,
  startStainlessProvider,
} from '../stainless.ts'
import { expectSpan } from '../../sdk.ts'

const MODEL = 'openai/gpt-oss-120b'
const USAGE = {
  queue_time: 0.02,
  prompt_tokens: 210,
  prompt_time: 0.01,
  completion_tokens: 85,
  completion_time: 0.2,
  total_tokens: 295,
  total_time: 0.21,
  prompt_tokens_details: { cached_tokens: 128 },
  completion_tokens_details: { reasoning_tokens: 60 },
}
const CHUNK = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: MODEL }

const startGroq = startStainlessProvider({
  model: MODEL,
  completion: {
    ...CHUNK,
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: 'B' }, finish_reason: 'stop' }],
    usage: USAGE,
    service_tier: 'flex',
    x_groq: { id: 'req_01' },
  },
  chunks: [
    {
      ...CHUNK,
      choices: [{ index: 0, delta: { role: 'assistant' }, finish_reason: null }],
      x_groq: { id: 'req_01' },
    },
    { ...CHUNK, choices: [{ index: 0, delta: { content: 'B' }, finish_reason: null }] },
    // The usage of a stream comes unasked, in a member of its own.
    {
      ...CHUNK,
      choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
      service_tier: 'flex',
      x_groq: { id: 'req_01', usage: USAGE },
    },
  ],
  others: {
    '/embeddings': {
      object: 'list',
      model: 'nomic-embed-text-v1_5',
      data: [{ object: 'embedding', index: 0, embedding: [0.25] }],
      usage: { prompt_tokens: 12, total_tokens: 12 },
    },
    '/audio/transcriptions': { task: 'transcribe', duration: 8.5, text: 'Hello', segments: [] },
  },
})

const CALL = {
  'gen_ai.provider.name': 'groq',
  'server.address': '127.0.0.1',
  'server.port': 'a port',
}
const BEGUN = { 'gen_ai.response.id': 'chatcmpl-*', 'gen_ai.response.model': MODEL }

const EXPECTED = {
  model: MODEL,
  call: CALL,
  firstChunk: BEGUN,
  reply: {
    ...BEGUN,
    'gen_ai.response.finish_reasons': ['stop'],
    'spancost.response.service_tier': 'flex',
    'gen_ai.usage.input_tokens': 210,
    'gen_ai.usage.cache_read.input_tokens': 128,
    'gen_ai.usage.output_tokens': 85,
    'gen_ai.usage.reasoning.output_tokens': 60,
  },
}
const OTHER_SPANS = {
  embeddings: expectSpan('embeddings nomic-embed-text-v1_5', CALL, {
    'gen_ai.operation.name': 'embeddings',
    'gen_ai.request.model': 'nomic-embed-text-v1_5',
    'gen_ai.response.model': 'nomic-embed-text-v1_5',
    'gen_ai.usage.input_tokens': 12,
  }),
  transcription: expectSpan('transcription whisper-large-v3-turbo', CALL, {
    'gen_ai.operation.name': 'transcription',
    'gen_ai.request.model': 'whisper-large-v3-turbo',
    'spancost.usage.audio_seconds': 8.5,
  }),
}

export const groq: TestedSdk<Groq> = {
  name: 'groq-sdk',
  versions: ['groq-sdk', 'groq-sdk-0'],
  startProvider: startGroq,
  createClient: (moduleExports, baseURL) =>
    new (moduleExports as typeof Sdk).Groq({ apiKey: 'none', maxRetries: 0, baseURL }),
  scenarios: {
    ...(createStainlessScenarios(MODEL) as unknown as TestedSdk<Groq>['scenarios']),
    embeddings: async (client) =>
      client.embeddings.create({ model: 'nomic-embed-text-v1_5', input: 'a' }),
    transcription: async (client) =>
      client.audio.transcriptions.create({
        model: 'whisper-large-v3-turbo',
        file: new File(['sound'], 'a.wav'),
        response_format: 'verbose_json',
      }),
  },
  spans: { ...expectStainlessSpans({ ...EXPECTED, cutOff: 'TypeError' }), ...OTHER_SPANS },
  // That version brings a fetch of its own.
  spansOf: (version) => {
    const { cutOff, isRawReadable } = version.startsWith('0.')
      ? { cutOff: 'ERR_STREAM_PREMATURE_CLOSE', isRawReadable: false }
      : { cutOff: 'TypeError', isRawReadable: true }
    return { ...expectStainlessSpans({ ...EXPECTED, cutOff, isRawReadable }), ...OTHER_SPANS }
  },
}
