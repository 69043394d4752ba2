import type { ServerResponse } from 'node:http'
import {
  sendEvent,
  sendJson,
  startProvider,
  type ProviderRequest,
  type ReplayServer,
} from '../../../demo/replies-over-http.ts'

/**
 * A stand-in for Anthropic's API: every model answers with the same counts, of every class that the
 * API knows. The names of some models make it fail, or say more.
 */
export async function startAnthropic(): Promise<ReplayServer> {
  return startProvider(answer)
}

const TEXT = '{"category":"billing"}'

const USAGE = {
  input_tokens: 25,
  cache_read_input_tokens: 2000,
  cache_creation_input_tokens: 300,
  cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 100 },
  output_tokens: 90,
  output_tokens_details: { thinking_tokens: 60 },
  server_tool_use: { web_search_requests: 2, web_fetch_requests: 1 },
  service_tier: 'priority',
  inference_geo: 'us',
}

/** What a model says of its usage beyond the above. */
const MORE_USAGE: Readonly<Record<string, object>> = {
  'claude-fast': { service_tier: 'standard', speed: 'fast' },
  'claude-compacting': {
    iterations: [
      { type: 'compaction', input_tokens: 1000, output_tokens: 50 },
      { type: 'message', input_tokens: 25, output_tokens: 90 },
    ],
  },
}

async function answer({ path, body, id }: ProviderRequest, response: ServerResponse) {
  response.setHeader('request-id', `req_${id}`)
  const [route = ''] = path.split('?')
  // Bedrock and Vertex AI name it in the path.
  const model = typeof body.model === 'string' ? body.model : readModel(route)
  if (route.endsWith('/count_tokens')) {
    sendJson(response, 200, { input_tokens: 14 })
  } else if (model === 'claude-refused') {
    sendJson(response, 400, createError('invalid_request_error', 'Bad request'))
  } else if (model === 'claude-busy') {
    sendJson(response, 529, createError('overloaded_error', 'Overloaded'))
  } else if (model === 'claude-not-json') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"id": ')
  } else if (body.stream === true) {
    await sendStream(model, id, response)
  } else {
    sendJson(response, 200, createMessage(model, id, body))
  }
}

function readModel(route: string): string {
  return /models?\/(claude-[a-z-]+)/.exec(route)?.[1] ?? ''
}

function createError(type: string, message: string): object {
  return { type: 'error', error: { type, message }, request_id: 'req_1' }
}

/** Asks for the tool once, where there is one. */
function createMessage(model: string, id: string, body: ProviderRequest['body']): object {
  const messages = Array.isArray(body.messages) ? body.messages : []
  const callsTool = Array.isArray(body.tools) && messages.length === 1
  const tool = { type: 'tool_use', id: 'toolu_1', name: 'look_up', input: { ticket: 'T-1' } }
  return {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model: `${model}-20260101`,
    content: callsTool ? [tool] : [{ type: 'text', text: TEXT, citations: null }],
    stop_reason: callsTool ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: { ...USAGE, ...MORE_USAGE[model] },
  }
}

async function sendStream(model: string, id: string, response: ServerResponse): Promise<void> {
  const message = {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model: `${model}-20260101`,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...USAGE, output_tokens: 1, output_tokens_details: null, server_tool_use: null },
  }
  const { cache_creation: _, service_tier: _tier, inference_geo: _geo, ...totals } = USAGE
  const delta = (text: string) => ({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text },
  })
  await sendEvent(response, { type: 'message_start', message })
  await sendEvent(response, {
    type: 'content_block_start',
    index: 0,
    content_block: { type: 'text', text: '', citations: null },
  })
  await sendEvent(response, { type: 'ping' })
  await sendEvent(response, delta('{"category":'))
  if (model === 'claude-overloaded') {
    const error = createError('overloaded_error', 'Overloaded')
    await sendEvent(response, error)
    response.end()
    return
  }
  if (model === 'claude-endless') {
    while (!response.destroyed) await sendEvent(response, delta('x'))
    return
  }
  if (model === 'claude-cut-off') {
    response.destroy()
    return
  }
  await sendEvent(response, delta('"billing"}'))
  await sendEvent(response, { type: 'content_block_stop', index: 0 })
  await sendEvent(response, {
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { ...totals, ...MORE_USAGE[model] },
  })
  await sendEvent(response, { type: 'message_stop' })
  response.end()
}
