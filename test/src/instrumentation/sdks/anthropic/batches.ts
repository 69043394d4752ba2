import type * as Sdk from '@anthropic-ai/sdk'
import type { Anthropic } from '@anthropic-ai/sdk'
import { sendJson, startProvider } from '../../../demo/replies-over-http.ts'
import { expectSpan, readAll, type ExpectedSpan, type TestedSdk } from '../../sdk.ts'

const ROUTE = '/v1/messages/batches/batch_1'

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-6',
  content: [{ type: 'text', text: 'Hi' }],
  stop_reason: 'end_turn',
  usage: {
    input_tokens: 25,
    cache_read_input_tokens: 2000,
    cache_creation_input_tokens: 100,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 100 },
    output_tokens: 90,
    service_tier: 'batch',
  },
}
const RESULTS = [
  { custom_id: 'a', result: { type: 'succeeded', message: MESSAGE } },
  { custom_id: 'b', result: { type: 'errored', error: { type: 'error', error: { type: 'x' } } } },
  { custom_id: 'c', result: { type: 'expired' } },
  { custom_id: 'd', result: { type: 'succeeded', message: { ...MESSAGE, id: 'msg_2' } } },
]

function startBatches() {
  return startProvider(({ path, headers }, response) => {
    const [route] = path.split('?')
    response.setHeader('request-id', 'req_1')
    const isResults = route === `${ROUTE}/results`
    if (isResults) {
      const lines = RESULTS.map((result) => `${JSON.stringify(result)}\n`)
      response.writeHead(200, { 'content-type': 'application/x-jsonl' }).end(lines.join(''))
    } else {
      const url = `http://${String(headers.host)}${ROUTE}/results`
      sendJson(response, 200, { id: 'batch_1', type: 'message_batch', results_url: url })
    }
  })
}

const first = expectSpan('chat', {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'anthropic',
  'anthropic.response.service_tier': 'batch',
  'gen_ai.response.id': 'msg_*',
  'gen_ai.response.model': 'claude-sonnet-4-6',
  'gen_ai.response.finish_reasons': ['end_turn'],
  'gen_ai.usage.input_tokens': 2125,
  'gen_ai.usage.cache_read.input_tokens': 2000,
  'gen_ai.usage.cache_write.input_tokens': 100,
  'spancost.usage.cache_write_1h.input_tokens': 100,
  'gen_ai.usage.output_tokens': 90,
  'server.address': '127.0.0.1',
  'server.port': 'a port',
})
const both = [first, first]

/** What the SDK's own two requests make, since 0.134; they are free. */
function describeRequests(resultsStatus = 1): readonly ExpectedSpan[] {
  return ['retrieve', 'results'].map((name) => {
    const more = name === 'results' ? '/results' : ''
    const span = expectSpan(`anthropic.messages.batches.${name}`, {
      'gen_ai.provider.name': 'anthropic',
      'anthropic.message.batch.id': 'batch_1',
      'anthropic.request.id': 'req_*',
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'http.route': `/v1/messages/batches/{message_batch_id}${more}`,
      'server.address': '127.0.0.1',
      'server.port': 'a port',
      'url.full': `http://127.0.0.1:*${ROUTE}${more}`,
      'url.path': `${ROUTE}${more}`,
      'url.scheme': 'http',
    })
    return { ...span, status: name === 'results' ? resultsStatus : 1 }
  })
}

const OWN_SPANS: TestedSdk<Anthropic>['spans'] = {
  batch_results: both,
  batch_results_beta: both,
  // As far as they were read.
  batch_results_left: [first],
  batch_results_promise: both,
}
const NATIVE_SPANS: TestedSdk<Anthropic>['spans'] = {
  batch_results: [...describeRequests(), ...both],
  batch_results_beta: [...describeRequests(), ...both],
  batch_results_left: [...describeRequests(0), first],
  batch_results_promise: [...describeRequests(), ...both],
}

export const anthropicBatches: TestedSdk<Anthropic> = {
  name: '@anthropic-ai/sdk',
  versions: ['@anthropic-ai/sdk', 'anthropic-0'],
  startProvider: startBatches,
  createClient: (moduleExports, baseURL) =>
    new (moduleExports as typeof Sdk).Anthropic({ apiKey: 'none', maxRetries: 0, baseURL }),
  scenarios: {
    batch_results: async (client) => readAll(await client.messages.batches.results('batch_1')),
    batch_results_beta: async (client) =>
      readAll(await client.beta.messages.batches.results('batch_1')),
    batch_results_left: async (client) => {
      for await (const result of await client.messages.batches.results('batch_1')) return result
      return 'none'
    },
    batch_results_promise: async (client) => {
      const promise = client.messages.batches.results('batch_1')
      const decoder = await promise
      return {
        class: promise.constructor.name,
        keys: Object.keys(decoder),
        all: await readAll(decoder),
      }
    },
  },
  spans: NATIVE_SPANS,
  spansOf: (version) => (version.startsWith('0.') ? OWN_SPANS : NATIVE_SPANS),
}
