import type * as Sdk from '@google/genai'
import { expectFailure, expectSpan, type TestedSdk } from '../../sdk.ts'
import { startGoogle } from './provider.ts'
import { SCENARIOS, type GoogleClients } from './scenarios.ts'

const SERVER = { 'server.address': '127.0.0.1', 'server.port': 'a port' }
const GEMINI = { ...SERVER, 'gen_ai.provider.name': 'gcp.gemini' }
const VERTEX = { ...SERVER, 'gen_ai.provider.name': 'gcp.vertex_ai' }
const SETTINGS = {
  'gen_ai.operation.name': 'generate_content',
  'gen_ai.request.temperature': 0.5,
  'gen_ai.request.max_tokens': 100,
  'gen_ai.request.top_k': 20,
}
const IDS = {
  'gen_ai.response.id': 'resp-*',
  'gen_ai.response.model': 'gemini-3.8-flash-001',
}
const USAGE = {
  ...IDS,
  'gen_ai.response.finish_reasons': ['STOP'],
  // Thoughts stand beside the candidates, the input of tools beside the prompt.
  'gen_ai.usage.input_tokens': 120,
  'gen_ai.usage.cache_read.input_tokens': 64,
  'gen_ai.usage.audio.input_tokens': 25,
  'gen_ai.usage.image.input_tokens': 15,
  'gen_ai.usage.output_tokens': 80,
  'gen_ai.usage.reasoning.output_tokens': 50,
}
const REPLY = { ...USAGE, 'spancost.response.service_tier': 'flex' }
const STREAM = { 'gen_ai.request.stream': true, 'gen_ai.response.time_to_first_chunk': 'seconds' }
const BEGUN = { ...IDS, ...STREAM, 'gen_ai.usage.input_tokens': 100 }
const PRIORITY = { ...USAGE, 'spancost.response.service_tier': 'priority' }

type Attributes = Readonly<Record<string, unknown>>
const generate = (model: string, ...more: Attributes[]) =>
  expectSpan(
    `generate_content ${model}`,
    GEMINI,
    SETTINGS,
    { 'gen_ai.request.model': model },
    ...more,
  )
const failed = (model: string, type: string, summary: string, ...more: Attributes[]) =>
  expectFailure(summary, generate(model, { 'error.type': type }, ...more))
const flash = (...more: Attributes[]) => generate('gemini-3.8-flash', ...more)

const INTERACTION = {
  'gen_ai.operation.name': 'generate_content',
  'gen_ai.request.model': 'gemini-3.8-flash',
  'gen_ai.response.id': 'int-*',
  'gen_ai.response.model': 'gemini-3.8-flash',
  'spancost.response.service_tier': 'standard',
  'gen_ai.usage.input_tokens': 151,
  'gen_ai.usage.cache_read.input_tokens': 0,
  'gen_ai.usage.output_tokens': 1222,
  'gen_ai.usage.reasoning.output_tokens': 249,
}

const EMBED = {
  ...GEMINI,
  'gen_ai.operation.name': 'embeddings',
  'gen_ai.request.model': 'gemini-embedding-001',
}

const SPANS: TestedSdk<GoogleClients>['spans'] = {
  generate: flash(REPLY),
  generate_promise: flash(REPLY),
  generate_model_path: flash(REPLY),
  generate_stream: flash(REPLY, STREAM),
  generate_stream_break: flash(BEGUN),
  generate_stream_aborted: failed('endless', 'AbortError', 'AbortError', BEGUN),
  generate_stream_cut_off: failed('cut-off', 'TypeError', 'TypeError', BEGUN),
  generate_error_429: failed('no-quota', 'ApiError', 'ApiError 429'),
  generate_error_unhandled: failed('no-quota', 'ApiError', 'ApiError 429'),
  // One for each request; the application made one call.
  function_calling: [flash(REPLY), flash(REPLY)],
  chat: flash(REPLY),
  chat_stream: flash(REPLY, STREAM),
  embed: expectSpan('embeddings gemini-embedding-001', EMBED, { 'gen_ai.usage.input_tokens': 9 }),
  vertex_images: expectSpan('image_generation imagen-4.0-generate-001', VERTEX, {
    'gen_ai.operation.name': 'image_generation',
    'gen_ai.request.model': 'imagen-4.0-generate-001',
    'gen_ai.request.choice.count': 2,
    'spancost.usage.images': 2,
  }),
  interaction: expectSpan('generate_content gemini-3.8-flash', GEMINI, INTERACTION),
  interaction_stream: expectSpan('generate_content gemini-3.8-flash', GEMINI, INTERACTION, STREAM),
  vertex_generate: flash(VERTEX, PRIORITY),
  vertex_stream: flash(VERTEX, PRIORITY, STREAM),
  vertex_embed: expectSpan('embeddings text-embedding-005', VERTEX, {
    'gen_ai.operation.name': 'embeddings',
    'gen_ai.request.model': 'text-embedding-005',
    'gen_ai.usage.input_tokens': 10,
  }),
}

export const googleGenAI: TestedSdk<GoogleClients> = {
  name: '@google/genai',
  versions: ['@google/genai', 'genai-2'],
  startProvider: startGoogle,
  createClient: (moduleExports, baseUrl) => {
    const { GoogleGenAI } = moduleExports as typeof Sdk
    const options = { apiKey: 'none', httpOptions: { baseUrl } }
    return {
      gemini: new GoogleGenAI(options),
      vertex: new GoogleGenAI({ ...options, vertexai: true }),
    }
  },
  scenarios: SCENARIOS,
  spans: SPANS,
  // Version 2 does not hand on what embeddings in the Gemini API used.
  spansOf: (version) =>
    version.startsWith('2.')
      ? { ...SPANS, embed: expectSpan('embeddings gemini-embedding-001', EMBED) }
      : SPANS,
}
