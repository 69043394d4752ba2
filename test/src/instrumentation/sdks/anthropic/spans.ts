import { expectFailure, expectSpan, type ExpectedSpan } from '../../sdk.ts'

/**
 * What every span of a scenario must say, in the words of our own span and of the SDK's. Written out
 * by hand from the requests and the replies.
 */
interface Call {
  readonly model?: string
  /** Said by the request beyond the model and `max_tokens`, in both words. */
  readonly request?: Attributes
  readonly isStream?: boolean
  /** How much of the reply came: the whole, its beginning, nothing that could be read. */
  readonly reply?: 'whole' | 'begun' | 'none'
  /** `speed: fast` in the reply, beside the tier. */
  readonly isFast?: boolean
  /** Our span's `error.type`, its status message, and the SDK's `error.type`. */
  readonly error?: readonly [type: string, message: string, native: string | undefined]
  readonly tier?: string
  readonly finish?: string
  /** HTTP statuses that the SDK's span tells: the last one, and how often it tried again. */
  readonly http?: { readonly status?: number; readonly resent?: number }
  readonly compacted?: boolean
}

type Attributes = ExpectedSpan['attributes']

const OK = 1
const INTERNAL = 1

const SERVER = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'anthropic',
  'server.address': '127.0.0.1',
  'server.port': 'a port',
  'gen_ai.request.max_tokens': 100,
}
const INPUT = {
  'gen_ai.usage.input_tokens': 2325,
  'gen_ai.usage.cache_read.input_tokens': 2000,
  'gen_ai.usage.cache_write.input_tokens': 300,
}
const OUTPUT = {
  'gen_ai.usage.output_tokens': 90,
  'gen_ai.usage.reasoning.output_tokens': 60,
}
const SEARCHES = { 'spancost.usage.web_searches': 2 }
const REGION = { 'spancost.response.region': 'us' }
const FIRST_CHUNK = { 'gen_ai.response.time_to_first_chunk': 'seconds' }

function describeCommon(call: Call): Attributes {
  const { model = 'claude-sonnet', reply = 'whole', isStream = false, finish = 'end_turn' } = call
  return {
    ...SERVER,
    'gen_ai.request.model': model,
    ...call.request,
    ...(isStream && { 'gen_ai.request.stream': true }),
    ...(reply !== 'none' && {
      'gen_ai.response.id': 'msg_*',
      'gen_ai.response.model': `${model}-20260101`,
      ...INPUT,
      ...REGION,
    }),
    ...(reply === 'whole' && {
      ...OUTPUT,
      ...SEARCHES,
      'gen_ai.response.finish_reasons': [finish],
    }),
    ...(isStream && reply !== 'none' && FIRST_CHUNK),
  }
}

/** Our span, for versions of the SDK that make none. */
function describeOwn(call: Call): ExpectedSpan {
  const { model = 'claude-sonnet', reply = 'whole', tier = 'priority' } = call
  const span = expectSpan(
    `chat ${model}`,
    describeCommon(call),
    reply === 'none'
      ? {}
      : {
          'spancost.usage.cache_write_1h.input_tokens': 100,
          'anthropic.response.service_tier': call.isFast === true ? 'fast' : tier,
        },
    call.compacted === true
      ? { 'gen_ai.usage.input_tokens': 3325, 'gen_ai.usage.output_tokens': 140 }
      : {},
    call.isStream === true && reply !== 'none' ? FIRST_CHUNK : {},
    call.error === undefined ? {} : { 'error.type': call.error[0] },
  )
  return call.error === undefined ? span : expectFailure(call.error[1], span)
}

/** The SDK's span, with what ours adds. */
function describeNative(call: Call): ExpectedSpan {
  const { reply = 'whole', finish = 'end_turn', tier = 'priority', http = {}, error } = call
  const { status = 200, resent } = http
  const span = expectSpan(
    'anthropic.messages.create',
    describeCommon(call),
    { 'http.route': '/v1/messages' },
    status === 0
      ? {}
      : {
          'http.request.method': 'POST',
          'http.response.status_code': status,
          'url.scheme': 'http',
          'url.path': '/v1/messages',
          'url.full': 'http://127.0.0.1:*/v1/messages',
          'anthropic.request.id': 'req_*',
        },
    resent === undefined ? {} : { 'http.request.resend_count': resent },
    reply === 'none'
      ? {}
      : {
          'anthropic.usage.cache_creation.ephemeral_5m_input_tokens': 200,
          'anthropic.usage.cache_creation.ephemeral_1h_input_tokens': 100,
          'anthropic.response.service_tier': tier,
        },
    reply === 'whole' ? { 'anthropic.message.stop_reason': finish } : {},
    call.isFast === true ? { 'spancost.response.service_tier': 'fast' } : {},
    call.compacted === true
      ? {
          'anthropic.usage.compaction.input_tokens': 1000,
          'anthropic.usage.compaction.output_tokens': 50,
        }
      : {},
    error?.[2] === undefined ? {} : { 'error.type': error[2] },
  )
  const isLeft = call.isStream === true && reply === 'begun' && error === undefined
  const isAborted = error !== undefined && error[2] === undefined
  return { ...span, status: error?.[2] === undefined ? (isLeft || isAborted ? 0 : OK) : 2 }
}

const STREAM = { isStream: true } as const
const REFUSED = {
  model: 'claude-refused',
  reply: 'none',
  error: ['BadRequestError', 'BadRequestError 400 invalid_request_error', 'invalid_request_error'],
  http: { status: 400 },
} as const
const JSON_OUTPUT = { 'gen_ai.output.type': 'json' }

const CALLS: Readonly<Record<string, Call>> = {
  message: {
    request: {
      'anthropic.request.service_tier': 'standard_only',
    },
  },
  message_awaited_twice: {},
  message_with_response: {},
  message_as_response: {},
  message_stream: STREAM,
  message_stream_helper: STREAM,
  message_stream_helper_iterated: STREAM,
  message_stream_tee: STREAM,
  message_stream_to_readable: STREAM,
  // Left early: the output is not known, and it is no error.
  message_stream_break: { ...STREAM, reply: 'begun' },
  message_stream_aborted: { ...STREAM, model: 'claude-endless', reply: 'begun' },
  message_stream_failing: {
    ...STREAM,
    model: 'claude-overloaded',
    reply: 'begun',
    error: ['overloaded_error', 'overloaded_error', 'overloaded_error'],
  },
  message_stream_cut_off: {
    ...STREAM,
    model: 'claude-cut-off',
    reply: 'begun',
    error: ['TypeError', 'TypeError', 'client_error'],
  },
  message_refused: REFUSED,
  message_busy_after_retries: {
    model: 'claude-busy',
    reply: 'none',
    error: ['InternalServerError', 'InternalServerError 529 overloaded_error', 'overloaded_error'],
    http: { status: 529, resent: 1 },
  },
  message_refused_in_helper: { ...REFUSED, ...STREAM },
  message_refused_unhandled: REFUSED,
  message_parse: { request: JSON_OUTPUT },
  message_not_json: {
    model: 'claude-not-json',
    reply: 'none',
    error: ['SyntaxError', 'SyntaxError', 'client_error'],
  },
  message_aborted_at_once: {
    reply: 'none',
    error: ['APIUserAbortError', 'APIUserAbortError', undefined],
    http: { status: 0 },
  },
  // The application reads the raw bytes; they are not touched.
  message_stream_as_response: { ...STREAM, reply: 'none' },
  beta_message_fast: { model: 'claude-fast', isFast: true, tier: 'standard' },
  beta_message_compacting: { model: 'claude-compacting', compacted: true },
  // The end of a stream does not repeat the tier of its beginning, but tells the speed.
  beta_message_stream: { ...STREAM, model: 'claude-fast', isFast: true },
  beta_stream_helper: STREAM,
}

const TOOL_CALLS: readonly Call[] = [{ finish: 'tool_use' }, {}]

/** What versions below 0.134 must make: one span of ours for each call that may cost something. */
export const OWN_SPANS = {
  ...Object.fromEntries(Object.entries(CALLS).map(([name, call]) => [name, describeOwn(call)])),
  count_tokens: [],
  beta_tool_runner: TOOL_CALLS.map(describeOwn),
}

/** What newer ones make themselves, completed by us. */
export const NATIVE_SPANS = {
  ...Object.fromEntries(Object.entries(CALLS).map(([name, call]) => [name, describeNative(call)])),
  // The SDK ends its span before the application reads the body.
  message_as_response: describeNative({ reply: 'none' }),
  count_tokens: {
    ...expectSpan('anthropic.messages.count_tokens', {
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-sonnet',
      'server.address': '127.0.0.1',
      'server.port': 'a port',
      'http.route': '/v1/messages/count_tokens',
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'url.scheme': 'http',
      'url.path': '/v1/messages/count_tokens',
      'url.full': 'http://127.0.0.1:*/v1/messages/count_tokens',
      'anthropic.request.id': 'req_*',
      'anthropic.message.count_tokens.input_tokens': 14,
    }),
    status: OK,
  },
  beta_tool_runner: describeNativeRunner(),
}

/** The agent's own span has no usage, and the tool's is free. */
function describeNativeRunner(): readonly ExpectedSpan[] {
  const request = { 'anthropic.beta': ['message-threads-2026-08-12'] }
  const [first = {}, second = {}] = TOOL_CALLS
  const agent = expectSpan('anthropic.messages.tool_runner', {
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': 'claude-sonnet',
  })
  const tool = expectSpan('anthropic.custom_tool_use look_up', {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.tool.name': 'look_up',
    'gen_ai.tool.description': 'Looks a ticket up',
    'gen_ai.tool.call.id': 'toolu_1',
    'gen_ai.tool.type': 'function',
  })
  return [
    { ...agent, kind: INTERNAL, status: OK },
    describeNative({ ...first, request }),
    { ...tool, kind: INTERNAL, status: OK },
    describeNative({ ...second, request }),
  ]
}

/**
 * The clients for Bedrock and Vertex AI send a model by the path.
 *
 * @param path what the client asks for, with `%` where the model stands
 */
export function describeCarriers(provider: string, path: string) {
  const at = (call: Call): ExpectedSpan => {
    const span = describeNative(call)
    const url = path.replace('%', call.model ?? 'claude-sonnet')
    const { 'http.route': route, ...attributes } = span.attributes
    return {
      ...span,
      attributes: {
        ...attributes,
        'http.route': route,
        'gen_ai.provider.name': provider,
        'url.path': url,
        'url.full': `http://127.0.0.1:*${url}`,
      },
    }
  }
  return { message: at({}), message_refused: at(REFUSED) }
}

/** The same for older versions of these clients, which make no spans. */
export function describeOwnCarriers(provider: string) {
  const at = (call: Call): ExpectedSpan => {
    const span = describeOwn(call)
    return { ...span, attributes: { ...span.attributes, 'gen_ai.provider.name': provider } }
  }
  return { message: at({}), message_refused: at(REFUSED) }
}
