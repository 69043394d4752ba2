import type * as Sdk from '@mistralai/mistralai'
import type { Mistral } from '@mistralai/mistralai'
import { expectFailure, expectSpan, type TestedSdk } from '../../sdk.ts'
import { startMistral } from './provider.ts'
import { SCENARIOS } from './scenarios.ts'

const CALL = {
  'gen_ai.provider.name': 'mistral_ai',
  'server.address': '127.0.0.1',
  'server.port': 'a port',
}
const SETTINGS = {
  ...CALL,
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.temperature': 0.5,
  'gen_ai.request.max_tokens': 100,
  'gen_ai.request.seed': 7,
}
const BEGUN = {
  'gen_ai.response.id': 'cmpl-*',
  'gen_ai.response.model': 'mistral-small-2603',
}
const REPLY = {
  ...BEGUN,
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.usage.input_tokens': 124,
  'gen_ai.usage.cache_read.input_tokens': 64,
  'gen_ai.usage.output_tokens': 22,
}
const STREAM = { 'gen_ai.request.stream': true, 'gen_ai.response.time_to_first_chunk': 'seconds' }
const CONVERSATION = {
  ...CALL,
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': 'mistral-medium-latest',
  'gen_ai.request.temperature': 0.5,
  'gen_ai.response.id': 'conv_*',
  // 188 of the prompt, and 7112 that the search put in.
  'gen_ai.usage.input_tokens': 7300,
  'gen_ai.usage.output_tokens': 55,
  'spancost.usage.web_searches': 1,
}

type Attributes = Readonly<Record<string, unknown>>
const chat = (model: string, ...more: Attributes[]) =>
  expectSpan(`chat ${model}`, SETTINGS, { 'gen_ai.request.model': model }, ...more)
const failed = (model: string, type: string, summary: string, ...more: Attributes[]) =>
  expectFailure(summary, chat(model, { 'error.type': type }, ...more))
const small = (...more: Attributes[]) => chat('mistral-small-latest', ...more)

export const mistral: TestedSdk<Mistral> = {
  name: '@mistralai/mistralai',
  versions: ['@mistralai/mistralai', 'mistralai-1'],
  startProvider: startMistral,
  createClient: (moduleExports, serverURL) =>
    new (moduleExports as typeof Sdk).Mistral({ apiKey: 'none', serverURL }),
  scenarios: SCENARIOS,
  spans: {
    chat: small(REPLY),
    chat_promise: small(REPLY),
    chat_parse: small(REPLY, { 'gen_ai.output.type': 'json' }),
    chat_stream: small(REPLY, STREAM),
    chat_stream_parse: small(REPLY, STREAM, { 'gen_ai.output.type': 'json' }),
    chat_stream_tee: small(REPLY, STREAM),
    chat_stream_piped: small(REPLY, STREAM),
    chat_stream_reader: small(REPLY, STREAM),
    chat_stream_break: small(BEGUN, STREAM),
    chat_stream_cancelled: small(BEGUN, STREAM),
    chat_stream_aborted: failed('endless', 'AbortError', 'AbortError', BEGUN, STREAM),
    chat_stream_cut_off: failed('cut-off', 'TypeError', 'TypeError', BEGUN, STREAM),
    chat_error_429: failed('no-quota', 'SDKError', 'SDKError 429'),
    chat_error_unhandled: failed('no-quota', 'SDKError', 'SDKError 429'),
    agents: expectSpan('chat', CALL, REPLY, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.agent.id': 'ag_1',
    }),
    fim_stream: expectSpan('text_completion codestral-latest', CALL, REPLY, STREAM, {
      'gen_ai.operation.name': 'text_completion',
      'gen_ai.request.model': 'codestral-latest',
    }),
    embeddings: expectSpan('embeddings mistral-embed', CALL, {
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.request.model': 'mistral-embed',
      'gen_ai.response.id': 'emb-*',
      'gen_ai.response.model': 'mistral-embed',
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 0,
    }),
    ocr: expectSpan('ocr mistral-ocr-latest', CALL, {
      'gen_ai.operation.name': 'ocr',
      'gen_ai.request.model': 'mistral-ocr-latest',
      'gen_ai.response.model': 'mistral-ocr-2512',
      'spancost.usage.pages': 3,
    }),
    transcription: expectSpan('transcription voxtral-mini-latest', CALL, {
      'gen_ai.operation.name': 'transcription',
      'gen_ai.request.model': 'voxtral-mini-latest',
      'gen_ai.response.model': 'voxtral-mini-latest',
      'gen_ai.usage.input_tokens': 13,
      'gen_ai.usage.output_tokens': 151,
      'spancost.usage.audio_seconds': 36,
    }),
    conversation: expectSpan('chat mistral-medium-latest', CONVERSATION),
    conversation_stream: expectSpan('chat mistral-medium-latest', CONVERSATION, STREAM),
  },
}
