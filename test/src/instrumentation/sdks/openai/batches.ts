import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { OpenAI } from 'openai'
import { describeResponse, expectSpan, type TestedSdk } from '../../sdk.ts'

/** Lines of a batch's output, as OpenAI writes them: one call each, in no order. */
const RESULTS = [
  createLine('a', {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model: 'gpt-4o-mini-2024-07-18',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: 612,
      completion_tokens: 19,
      total_tokens: 631,
      prompt_tokens_details: { cached_tokens: 512 },
    },
    service_tier: 'default',
  }),
  createLine('b', {
    object: 'list',
    model: 'text-embedding-3-small',
    data: [],
    usage: { prompt_tokens: 37, total_tokens: 37 },
  }),
  createLine('c', { error: { message: 'No such model' } }, 400),
]

function createLine(customId: string, body: object, status = 200): object {
  const response = { status_code: status, request_id: `req_${customId}`, body }
  return { id: `batch_req_${customId}1`, custom_id: customId, response, error: null }
}

/** What `files.content` gets. */
export const FILES: Readonly<Record<string, string>> = {
  '/v1/files/file-results/content': RESULTS.map((line) => `${JSON.stringify(line)}\n`).join(''),
  '/v1/files/file-tuning/content': '{"messages": [{"role": "user", "content": "Hi"}]}\n',
}

export const BATCH_SCENARIOS: TestedSdk<OpenAI>['scenarios'] = {
  batch_results: async (client) => {
    const response = await client.files.content('file-results')
    return { ...describeResponse(response), lines: (await response.text()).split('\n') }
  },
  batch_results_stream: async (client) => {
    const response = await client.files.content('file-results')
    return text(Readable.fromWeb(response.body as never))
  },
  batch_results_as_response: async (client) => {
    const response = await client.files.content('file-results').asResponse()
    return Buffer.from(await response.arrayBuffer()).toString()
  },
  batch_results_unread: async (client) => {
    const response = await client.files.content('file-results')
    await response.body?.cancel()
    return { bodyUsed: response.bodyUsed, keys: Object.keys(response) }
  },
  file_content: async (client) => (await client.files.content('file-tuning')).text(),
}

const SERVER = {
  'gen_ai.provider.name': 'openai',
  'openai.response.service_tier': 'batch',
  'server.address': '127.0.0.1',
  'server.port': 'a port',
}
const results = [
  expectSpan('chat', SERVER, {
    'gen_ai.operation.name': 'chat',
    'openai.api.type': 'chat_completions',
    'gen_ai.response.id': 'chatcmpl-*',
    'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.usage.input_tokens': 612,
    'gen_ai.usage.cache_read.input_tokens': 512,
    'gen_ai.usage.output_tokens': 19,
  }),
  expectSpan('embeddings', SERVER, {
    'gen_ai.operation.name': 'embeddings',
    'gen_ai.response.id': 'batch_req_b*',
    'gen_ai.response.model': 'text-embedding-3-small',
    'gen_ai.usage.input_tokens': 37,
  }),
]

export const BATCH_SPANS: TestedSdk<OpenAI>['spans'] = {
  batch_results: results,
  batch_results_stream: results,
  batch_results_as_response: results,
  batch_results_unread: [],
  file_content: [],
}
