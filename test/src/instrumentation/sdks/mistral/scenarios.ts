import type { Mistral } from '@mistralai/mistralai'
import {
  catchError,
  collectRejections,
  describePromise,
  readAll,
  type TestedSdk,
} from '../../sdk.ts'

const CHAT = {
  model: 'mistral-small-latest',
  messages: [{ role: 'user' as const, content: 'Sort this ticket: I was charged twice.' }],
  temperature: 0.5,
  maxTokens: 100,
  randomSeed: 7,
}
/** What the SDK asks of a zod schema; the schema itself would be one of another copy of zod. */
const JSON_FORMAT = { type: 'json_object' as const }
const CONVERSATION = {
  model: 'mistral-medium-latest',
  inputs: 'May we refund this?',
  completionArgs: { temperature: 0.5 },
}

export const SCENARIOS: TestedSdk<Mistral>['scenarios'] = {
  chat: async (client) => client.chat.complete(CHAT),

  chat_promise: async (client) => describePromise(client.chat.complete(CHAT)),

  chat_parse: async (client) => client.chat.complete({ ...CHAT, responseFormat: JSON_FORMAT }),

  chat_stream: async (client) => {
    const stream = await client.chat.stream(CHAT)
    return {
      class: stream.constructor.name,
      isStream: stream instanceof ReadableStream,
      locked: stream.locked,
      chunks: await readAll(stream),
    }
  },

  chat_stream_parse: async (client) =>
    readAll(await client.chat.stream({ ...CHAT, responseFormat: JSON_FORMAT })),

  chat_stream_tee: async (client) => {
    const [left, right] = (await client.chat.stream(CHAT)).tee()
    return { right: await readAll(right), left: await readAll(left) }
  },

  chat_stream_piped: async (client) => {
    const stream = await client.chat.stream(CHAT)
    const lines = new TransformStream<unknown, string>({
      transform: (event, controller) => controller.enqueue(JSON.stringify(event)),
    })
    return readAll(stream.pipeThrough(lines))
  },

  chat_stream_reader: async (client) => {
    const reader = (await client.chat.stream(CHAT)).getReader()
    const results = [await reader.read(), await reader.read(), await reader.read()]
    await reader.closed
    return results
  },

  chat_stream_break: async (client) => {
    const stream = await client.chat.stream(CHAT)
    for await (const event of stream) return event
    return 'no event'
  },

  chat_stream_cancelled: async (client) => {
    const reader = (await client.chat.stream(CHAT)).getReader()
    const first = await reader.read()
    await reader.cancel('enough')
    return { first, next: await reader.read() }
  },

  chat_stream_aborted: async (client) => {
    const abort = new AbortController()
    const options = { fetchOptions: { signal: abort.signal } }
    const stream = await client.chat.stream({ ...CHAT, model: 'endless' }, options)
    const reader = stream.getReader()
    const first = await reader.read()
    abort.abort()
    const drain = async () => {
      while (!(await reader.read()).done);
    }
    return { first, rest: await catchError(drain()) }
  },

  chat_stream_cut_off: async (client) =>
    catchError(readAll(await client.chat.stream({ ...CHAT, model: 'cut-off' }))),

  chat_error_429: async (client) => {
    const error = await catchError(client.chat.complete({ ...CHAT, model: 'no-quota' }))
    return describeMistralError(error)
  },

  chat_error_unhandled: async (client) => {
    const rejections = await collectRejections(
      () => void client.chat.complete({ ...CHAT, model: 'no-quota' }),
    )
    return rejections.map(describeMistralError)
  },

  agents: async (client) => client.agents.complete({ agentId: 'ag_1', messages: CHAT.messages }),

  fim_stream: async (client) =>
    readAll(
      await client.fim.stream({ model: 'codestral-latest', prompt: 'def', suffix: 'return' }),
    ),

  embeddings: async (client) =>
    client.embeddings.create({ model: 'mistral-embed', inputs: ['a', 'b'] }),

  ocr: async (client) =>
    client.ocr.process({
      model: 'mistral-ocr-latest',
      document: { type: 'document_url', documentUrl: 'https://example.com/a.pdf' },
    }),

  transcription: async (client) =>
    client.audio.transcriptions.complete({
      model: 'voxtral-mini-latest',
      fileUrl: 'https://example.com/a.mp3',
    }),

  conversation: async (client) => client.beta.conversations.start(CONVERSATION),

  conversation_stream: async (client) =>
    readAll(await client.beta.conversations.startStream(CONVERSATION)),
}

/** Without the response's headers and the raw response, which name ports and times. */
function describeMistralError(error: unknown): unknown {
  const { class: name, message, statusCode } = error as Readonly<Record<string, unknown>>
  return { class: name, message, statusCode }
}
