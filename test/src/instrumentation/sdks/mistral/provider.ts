import { sendEvent, sendJson, startProvider, type Answer } from '../../../demo/replies-over-http.ts'

const USAGE = {
  prompt_tokens: 124,
  completion_tokens: 22,
  total_tokens: 146,
  prompt_tokens_details: { cached_tokens: 64 },
}
const CHAT = { id: 'cmpl-1', object: 'chat.completion', created: 1, model: 'mistral-small-2603' }
const MESSAGE = { role: 'assistant', content: '{"category":"billing"}' }

const CONVERSATION_USAGE = {
  prompt_tokens: 188,
  completion_tokens: 55,
  total_tokens: 7355,
  connector_tokens: 7112,
  connectors: { web_search: 1 },
}
const OUTPUT = {
  object: 'entry',
  type: 'message.output',
  id: 'msg_1',
  created_at: '2026-11-23T12:00:00Z',
  completed_at: '2026-11-23T12:00:01Z',
  model: 'mistral-medium-latest',
  role: 'assistant',
  content: 'Yes.',
}

const REPLIES: Readonly<Record<string, object>> = {
  '/v1/embeddings': {
    id: 'emb-1',
    object: 'list',
    model: 'mistral-embed',
    data: [{ object: 'embedding', embedding: [0.25], index: 0 }],
    usage: { prompt_tokens: 10, total_tokens: 10, completion_tokens: 0 },
  },
  '/v1/ocr': {
    model: 'mistral-ocr-2512',
    pages: [],
    usage_info: { pages_processed: 3, doc_size_bytes: 1000 },
  },
  '/v1/audio/transcriptions': {
    model: 'voxtral-mini-latest',
    text: 'Hello',
    language: null,
    segments: [],
    usage: {
      prompt_audio_seconds: 36,
      prompt_tokens: 13,
      completion_tokens: 151,
      total_tokens: 164,
    },
  },
  '/v1/conversations': {
    object: 'conversation.response',
    conversation_id: 'conv_1',
    outputs: [OUTPUT],
    usage: CONVERSATION_USAGE,
  },
}

const CHAT_PATHS: ReadonlySet<string> = new Set([
  '/v1/chat/completions',
  '/v1/agents/completions',
  '/v1/fim/completions',
])

/** Models fail: `no-quota` with a 429, `cut-off` amid its stream; `endless` goes on. */
const answer: Answer = async ({ path, body }, response) => {
  const [route = ''] = path.split(/[?#]/)
  const first = { ...CHAT, choices: [{ index: 0, delta: MESSAGE, finish_reason: null }] }
  const reply = REPLIES[route]
  if (body.model === 'no-quota') sendJson(response, 429, { message: 'Rate limit exceeded' })
  else if (body.model === 'cut-off') {
    await sendEvent(response, first)
    response.destroy()
  } else if (body.model === 'endless') {
    while (!response.destroyed) await sendEvent(response, first)
  } else if (reply !== undefined && body.stream !== true) sendJson(response, 200, reply)
  else if (route === '/v1/conversations') {
    const at = { created_at: '2026-11-23T12:00:00Z' }
    await sendEvent(response, {
      type: 'conversation.response.started',
      conversation_id: 'conv_1',
      ...at,
    })
    await sendEvent(response, {
      type: 'conversation.response.done',
      usage: CONVERSATION_USAGE,
      ...at,
    })
    response.end()
  } else if (!CHAT_PATHS.has(route)) sendJson(response, 404, { message: 'no such route' })
  else if (body.stream === true) {
    await sendEvent(response, first)
    await sendEvent(response, {
      ...CHAT,
      choices: [{ index: 0, delta: { content: '' }, finish_reason: 'stop' }],
      usage: USAGE,
    })
    response.end('data: [DONE]\n\n')
  } else {
    const choices = [{ index: 0, message: MESSAGE, finish_reason: 'stop' }]
    sendJson(response, 200, { ...CHAT, choices, usage: USAGE })
  }
}

export const startMistral = () => startProvider(answer)
