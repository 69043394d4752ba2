import type { CohereClient, CohereClientV2 } from 'cohere-ai'
import type * as Sdk from 'cohere-ai'
import { sendJson, startProvider, type Answer } from '../../../demo/replies-over-http.ts'
import { expectFailure, expectSpan, type TestedSdk } from '../../sdk.ts'
import { SCENARIOS } from './scenarios.ts'

export interface CohereClients {
  readonly v1: CohereClient
  readonly v2: CohereClientV2
}

/** 506 tokens went in, 448 of them cached; 11 are billed. */
const USAGE = {
  billed_units: { input_tokens: 11, output_tokens: 4 },
  tokens: { input_tokens: 506, output_tokens: 5 },
  cached_tokens: 448,
}
const META = { api_version: { version: '1' }, billed_units: { input_tokens: 11, output_tokens: 4 } }
const CONTENT = { type: 'text', text: 'B' }
const MESSAGE = { role: 'assistant', content: [CONTENT] }

const REPLIES: Readonly<Record<string, object>> = {
  '/v2/chat': { id: 'chat-1', message: MESSAGE, finish_reason: 'COMPLETE', usage: USAGE },
  '/v2/embed': {
    id: 'embed-1',
    texts: ['a'],
    embeddings: { float: [[0.25]] },
    meta: { billed_units: { input_tokens: 208 } },
    response_type: 'embeddings_by_type',
  },
  '/v2/rerank': {
    id: 'rerank-1',
    results: [{ index: 0, relevance_score: 0.7 }],
    meta: { billed_units: { search_units: 1 } },
  },
  '/v1/chat': { text: 'B', generation_id: 'gen-1', finish_reason: 'COMPLETE', meta: META },
}
const EVENTS: Readonly<Record<string, readonly object[]>> = {
  '/v2/chat': [
    { type: 'message-start', id: 'chat-1', delta: { message: { ...MESSAGE, content: [] } } },
    { type: 'content-delta', index: 0, delta: { message: { content: { text: 'B' } } } },
    { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage: USAGE } },
  ],
  '/v1/chat': [
    { event_type: 'stream-start', generation_id: 'gen-1', is_finished: false },
    { event_type: 'text-generation', text: 'B', is_finished: false },
    {
      event_type: 'stream-end',
      finish_reason: 'COMPLETE',
      is_finished: true,
      response: { ...REPLIES['/v1/chat'] },
    },
  ],
}

/** Models fail: `no-quota` with a 429, `cut-off` amid its stream; `endless` goes on. */
const answer: Answer = async ({ path, body }, response) => {
  const events = EVENTS[path] ?? []
  const [first = {}] = events
  const isV2 = path.startsWith('/v2')
  const send = async (event: object) => {
    response.write(isV2 ? `data: ${JSON.stringify(event)}\n\n` : `${JSON.stringify(event)}\n`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  if (body.model === 'no-quota') sendJson(response, 429, { message: 'Too many requests' })
  else if (body.stream !== true) sendJson(response, 200, REPLIES[path] ?? {})
  else {
    response.writeHead(200, { 'content-type': isV2 ? 'text/event-stream' : 'application/json' })
    if (body.model === 'cut-off') {
      await send(first)
      response.destroy()
    }
    while (body.model === 'endless' && !response.destroyed) await send(first)
    for (const event of events) await send(event)
    response.end(isV2 ? 'data: [DONE]\n\n' : '')
  }
}

const CALL = {
  'gen_ai.provider.name': 'cohere',
  'server.address': '127.0.0.1',
  'server.port': 'a port',
}
const SETTINGS = {
  ...CALL,
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.temperature': 0.5,
  'gen_ai.request.max_tokens': 100,
  'gen_ai.request.top_k': 20,
}
const REPLY = {
  'gen_ai.response.finish_reasons': ['COMPLETE'],
  'gen_ai.usage.input_tokens': 11,
  'gen_ai.usage.output_tokens': 4,
}
const STREAM = { 'gen_ai.request.stream': true, 'gen_ai.response.time_to_first_chunk': 'seconds' }
const V2 = { 'gen_ai.response.id': 'chat-*' }
const V1 = { 'gen_ai.response.id': 'gen-*' }

type Attributes = Readonly<Record<string, unknown>>
const chat = (model: string, ...more: Attributes[]) =>
  expectSpan(`chat ${model}`, SETTINGS, { 'gen_ai.request.model': model }, ...more)
const failed = (model: string, type: string, summary: string, ...more: Attributes[]) =>
  expectFailure(summary, chat(model, { 'error.type': type }, ...more))
const command = (...more: Attributes[]) => chat('command-a-03-2025', ...more)

export const cohere: TestedSdk<CohereClients> = {
  name: 'cohere-ai',
  versions: ['cohere-ai', 'cohere-ai-7'],
  startProvider: () => startProvider(answer),
  createClient: (moduleExports, baseUrl) => {
    const sdk = moduleExports as typeof Sdk
    const options = { token: 'none', baseUrl, maxRetries: 0 }
    return { v1: new sdk.CohereClient(options), v2: new sdk.CohereClientV2(options) }
  },
  scenarios: SCENARIOS,
  spans: {
    chat: command(V2, REPLY),
    chat_promise: command(V2, REPLY),
    chat_raw_response: command(V2, REPLY),
    chat_stream: command(V2, REPLY, STREAM),
    chat_stream_raw_response: command(V2, REPLY, STREAM),
    chat_stream_break: command(V2, STREAM),
    chat_stream_aborted: failed('endless', 'AbortError', 'AbortError', V2, STREAM),
    chat_stream_cut_off: failed('cut-off', 'TypeError', 'TypeError', V2, STREAM),
    chat_error_429: failed('no-quota', 'TooManyRequestsError', 'TooManyRequestsError 429'),
    chat_error_unhandled: failed('no-quota', 'TooManyRequestsError', 'TooManyRequestsError 429'),
    chat_of_v1: command(V1, REPLY),
    chat_stream_of_v1: command(V1, REPLY, STREAM),
    chat_of_v2_in_client_of_v1: command(V2, REPLY),
    embed: expectSpan('embeddings embed-v4.0', CALL, {
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.request.model': 'embed-v4.0',
      'gen_ai.request.encoding_formats': ['float'],
      'gen_ai.response.id': 'embed-*',
      'gen_ai.usage.input_tokens': 208,
    }),
    rerank: expectSpan('rerank rerank-v4.0', CALL, {
      'gen_ai.operation.name': 'rerank',
      'gen_ai.request.model': 'rerank-v4.0',
      'gen_ai.response.id': 'rerank-*',
      'spancost.usage.searches': 1,
    }),
  },
}
