import type { Anthropic } from '@anthropic-ai/sdk'
import {
  catchError,
  collectRejections,
  describePromise,
  describeResponse,
  readAll,
} from '../../sdk.ts'

const MESSAGE = {
  model: 'claude-sonnet',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'Sort this ticket: I was charged twice.' }],
}
const STREAM = { ...MESSAGE, stream: true as const }
const FORMAT = {
  type: 'json_schema' as const,
  schema: { type: 'object', properties: { category: { type: 'string' } } },
}
const LOOK_UP = {
  type: 'custom' as const,
  name: 'look_up',
  description: 'Looks a ticket up',
  input_schema: { type: 'object' as const, properties: { ticket: { type: 'string' } } },
  parse: (input: unknown) => input,
  run: async () => 'an open ticket',
}

/** What the clients for Bedrock and Vertex AI are tried with. */
export const CARRIER_SCENARIOS = {
  message: async (client: Pick<Anthropic, 'messages'>) => client.messages.create(MESSAGE),

  message_refused: async (client: Pick<Anthropic, 'messages'>) =>
    catchError(client.messages.create({ ...MESSAGE, model: 'claude-refused' })),
}

export const SCENARIOS: Readonly<Record<string, (client: Anthropic) => Promise<unknown>>> = {
  message: async (client) =>
    client.messages.create({
      ...MESSAGE,
      service_tier: 'standard_only',
    }),

  message_awaited_twice: async (client) => describePromise(client.messages.create(MESSAGE)),

  message_with_response: async (client) => {
    const { data, response, request_id } = await client.messages.create(MESSAGE).withResponse()
    return { data, request_id, ...describeResponse(response), bodyUsed: response.bodyUsed }
  },

  message_as_response: async (client) => {
    const response = await client.messages.create(MESSAGE).asResponse()
    return {
      bodyUsed: response.bodyUsed,
      ...describeResponse(response),
      body: await response.json(),
    }
  },

  message_stream: async (client) => readAll(await client.messages.create(STREAM)),

  message_stream_helper: async (client) => {
    const stream = client.messages.stream(MESSAGE)
    const deltas: string[] = []
    stream.on('text', (delta) => deltas.push(delta))
    return { message: await stream.finalMessage(), deltas }
  },

  message_stream_helper_iterated: async (client) => readAll(client.messages.stream(MESSAGE)),

  message_stream_tee: async (client) => {
    const stream = await client.messages.create(STREAM)
    const [left, right] = stream.tee()
    return { right: await readAll(right), left: await readAll(left) }
  },

  message_stream_to_readable: async (client) => {
    const stream = await client.messages.create(STREAM)
    return new Response(stream.toReadableStream()).text()
  },

  message_stream_break: async (client) => {
    const stream = await client.messages.create(STREAM)
    for await (const event of stream) {
      if (event.type === 'content_block_delta')
        return { event, aborted: stream.controller.signal.aborted }
    }
    return 'no delta'
  },

  message_stream_aborted: async (client) => {
    const abort = new AbortController()
    const stream = await client.messages.create(
      { ...STREAM, model: 'claude-endless' },
      { signal: abort.signal },
    )
    const iterator = stream[Symbol.asyncIterator]()
    // How many of the events before the text come with it, differs from run to run.
    let first = await iterator.next()
    while (first.value?.type !== 'content_block_delta') first = await iterator.next()
    abort.abort()
    let last = await iterator.next()
    while (last.done !== true) last = await iterator.next()
    return { first, last }
  },

  message_stream_failing: async (client) =>
    catchError(
      client.messages
        .create({ ...STREAM, model: 'claude-overloaded' })
        .then((stream) => readAll(stream)),
    ),

  message_stream_cut_off: async (client) =>
    catchError(
      client.messages
        .create({ ...STREAM, model: 'claude-cut-off' })
        .then((stream) => readAll(stream)),
    ),

  message_refused: async (client) =>
    catchError(client.messages.create({ ...MESSAGE, model: 'claude-refused' })),

  message_busy_after_retries: async (client) =>
    catchError(client.messages.create({ ...MESSAGE, model: 'claude-busy' }, { maxRetries: 1 })),

  message_refused_in_helper: async (client) =>
    catchError(client.messages.stream({ ...MESSAGE, model: 'claude-refused' }).finalMessage()),

  message_refused_unhandled: async (client) =>
    collectRejections(() => void client.messages.create({ ...MESSAGE, model: 'claude-refused' })),

  message_parse: async (client) =>
    client.messages.parse({ ...MESSAGE, output_config: { format: FORMAT } }),

  message_not_json: async (client) =>
    catchError(client.messages.create({ ...MESSAGE, model: 'claude-not-json' })),

  message_aborted_at_once: async (client) =>
    catchError(client.messages.create(MESSAGE, { signal: AbortSignal.abort() })),

  message_stream_as_response: async (client) => {
    const response = await client.messages.create(STREAM).asResponse()
    return { text: await response.text(), ...describeResponse(response) }
  },

  count_tokens: async (client) =>
    client.messages.countTokens({ model: MESSAGE.model, messages: MESSAGE.messages }),

  beta_message_fast: async (client) =>
    client.beta.messages.create({ ...MESSAGE, model: 'claude-fast', speed: 'fast' }),

  beta_message_compacting: async (client) =>
    client.beta.messages.create({ ...MESSAGE, model: 'claude-compacting' }),

  beta_message_stream: async (client) =>
    readAll(await client.beta.messages.create({ ...STREAM, model: 'claude-fast' })),

  beta_stream_helper: async (client) => client.beta.messages.stream(MESSAGE).finalMessage(),

  beta_tool_runner: async (client) =>
    client.beta.messages.toolRunner({ ...MESSAGE, tools: [LOOK_UP] }).runUntilDone(),
}
