import {
  catchError,
  collectRejections,
  describePromise,
  readAll,
  type TestedSdk,
} from '../../sdk.ts'
import type { CohereClients } from './index.ts'

const SETTINGS = { model: 'command-a-03-2025', temperature: 0.5, maxTokens: 100, k: 20 }
const CHAT = {
  ...SETTINGS,
  messages: [{ role: 'user' as const, content: 'Sort this ticket: I was charged twice.' }],
}
const OLD_CHAT = { ...SETTINGS, message: 'Sort this ticket: I was charged twice.' }

export const SCENARIOS: TestedSdk<CohereClients>['scenarios'] = {
  chat: async ({ v2 }) => v2.chat(CHAT),

  chat_promise: async ({ v2 }) => describePromise(v2.chat(CHAT)),

  chat_raw_response: async ({ v2 }) => {
    const promise = v2.chat(CHAT)
    const { data, rawResponse } = await promise.withRawResponse()
    return { data, same: data === (await promise), status: rawResponse.status }
  },

  chat_stream: async ({ v2 }) => {
    const stream = await v2.chatStream(CHAT)
    return { class: stream.constructor.name, events: await readAll(stream) }
  },

  chat_stream_raw_response: async ({ v2 }) => {
    const { data, rawResponse } = await v2.chatStream(CHAT).withRawResponse()
    return { events: await readAll(data), status: rawResponse.status }
  },

  chat_stream_break: async ({ v2 }) => {
    for await (const event of await v2.chatStream(CHAT)) return event
    return 'no event'
  },

  chat_stream_aborted: async ({ v2 }) => {
    const abort = new AbortController()
    const options = { abortSignal: abort.signal }
    const stream = await v2.chatStream({ ...CHAT, model: 'endless' }, options)
    const iterator = stream[Symbol.asyncIterator]()
    const first = await iterator.next()
    abort.abort()
    const drain = async () => {
      while ((await iterator.next()).done !== true);
    }
    return { first, rest: await catchError(drain()) }
  },

  chat_stream_cut_off: async ({ v2 }) =>
    catchError(readAll(await v2.chatStream({ ...CHAT, model: 'cut-off' }))),

  chat_error_429: async ({ v2 }) =>
    describeCohereError(await catchError(v2.chat({ ...CHAT, model: 'no-quota' }))),

  chat_error_unhandled: async ({ v2 }) => {
    // The promise is lazy: nobody sees a rejection before somebody asks.
    const call = () => void v2.chat({ ...CHAT, model: 'no-quota' }).then(() => undefined)
    return (await collectRejections(call)).map(describeCohereError)
  },

  chat_of_v1: async ({ v1 }) => v1.chat(OLD_CHAT),

  chat_stream_of_v1: async ({ v1 }) => readAll(await v1.chatStream(OLD_CHAT)),

  chat_of_v2_in_client_of_v1: async ({ v1 }) => v1.v2.chat(CHAT),

  embed: async ({ v2 }) =>
    v2.embed({
      model: 'embed-v4.0',
      inputType: 'search_query',
      texts: ['a'],
      embeddingTypes: ['float'],
    }),

  rerank: async ({ v2 }) => v2.rerank({ model: 'rerank-v4.0', query: 'a', documents: ['a', 'b'] }),
}

/** Without the raw response, which names times. */
function describeCohereError(error: unknown): unknown {
  const { class: name, message, statusCode, body } = error as Readonly<Record<string, unknown>>
  return { class: name, message, statusCode, body }
}
