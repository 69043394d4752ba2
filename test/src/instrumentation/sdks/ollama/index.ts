import type { Ollama } from 'ollama'
import { sendJson, startProvider, type Answer } from '../../../demo/replies-over-http.ts'
import {
  catchError,
  collectRejections,
  describePromise,
  expectFailure,
  expectSpan,
  readAll,
  type TestedSdk,
} from '../../sdk.ts'

const AT = { model: 'gemma3:1b', created_at: '2026-11-23T12:00:00Z' }
const END = {
  ...AT,
  done: true,
  done_reason: 'stop',
  total_duration: 482007750,
  prompt_eval_count: 16,
  prompt_eval_duration: 44457208,
  eval_count: 51,
  eval_duration: 384438167,
}

/** Ollama's API streams JSON, line by line. Models fail by their names. */
const answer: Answer = async ({ path, body }, response) => {
  const isChat = path === '/api/chat'
  const text = (word: string) =>
    isChat ? { message: { role: 'assistant', content: word } } : { response: word }
  const send = async (line: object) => {
    response.write(`${JSON.stringify(line)}\n`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  if (body.model === 'none') sendJson(response, 404, { error: "model 'none' not found" })
  else if (path === '/api/embed') {
    const { total_duration, prompt_eval_count } = END
    sendJson(response, 200, { ...AT, embeddings: [[0.25]], total_duration, prompt_eval_count })
  } else if (body.stream !== true) sendJson(response, 200, { ...END, ...text('B') })
  else {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    await send({ ...AT, ...text('B'), done: false })
    if (body.model === 'cut-off') response.destroy()
    while (body.model === 'endless' && !response.destroyed) {
      await send({ ...AT, ...text('B'), done: false })
    }
    if (body.model === 'broken') await send({ error: 'out of memory' })
    await send({ ...END, ...text('') })
    response.end()
  }
}

const CHAT = {
  model: 'gemma3:1b',
  messages: [{ role: 'user', content: 'Sort this ticket.' }],
  options: { temperature: 0.5, num_predict: 100, top_k: 20 },
}
const open = (client: Ollama, more: object = {}) => client.chat({ ...CHAT, ...more, stream: true })

const CALL = {
  'gen_ai.provider.name': 'ollama',
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
  'gen_ai.response.model': 'gemma3:1b',
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.usage.input_tokens': 16,
  'gen_ai.usage.output_tokens': 51,
}
const BEGUN = {
  'gen_ai.request.stream': true,
  'gen_ai.response.time_to_first_chunk': 'seconds',
  'gen_ai.response.model': 'gemma3:1b',
}
const chat = (model: string, ...more: object[]) =>
  expectSpan(`chat ${model}`, SETTINGS, { 'gen_ai.request.model': model }, ...(more as never[]))
const failed = (model: string, type: string, ...more: object[]) =>
  expectFailure(type, chat(model, { 'error.type': type }, ...more))
const notFound = expectFailure('ResponseError 404', chat('none', { 'error.type': 'ResponseError' }))

export const ollama: TestedSdk<Ollama> = {
  name: 'ollama',
  versions: ['ollama', 'ollama-0-5'],
  startProvider: () => startProvider(answer),
  createClient: (moduleExports, host) => {
    const sdk = moduleExports as { readonly Ollama: new (config: object) => Ollama }
    return new sdk.Ollama({ host })
  },
  scenarios: {
    chat: async (client) => client.chat(CHAT),
    chat_promise: async (client) => describePromise(client.chat(CHAT)),
    chat_stream: async (client) => {
      const stream = await open(client)
      return { class: stream.constructor.name, chunks: await readAll(stream) }
    },
    chat_stream_break: async (client) => {
      for await (const chunk of await open(client)) return chunk
      return 'no chunk'
    },
    chat_stream_aborted: async (client) => {
      const stream = await open(client, { model: 'endless' })
      const iterator = stream[Symbol.asyncIterator]()
      const first = await iterator.next()
      stream.abort()
      const drain = async () => {
        while ((await iterator.next()).done !== true);
      }
      return { first, rest: await catchError(drain()) }
    },
    chat_stream_broken: async (client) =>
      catchError(readAll(await open(client, { model: 'broken' }))),
    chat_stream_cut_off: async (client) =>
      catchError(readAll(await open(client, { model: 'cut-off' }))),
    chat_error_404: async (client) => catchError(client.chat({ ...CHAT, model: 'none' })),
    chat_error_unhandled: async (client) =>
      collectRejections(() => void client.chat({ ...CHAT, model: 'none' })),
    generate: async (client) => client.generate({ model: 'gemma3:1b', prompt: 'Sort this.' }),
    generate_stream: async (client) =>
      readAll(await client.generate({ model: 'gemma3:1b', prompt: 'Sort.', stream: true })),
    embed: async (client) => client.embed({ model: 'gemma3:1b', input: ['a', 'b'] }),
  },
  spans: {
    chat: chat('gemma3:1b', REPLY),
    chat_promise: chat('gemma3:1b', REPLY),
    chat_stream: chat('gemma3:1b', REPLY, BEGUN),
    chat_stream_break: chat('gemma3:1b', BEGUN),
    chat_stream_aborted: failed('endless', 'AbortError', BEGUN),
    chat_stream_broken: failed('broken', 'Error', BEGUN),
    chat_stream_cut_off: failed('cut-off', 'TypeError', BEGUN),
    chat_error_404: notFound,
    chat_error_unhandled: notFound,
    generate: expectSpan('text_completion gemma3:1b', CALL, REPLY, {
      'gen_ai.operation.name': 'text_completion',
      'gen_ai.request.model': 'gemma3:1b',
    }),
    generate_stream: expectSpan('text_completion gemma3:1b', CALL, REPLY, BEGUN, {
      'gen_ai.operation.name': 'text_completion',
      'gen_ai.request.model': 'gemma3:1b',
    }),
    embed: expectSpan('embeddings gemma3:1b', CALL, {
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.request.model': 'gemma3:1b',
      'gen_ai.response.model': 'gemma3:1b',
      'gen_ai.usage.input_tokens': 16,
    }),
  },
}
