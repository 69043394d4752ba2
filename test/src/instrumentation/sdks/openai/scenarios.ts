import type { OpenAI } from 'openai'
import {
  catchError,
  collectGarbage,
  collectRejections,
  describePromise,
  describeResponse,
  readAll,
} from '../../sdk.ts'

export const SCENARIOS: Readonly<Record<string, (client: OpenAI) => Promise<unknown>>> = {
  chat: async (client) => client.chat.completions.create({ ...CHAT, service_tier: 'flex', n: 2 }),

  chat_all_token_classes: async (client) =>
    client.chat.completions.create({ ...CHAT, model: 'gpt-audio' }),

  chat_awaited_twice: async (client) => describePromise(client.chat.completions.create(CHAT)),

  chat_with_response: async (client) => {
    const { data, response, request_id } = await client.chat.completions.create(CHAT).withResponse()
    return { data, request_id, ...describeResponse(response), bodyUsed: response.bodyUsed }
  },

  chat_as_response: async (client) => {
    const response = await client.chat.completions.create(CHAT).asResponse()
    return {
      bodyUsed: response.bodyUsed,
      ...describeResponse(response),
      body: await response.json(),
    }
  },

  chat_parse: async (client) => client.chat.completions.parse({ ...CHAT, response_format: FORMAT }),

  chat_parse_as_response: async (client) => {
    const promise = client.chat.completions.parse({ ...CHAT, response_format: FORMAT })
    return describeResponse(await promise.asResponse())
  },

  chat_stream: async (client) => readAll(await client.chat.completions.create(STREAM)),

  chat_stream_without_usage: async (client) =>
    readAll(await client.chat.completions.create({ ...CHAT, stream: true })),

  chat_stream_helper: async (client) => {
    const stream = client.chat.completions.stream({ ...CHAT, stream_options: USAGE })
    const deltas: string[] = []
    stream.on('content', (delta) => deltas.push(delta))
    return { completion: await stream.finalChatCompletion(), deltas }
  },

  chat_stream_with_response: async (client) => {
    const { data, response } = await client.chat.completions.create(STREAM).withResponse()
    return { chunks: await readAll(data), ...describeResponse(response) }
  },

  chat_stream_as_response: async (client) => {
    const response = await client.chat.completions.create(STREAM).asResponse()
    return { text: await response.text(), ...describeResponse(response) }
  },

  chat_stream_tee: async (client) => {
    const stream = await client.chat.completions.create(STREAM)
    const [left, right] = stream.tee()
    return { right: await readAll(right), left: await readAll(left) }
  },

  chat_stream_to_readable: async (client) => {
    const stream = await client.chat.completions.create(STREAM)
    return new Response(stream.toReadableStream()).text()
  },

  chat_stream_read_twice: async (client) => {
    const stream = await client.chat.completions.create(STREAM)
    const first = await readAll(stream)
    return { first, second: await catchError(readAll(stream)) }
  },

  chat_stream_break: async (client) => {
    const stream = await client.chat.completions.create(STREAM)
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content)
        return { chunk, aborted: stream.controller.signal.aborted }
    }
    return 'no chunk'
  },

  chat_stream_aborted: async (client) => {
    const abort = new AbortController()
    const stream = await client.chat.completions.create(
      { ...STREAM, model: 'endless' },
      { signal: abort.signal },
    )
    const iterator = stream[Symbol.asyncIterator]()
    const first = await iterator.next()
    abort.abort()
    let last = await iterator.next()
    while (last.done !== true) last = await iterator.next()
    return { first, last }
  },

  chat_aborted_at_once: async (client) => {
    const signal = AbortSignal.abort()
    return catchError(client.chat.completions.create(CHAT, { signal }))
  },

  chat_error_429: async (client) =>
    catchError(client.chat.completions.create({ ...CHAT, model: 'no-quota' })),

  chat_error_after_retries: async (client) =>
    catchError(client.chat.completions.create({ ...CHAT, model: 'no-quota' }, { maxRetries: 2 })),

  chat_error_as_response: async (client) =>
    catchError(client.chat.completions.create({ ...CHAT, model: 'no-quota' }).asResponse()),

  chat_error_in_parse: async (client) =>
    catchError(client.chat.completions.parse({ ...CHAT, model: 'no-quota' })),

  chat_error_in_stream_helper: async (client) => {
    const stream = client.chat.completions.stream({ ...CHAT, model: 'no-quota' })
    return catchError(stream.finalChatCompletion())
  },

  chat_error_unhandled: async (client) =>
    collectRejections(() => void client.chat.completions.create({ ...CHAT, model: 'no-quota' })),

  chat_not_json: async (client) =>
    catchError(client.chat.completions.create({ ...CHAT, model: 'not-json' })),

  chat_stream_broken: async (client) => {
    const stream = await client.chat.completions.create({ ...STREAM, model: 'broken-stream' })
    return catchError(readAll(stream))
  },

  chat_stream_cut_off: async (client) => {
    const stream = await client.chat.completions.create({ ...STREAM, model: 'cut-off' })
    return catchError(readAll(stream))
  },

  responses: async (client) => client.responses.create(RESPONSE),

  responses_with_response: async (client) => {
    const { data, response } = await client.responses.create(RESPONSE).withResponse()
    return { data, ...describeResponse(response) }
  },

  responses_parse: async (client) => {
    const { type, json_schema: schema } = FORMAT
    return client.responses.parse({ ...RESPONSE, text: { format: { type, ...schema } } })
  },

  responses_stream: async (client) =>
    readAll(await client.responses.create({ ...RESPONSE, stream: true })),

  responses_stream_helper: async (client) => {
    const stream = client.responses.stream(RESPONSE)
    const types: string[] = []
    for await (const event of stream) types.push(event.type)
    return { types, response: await stream.finalResponse() }
  },

  responses_stream_break: async (client) => {
    const stream = await client.responses.create({ ...RESPONSE, stream: true })
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') return event
    }
    return 'no delta'
  },

  embeddings: async (client) =>
    client.embeddings.create({ model: 'text-embedding-3-small', input: ['a', 'b'] }),

  embeddings_as_floats: async (client) =>
    client.embeddings.create({
      model: 'text-embedding-3-small',
      input: 'a',
      encoding_format: 'float',
      dimensions: 4,
    }),

  promise_dropped: async (client) => {
    const call = () => void client.chat.completions.create(CHAT)
    call()
    await collectGarbage()
    return 'dropped'
  },

  stream_dropped: async (client) => {
    const open = async () => void (await client.chat.completions.create(STREAM))
    await open()
    await collectGarbage()
    return 'dropped'
  },
}

const CHAT = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: 'Sort this ticket: I was charged twice.' }],
  temperature: 0.5,
  max_completion_tokens: 100,
}
const USAGE = { include_usage: true }
const STREAM = { ...CHAT, stream: true as const, stream_options: USAGE }
const RESPONSE = {
  model: 'gpt-5-mini',
  input: 'May we refund this?',
  reasoning: { effort: 'low' as const },
  max_output_tokens: 1000,
}
const FORMAT = {
  type: 'json_schema' as const,
  json_schema: {
    name: 'ticket',
    schema: { type: 'object', properties: { category: { type: 'string' } } },
  },
}
