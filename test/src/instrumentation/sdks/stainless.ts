import { sendEvent, sendJson, startProvider, type Answer } from '../../demo/replies-over-http.ts'
import {
  catchError,
  collectGarbage,
  collectRejections,
  describePromise,
  describeResponse,
  expectFailure,
  expectSpan,
  readAll,
  type ExpectedSpan,
  type TestedSdk,
} from '../sdk.ts'

/** What SDKs made by Stainless have in common: here, those whose API speaks like OpenAI's. */
export interface StainlessClient {
  readonly chat: { readonly completions: { create: CreateCompletion } }
}

type CreateCompletion = (body: object, options?: object) => ApiPromise
interface ApiPromise extends Promise<unknown> {
  withResponse(): Promise<{ data: unknown; response: Response }>
  asResponse(): Promise<Response>
}
interface Stream extends AsyncIterable<unknown> {
  readonly controller: AbortController
  tee(): [Stream, Stream]
  toReadableStream(): ReadableStream
}

export interface StainlessReplies {
  /** The model of the chat, which all others are told from by their names. */
  readonly model: string
  readonly completion: object
  readonly chunks: readonly object[]
  /** Replies of other APIs by the end of the path. */
  readonly others: Readonly<Record<string, object>>
}

/** Models fail: `no-quota` with a 429, `cut-off` amid its stream; `endless` goes on. */
export function startStainlessProvider(replies: StainlessReplies) {
  const answer: Answer = async ({ path, body }, response) => {
    const [first = {}] = replies.chunks
    const other = Object.entries(replies.others).find(([end]) => path.endsWith(end))
    if (body.model === 'no-quota') {
      const error = { message: 'Rate limit reached', type: 'tokens', code: 'rate_limit_exceeded' }
      sendJson(response, 429, { error })
    } else if (body.model === 'cut-off') {
      await sendEvent(response, first)
      response.destroy()
    } else if (body.model === 'endless') {
      while (!response.destroyed) await sendEvent(response, first)
    } else if (other !== undefined) {
      sendJson(response, 200, other[1])
    } else if (body.stream === true) {
      for (const chunk of replies.chunks) await sendEvent(response, chunk)
      response.end('data: [DONE]\n\n')
    } else {
      sendJson(response, 200, replies.completion)
    }
  }
  return () => startProvider(answer)
}

export function createStainlessScenarios(model: string): TestedSdk<StainlessClient>['scenarios'] {
  const chat = {
    model,
    messages: [{ role: 'user', content: 'Sort this ticket: I was charged twice.' }],
    temperature: 0.5,
    max_tokens: 100,
    stop: ['END'],
  }
  const open = async (client: StainlessClient, more: object = {}, options: object = {}) =>
    (await client.chat.completions.create({ ...chat, stream: true, ...more }, options)) as Stream
  const noQuota = (client: StainlessClient) =>
    client.chat.completions.create({ ...chat, model: 'no-quota' })
  return {
    chat: async (client) => client.chat.completions.create(chat),
    chat_promise: async (client) => describePromise(client.chat.completions.create(chat)),
    chat_with_response: async (client) => {
      const { data, response } = await client.chat.completions.create(chat).withResponse()
      return { data, ...describeResponse(response), bodyUsed: response.bodyUsed }
    },
    chat_as_response: async (client) => {
      const response = await client.chat.completions.create(chat).asResponse()
      return { ...describeResponse(response), body: await response.json() }
    },
    chat_stream: async (client) => readAll(await open(client)),
    chat_stream_tee: async (client) => {
      const [left, right] = (await open(client)).tee()
      return { right: await readAll(right), left: await readAll(left) }
    },
    chat_stream_to_readable: async (client) =>
      new Response((await open(client)).toReadableStream()).text(),
    chat_stream_break: async (client) => {
      const stream = await open(client)
      for await (const chunk of stream) return { chunk, aborted: stream.controller.signal.aborted }
      return 'no chunk'
    },
    chat_stream_aborted: async (client) => {
      const abort = new AbortController()
      const stream = await open(client, { model: 'endless' }, { signal: abort.signal })
      const iterator = stream[Symbol.asyncIterator]()
      const first = await iterator.next()
      abort.abort()
      return { first, rest: await catchError(drain(iterator)) }
    },
    chat_stream_cut_off: async (client) =>
      catchError(readAll(await open(client, { model: 'cut-off' }))),
    chat_error_429: async (client) => withoutDate(await catchError(noQuota(client))),
    chat_error_unhandled: async (client) => {
      const rejections = await collectRejections(() => void noQuota(client))
      return rejections.map(withoutDate)
    },
    promise_dropped: async (client) => {
      const call = () => void client.chat.completions.create(chat)
      call()
      await collectGarbage()
      return 'dropped'
    },
  }
}

/** Older SDKs have the response's headers as an object. */
function withoutDate(error: unknown): unknown {
  return JSON.parse(
    JSON.stringify(error, (key, value: unknown) => (key === 'date' ? 'a date' : value)),
  )
}

async function drain(iterator: AsyncIterator<unknown>): Promise<string> {
  let last = await iterator.next()
  while (last.done !== true) last = await iterator.next()
  return 'done'
}

export interface StainlessExpectation {
  readonly model: string
  /** Of the span, whatever the call is. */
  readonly call: ExpectedSpan['attributes']
  /** What the whole reply says, and the first chunk of a streamed one. */
  readonly reply: ExpectedSpan['attributes']
  readonly firstChunk: ExpectedSpan['attributes']
  /** The error that the SDK throws when the connection breaks. */
  readonly cutOff: string
  /** Whether a raw response is one of the platform's, which can be copied; by default, it is. */
  readonly isRawReadable?: boolean
}

/** The spans of the scenarios above, in terms of what differs between the SDKs. */
export function expectStainlessSpans(expected: StainlessExpectation): TestedSdk<never>['spans'] {
  const { model, call, reply, firstChunk, cutOff, isRawReadable = true } = expected
  const settings = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.temperature': 0.5,
    'gen_ai.request.max_tokens': 100,
    'gen_ai.request.stop_sequences': ['END'],
  }
  const chat = (name: string, ...more: ExpectedSpan['attributes'][]) =>
    expectSpan(`chat ${name}`, call, settings, { 'gen_ai.request.model': name }, ...more)
  const streamed = {
    'gen_ai.request.stream': true,
    'gen_ai.response.time_to_first_chunk': 'seconds',
  }
  const whole = chat(model, reply)
  const stream = chat(model, reply, streamed)
  const failed = (name: string, type: string, summary: string, ...more: object[]) =>
    expectFailure(summary, chat(name, { 'error.type': type }, ...(more as never[])))
  const tooMany = failed('no-quota', 'RateLimitError', 'RateLimitError 429')
  return {
    chat: whole,
    chat_promise: whole,
    chat_with_response: whole,
    chat_as_response: isRawReadable ? whole : chat(model),
    chat_stream: stream,
    chat_stream_tee: stream,
    chat_stream_to_readable: stream,
    chat_stream_break: chat(model, firstChunk, streamed),
    // The SDK takes an abort for the end.
    chat_stream_aborted: chat('endless', firstChunk, streamed),
    chat_stream_cut_off: failed('cut-off', cutOff, cutOff, firstChunk, streamed),
    chat_error_429: tooMany,
    chat_error_unhandled: tooMany,
    promise_dropped: chat(model),
  }
}
