import type * as Sdk from 'ai'
import { startProvider } from '../../../demo/replies-over-http.ts'
import {
  catchError,
  collectRejections,
  expectFailure,
  expectSpan,
  readAll,
  type TestedSdk,
} from '../../sdk.ts'
import { createEmbeddingModel, createModel } from './models.ts'

type Ai = typeof Sdk
const PROMPT = { prompt: 'Sort this ticket: I was charged twice.', maxRetries: 0 }
const SETTINGS = { ...PROMPT, temperature: 0.5, maxOutputTokens: 100 }

const CALL = { 'gen_ai.operation.name': 'chat' }
const OPENAI = {
  ...CALL,
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.temperature': 0.5,
  'gen_ai.request.max_tokens': 100,
}
const BEGUN = { 'gen_ai.response.id': 'resp_*', 'gen_ai.response.model': 'gpt-5-mini-2025-08-07' }
const REPLY = {
  ...BEGUN,
  'gen_ai.response.finish_reasons': ['stop'],
  'spancost.response.service_tier': 'flex',
  // The SDK's own counts know no audio; the provider's, which come with them, do.
  'gen_ai.usage.input_tokens': 1200,
  'gen_ai.usage.cache_read.input_tokens': 1024,
  'gen_ai.usage.audio.input_tokens': 16,
  'gen_ai.usage.output_tokens': 340,
  'gen_ai.usage.reasoning.output_tokens': 256,
}
const STREAM = { 'gen_ai.request.stream': true, 'gen_ai.response.time_to_first_chunk': 'seconds' }
const chat = (model: string, ...more: Readonly<Record<string, unknown>>[]) =>
  expectSpan(`chat ${model}`, OPENAI, { 'gen_ai.request.model': model }, ...more)
const failed = (model: string, type: string, ...more: Readonly<Record<string, unknown>>[]) =>
  expectFailure(type, chat(model, { 'error.type': type }, ...more))

/** Models are objects of the SDK's public interface; providers are packages of their own. */
export const vercelAI: TestedSdk<Ai> = {
  name: 'ai',
  versions: ['ai'],
  startProvider: () => startProvider((_, response) => void response.end()),
  createClient: (moduleExports) => moduleExports,
  scenarios: {
    generate: async ({ generateText }) => {
      const { text, usage } = await generateText({ model: createModel('gpt-5-mini'), ...SETTINGS })
      return { text, usage }
    },
    generate_tools: async ({ generateText, tool, jsonSchema, stepCountIs }) => {
      const find = tool({
        inputSchema: jsonSchema({ type: 'object', properties: {} }),
        execute: async () => 'nothing',
      })
      const model = createModel('gpt-5-mini', { callsToolFirst: true })
      const { text, steps } = await generateText({
        model,
        ...SETTINGS,
        tools: { find },
        stopWhen: stepCountIs(3),
      })
      return { text, steps: steps.length }
    },
    generate_error: async ({ generateText }) =>
      catchError(generateText({ model: createModel('broken'), ...SETTINGS })),
    generate_error_unhandled: async ({ generateText }) =>
      collectRejections(
        () => void generateText({ model: createModel('broken'), ...SETTINGS }).then(() => 0),
      ),
    generate_telemetry_off: async ({ generateText }) => {
      const telemetry = { isEnabled: false }
      return (await generateText({ model: createModel('gpt-5-mini'), ...SETTINGS, telemetry })).text
    },
    stream: async ({ streamText }) => {
      const result = streamText({ model: createModel('gpt-5-mini'), ...SETTINGS })
      return { texts: await readAll(result.textStream), usage: await result.usage }
    },
    stream_tee: async ({ streamText }) => {
      const result = streamText({ model: createModel('gpt-5-mini'), ...SETTINGS })
      const [parts, text] = await Promise.all([readAll(result.fullStream), result.text])
      return { types: parts.map(({ type }) => type), text }
    },
    stream_error: async ({ streamText }) => {
      const errors: unknown[] = []
      const onError = ({ error }: { error: unknown }) => void errors.push(String(error))
      const result = streamText({ model: createModel('broken-stream'), ...SETTINGS, onError })
      return { texts: await readAll(result.textStream), errors }
    },
    stream_aborted: async ({ streamText }) => {
      const abort = new AbortController()
      const result = streamText({
        model: createModel('endless'),
        ...SETTINGS,
        abortSignal: abort.signal,
      })
      const types: string[] = []
      for await (const part of result.fullStream) {
        types.push(part.type)
        if (part.type === 'text-delta') abort.abort()
      }
      return types.at(-1)
    },
    embed: async ({ embedMany }) => {
      const model = createEmbeddingModel('text-embedding-3-small')
      const { embeddings, usage } = await embedMany({ model, values: ['a', 'b'] })
      return { embeddings, usage }
    },
  },
  spans: {
    generate: chat('gpt-5-mini', REPLY),
    generate_tools: [
      chat('gpt-5-mini', REPLY, { 'gen_ai.response.finish_reasons': ['tool-calls'] }),
      chat('gpt-5-mini', REPLY),
    ],
    generate_error: failed('broken', 'RangeError'),
    generate_error_unhandled: failed('broken', 'RangeError'),
    generate_telemetry_off: [],
    stream: chat('gpt-5-mini', REPLY, STREAM),
    stream_tee: chat('gpt-5-mini', REPLY, STREAM),
    stream_error: failed('broken-stream', 'RangeError', BEGUN, STREAM),
    stream_aborted: chat('endless', BEGUN, STREAM),
    embed: expectSpan('embeddings text-embedding-3-small', {
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'text-embedding-3-small',
      'gen_ai.usage.input_tokens': 7,
    }),
  },
}
