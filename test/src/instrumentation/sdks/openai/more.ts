import type { ServerResponse } from 'node:http'
import type * as Sdk from 'openai'
import type { OpenAI } from 'openai'
import {
  sendEvent,
  sendJson,
  startProvider,
  type ProviderRequest,
} from '../../../demo/replies-over-http.ts'
import { expectSpan, readAll, type TestedSdk } from '../../sdk.ts'
import { BATCH_SCENARIOS, BATCH_SPANS, FILES } from './batches.ts'

const SERVER = {
  'gen_ai.provider.name': 'openai',
  'server.address': '127.0.0.1',
  'server.port': 'a port',
}

const REPLIES: Readonly<Record<string, object>> = {
  '/v1/completions': {
    id: 'cmpl-0001',
    object: 'text_completion',
    created: 1,
    model: 'gpt-3.5-turbo-instruct',
    choices: [{ index: 0, text: 'Hi', logprobs: null, finish_reason: 'stop' }],
    usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
  },
  '/v1/images/generations': { created: 1, data: [{ url: 'https://x/1' }, { url: 'https://x/2' }] },
  '/v1/images/edits': {
    created: 1,
    data: [{ b64_json: 'AAAA' }],
    usage: {
      input_tokens: 330,
      input_tokens_details: { text_tokens: 30, image_tokens: 300 },
      output_tokens: 4160,
      output_tokens_details: { text_tokens: 0, image_tokens: 4160 },
      total_tokens: 4490,
    },
  },
  '/v1/audio/transcriptions': {
    text: 'hello',
    usage: {
      type: 'tokens',
      input_tokens: 14,
      input_token_details: { text_tokens: 4, audio_tokens: 10 },
      output_tokens: 45,
      total_tokens: 59,
    },
  },
  '/v1/audio/translations': { text: 'hello', usage: { type: 'duration', seconds: 9 } },
  '/v1/moderations': { id: 'modr-1', model: 'omni-moderation', results: [] },
  // A gateway that says what it billed.
  '/v1/chat/completions': {
    id: 'gen-0001',
    object: 'chat.completion',
    created: 1,
    model: 'anthropic/claude',
    choices: [],
    usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7, cost: 0.0000215 },
  },
}

async function answer({ path, body }: ProviderRequest, response: ServerResponse) {
  if (path === '/v1/audio/speech') {
    response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(Buffer.from([1, 2, 3]))
  } else if (FILES[path] !== undefined) {
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(FILES[path])
  } else if (body.stream === true) {
    await sendEvent(response, { id: 'cmpl-0001', choices: [{ index: 0, text: 'Hi' }] })
    await sendEvent(response, REPLIES['/v1/completions'] ?? {})
    response.end('data: [DONE]\n\n')
  } else {
    const reply = REPLIES[path]
    sendJson(response, reply === undefined ? 404 : 200, reply ?? { error: { code: path } })
  }
}

/** What the SDK does beside chats, responses and embeddings. */
export const openaiMore: TestedSdk<OpenAI> = {
  name: 'openai',
  versions: ['openai', 'openai-6'],
  startProvider: async () => {
    const server = await startProvider(answer)
    return { ...server, url: `${server.url}/v1` }
  },
  createClient: (moduleExports, baseURL) =>
    new (moduleExports as typeof Sdk).OpenAI({ apiKey: 'none', maxRetries: 0, baseURL }),
  scenarios: {
    completion: async (client) =>
      client.completions.create({
        model: 'gpt-3.5-turbo-instruct',
        prompt: 'Hello',
        max_tokens: 9,
      }),
    completion_stream: async (client) =>
      readAll(
        await client.completions.create({
          model: 'gpt-3.5-turbo-instruct',
          prompt: 'Hello',
          stream: true,
        }),
      ),
    images: async (client) => client.images.generate({ model: 'dall-e-3', prompt: 'A cat', n: 2 }),
    image_edit: async (client) => {
      const image = new File([new Uint8Array([1])], 'cat.png', { type: 'image/png' })
      return client.images.edit({ model: 'gpt-image-1', prompt: 'A dog', image })
    },
    speech: async (client) => {
      const speech = await client.audio.speech.create({
        model: 'tts-1',
        voice: 'ash',
        input: 'Grüße 🐈',
      })
      return {
        class: speech.constructor.name,
        bytes: [...new Uint8Array(await speech.arrayBuffer())],
      }
    },
    transcription: async (client) => {
      const file = new File([new Uint8Array([1])], 'a.mp3', { type: 'audio/mpeg' })
      return client.audio.transcriptions.create({ model: 'gpt-4o-transcribe', file })
    },
    translation: async (client) => {
      const file = new File([new Uint8Array([1])], 'a.mp3', { type: 'audio/mpeg' })
      return client.audio.translations.create({ model: 'whisper-1', file })
    },
    moderation: async (client) => client.moderations.create({ input: 'text' }),
    chat_billed_by_gateway: async (client) =>
      client.chat.completions.create({ model: 'anthropic/claude', messages: [] }),
    ...BATCH_SCENARIOS,
  },
  spans: {
    completion: describeCompletion({ 'gen_ai.request.max_tokens': 9 }),
    completion_stream: describeCompletion({
      'gen_ai.request.stream': true,
      'gen_ai.response.time_to_first_chunk': 'seconds',
    }),
    images: describeContent('dall-e-3', 'image', {
      'gen_ai.request.choice.count': 2,
      'spancost.usage.images': 2,
    }),
    image_edit: describeContent('gpt-image-1', 'image', {
      'gen_ai.usage.input_tokens': 330,
      'gen_ai.usage.image.input_tokens': 300,
      'gen_ai.usage.output_tokens': 4160,
      'gen_ai.usage.image.output_tokens': 4160,
    }),
    // Seven characters, though the last is two in JavaScript.
    speech: describeContent('tts-1', 'speech', { 'spancost.usage.characters': 7 }),
    transcription: describeContent('gpt-4o-transcribe', 'text', {
      'gen_ai.usage.input_tokens': 14,
      'gen_ai.usage.audio.input_tokens': 10,
      'gen_ai.usage.output_tokens': 45,
    }),
    translation: describeContent('whisper-1', 'text', { 'spancost.usage.audio_seconds': 9 }),
    // Free of charge.
    moderation: [],
    chat_billed_by_gateway: expectSpan('chat anthropic/claude', SERVER, {
      'gen_ai.operation.name': 'chat',
      'openai.api.type': 'chat_completions',
      'gen_ai.request.model': 'anthropic/claude',
      'gen_ai.response.id': 'gen-*',
      'gen_ai.response.model': 'anthropic/claude',
      'gen_ai.usage.input_tokens': 5,
      'gen_ai.usage.output_tokens': 2,
      'gen_ai.usage.cost.amount': 0.0000215,
      'gen_ai.usage.cost.currency': 'USD',
      'gen_ai.usage.cost.source': 'provider',
    }),
    ...BATCH_SPANS,
  },
}

function describeCompletion(more: Readonly<Record<string, unknown>>) {
  return expectSpan('text_completion gpt-3.5-turbo-instruct', SERVER, more, {
    'gen_ai.operation.name': 'text_completion',
    'gen_ai.request.model': 'gpt-3.5-turbo-instruct',
    'gen_ai.response.id': 'cmpl-*',
    'gen_ai.response.model': 'gpt-3.5-turbo-instruct',
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.usage.input_tokens': 5,
    'gen_ai.usage.output_tokens': 2,
  })
}

function describeContent(model: string, type: string, more: Readonly<Record<string, unknown>>) {
  return expectSpan(`generate_content ${model}`, SERVER, more, {
    'gen_ai.operation.name': 'generate_content',
    'gen_ai.request.model': model,
    'gen_ai.output.type': type,
  })
}
