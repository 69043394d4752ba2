import { expectFailure as failed, expectSpan as span, type ExpectedSpan } from '../../sdk.ts'

type Attributes = ExpectedSpan['attributes']

const SERVER = {
  'gen_ai.provider.name': 'openai',
  'server.address': '127.0.0.1',
  'server.port': 'a port',
}
const CHAT = {
  ...SERVER,
  'gen_ai.operation.name': 'chat',
  'openai.api.type': 'chat_completions',
  'gen_ai.request.temperature': 0.5,
  'gen_ai.request.max_tokens': 100,
}
const STREAM = { 'gen_ai.request.stream': true, 'gen_ai.response.time_to_first_chunk': 'seconds' }
const MINI = { ...CHAT, 'gen_ai.request.model': 'gpt-4o-mini' }
const MINI_REPLY_BEGUN = {
  'gen_ai.response.id': 'chatcmpl-*',
  'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
  'openai.response.service_tier': 'default',
}
const MINI_REPLY = { ...MINI_REPLY_BEGUN, 'gen_ai.response.finish_reasons': ['stop'] }
const MINI_USAGE = {
  'gen_ai.usage.input_tokens': 612,
  'gen_ai.usage.cache_read.input_tokens': 0,
  'gen_ai.usage.output_tokens': 19,
  'gen_ai.usage.reasoning.output_tokens': 0,
}
const RESPONSE = {
  ...SERVER,
  'gen_ai.operation.name': 'chat',
  'openai.api.type': 'responses',
  'gen_ai.request.model': 'gpt-5-mini',
  'gen_ai.request.max_tokens': 1000,
  'gen_ai.request.reasoning.level': 'low',
  'gen_ai.response.id': 'resp_*',
  'gen_ai.response.model': 'gpt-5-mini-2025-08-07',
}
const RESPONSE_REPLY = {
  'gen_ai.response.finish_reasons': ['stop'],
  'openai.response.service_tier': 'default',
  'gen_ai.usage.input_tokens': 2310,
  'gen_ai.usage.cache_read.input_tokens': 1920,
  'gen_ai.usage.output_tokens': 480,
  'gen_ai.usage.reasoning.output_tokens': 384,
}
const EMBEDDINGS = {
  ...SERVER,
  'gen_ai.operation.name': 'embeddings',
  'gen_ai.request.model': 'text-embedding-3-small',
  'gen_ai.response.model': 'text-embedding-3-small',
  'gen_ai.usage.input_tokens': 37,
}
const JSON_OUTPUT = { 'gen_ai.output.type': 'json' }

const mini = (...more: Attributes[]) => span('chat gpt-4o-mini', MINI, ...more)
const response = (...more: Attributes[]) => span('chat gpt-5-mini', RESPONSE, ...more)

export const EXPECTED_SPANS: Readonly<Record<string, ExpectedSpan>> = {
  chat: mini(MINI_REPLY, MINI_USAGE, {
    'openai.request.service_tier': 'flex',
    'gen_ai.request.choice.count': 2,
  }),
  chat_all_token_classes: span('chat gpt-audio', CHAT, {
    'gen_ai.request.model': 'gpt-audio',
    'gen_ai.response.id': 'chatcmpl-*',
    'gen_ai.response.model': 'gpt-audio-2025-08-28',
    'gen_ai.response.finish_reasons': ['stop'],
    'openai.response.service_tier': 'default',
    'gen_ai.usage.input_tokens': 1200,
    'gen_ai.usage.cache_read.input_tokens': 1024,
    'gen_ai.usage.cache_write.input_tokens': 128,
    'gen_ai.usage.audio.input_tokens': 16,
    'gen_ai.usage.image.input_tokens': 4,
    'gen_ai.usage.output_tokens': 340,
    'gen_ai.usage.reasoning.output_tokens': 256,
    'gen_ai.usage.audio.output_tokens': 8,
  }),
  chat_awaited_twice: mini(MINI_REPLY, MINI_USAGE),
  chat_with_response: mini(MINI_REPLY, MINI_USAGE),
  chat_as_response: mini(MINI_REPLY, MINI_USAGE),
  chat_parse: mini(MINI_REPLY, MINI_USAGE, JSON_OUTPUT),
  chat_parse_as_response: mini(MINI_REPLY, MINI_USAGE, JSON_OUTPUT),

  chat_stream: mini(STREAM, MINI_REPLY, MINI_USAGE),
  // The provider sends no usage that was not asked for, and nobody asks for it behind one's back.
  chat_stream_without_usage: mini(STREAM, MINI_REPLY),
  chat_stream_helper: mini(STREAM, MINI_REPLY, MINI_USAGE),
  chat_stream_with_response: mini(STREAM, MINI_REPLY, MINI_USAGE),
  // The application reads the raw bytes; they are not touched.
  chat_stream_as_response: mini({ 'gen_ai.request.stream': true }),
  chat_stream_tee: mini(STREAM, MINI_REPLY, MINI_USAGE),
  chat_stream_to_readable: mini(STREAM, MINI_REPLY, MINI_USAGE),
  chat_stream_read_twice: mini(STREAM, MINI_REPLY, MINI_USAGE),
  // Left early: what had come until then, and no error.
  chat_stream_break: mini(STREAM, MINI_REPLY_BEGUN),
  chat_stream_aborted: span('chat endless', CHAT, STREAM, failingStream('endless')),

  chat_aborted_at_once: failed('APIUserAbortError', mini({ 'error.type': 'APIUserAbortError' })),
  chat_error_429: overQuota(),
  chat_error_after_retries: overQuota(),
  chat_error_as_response: overQuota(),
  chat_error_in_parse: overQuota(),
  chat_error_in_stream_helper: overQuota({ 'gen_ai.request.stream': true }),
  chat_error_unhandled: overQuota(),
  chat_not_json: failed(
    'SyntaxError',
    span('chat not-json', CHAT, {
      'gen_ai.request.model': 'not-json',
      'error.type': 'SyntaxError',
    }),
  ),
  chat_stream_broken: failed(
    'server_overloaded',
    span('chat broken-stream', CHAT, STREAM, failingStream('broken-stream'), {
      'error.type': 'server_overloaded',
    }),
  ),
  chat_stream_cut_off: failed(
    'TypeError',
    span('chat cut-off', CHAT, STREAM, failingStream('cut-off'), { 'error.type': 'TypeError' }),
  ),

  responses: response(RESPONSE_REPLY),
  responses_with_response: response(RESPONSE_REPLY),
  responses_parse: response(RESPONSE_REPLY, JSON_OUTPUT),
  responses_stream: response(RESPONSE_REPLY, STREAM),
  responses_stream_helper: response(RESPONSE_REPLY, STREAM),
  responses_stream_break: response(STREAM, { 'openai.response.service_tier': 'auto' }),

  embeddings: span('embeddings text-embedding-3-small', EMBEDDINGS),
  embeddings_as_floats: span('embeddings text-embedding-3-small', EMBEDDINGS, {
    'gen_ai.request.encoding_formats': ['float'],
    'gen_ai.embeddings.dimension.count': 4,
  }),

  promise_dropped: mini(),
  stream_dropped: mini({ 'gen_ai.request.stream': true }),
}

function overQuota(...more: Attributes[]): ExpectedSpan {
  return failed(
    'RateLimitError 429 rate_limit_exceeded',
    span(
      'chat no-quota',
      CHAT,
      { 'gen_ai.request.model': 'no-quota', 'error.type': 'RateLimitError' },
      ...more,
    ),
  )
}

function failingStream(model: string): Attributes {
  return {
    'gen_ai.request.model': model,
    'gen_ai.response.id': 'chatcmpl-*',
    'gen_ai.response.model': model,
    'openai.response.service_tier': 'default',
  }
}
