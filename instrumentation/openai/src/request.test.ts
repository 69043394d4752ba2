import { describe, expect, test } from 'vitest'
import { describeCall } from './request.ts'

const OPENAI = { baseURL: 'https://api.openai.com/v1' }

function describeAttributes(...args: Parameters<typeof describeCall>): object {
  return JSON.parse(JSON.stringify(describeCall(...args).attributes))
}

test('a chat completion with every parameter that is told', () => {
  const body = {
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'a secret' }],
    stop: ['another secret'],
    stream: true,
    n: 3,
    max_completion_tokens: 50,
    temperature: 0,
    top_p: 0.9,
    frequency_penalty: 0.1,
    presence_penalty: -0.2,
    seed: 42,
    reasoning_effort: 'low',
    response_format: { type: 'json_schema', json_schema: {} },
    service_tier: 'flex',
  }
  expect(describeCall('chat_completions', OPENAI, body)).toMatchObject({
    name: 'chat',
    provider: 'openai',
    requestModel: 'gpt-4o',
    server: { address: 'api.openai.com', port: 443 },
    stream: true,
  })
  expect(describeAttributes('chat_completions', OPENAI, body)).toEqual({
    'openai.api.type': 'chat_completions',
    'openai.request.service_tier': 'flex',
    'gen_ai.output.type': 'json',
    'gen_ai.request.choice.count': 3,
    'gen_ai.request.frequency_penalty': 0.1,
    'gen_ai.request.max_tokens': 50,
    'gen_ai.request.presence_penalty': -0.2,
    'gen_ai.request.reasoning.level': 'low',
    'gen_ai.request.seed': 42,
    'gen_ai.request.temperature': 0,
    'gen_ai.request.top_p': 0.9,
  })
})

test('a Response of a conversation', () => {
  const body = {
    model: 'gpt-5-mini',
    input: 'a secret',
    max_output_tokens: 9,
    reasoning: { effort: 'high' },
    text: { format: { type: 'text' } },
    previous_response_id: 'resp_1',
    conversation: { id: 'conv_1' },
    service_tier: 'auto',
  }
  expect(describeAttributes('responses', OPENAI, body)).toEqual({
    'openai.api.type': 'responses',
    'gen_ai.conversation.id': 'conv_1',
    'gen_ai.output.type': 'text',
    'gen_ai.request.max_tokens': 9,
    'gen_ai.request.previous_response.id': 'resp_1',
    'gen_ai.request.reasoning.level': 'high',
  })
})

test('embeddings', () => {
  const body = { model: 'text-embedding-3-small', input: 'a', dimensions: 256 }
  expect(describeCall('embeddings', OPENAI, body)).toMatchObject({
    name: 'embeddings',
    requestModel: 'text-embedding-3-small',
    stream: false,
    attributes: { 'gen_ai.embeddings.dimension.count': 256 },
  })
})

describe('the provider is', () => {
  class AzureOpenAI {
    readonly baseURL: string

    constructor(baseURL: string) {
      this.baseURL = baseURL
    }
  }

  test.each([
    [{ baseURL: 'https://eu.api.openai.com/v1' }, 'openai', 'eu.api.openai.com', 443],
    [
      { baseURL: 'https://x.openai.azure.com/openai' },
      'azure.ai.openai',
      'x.openai.azure.com',
      443,
    ],
    [new AzureOpenAI('https://llm.example.com:8443/x'), 'azure.ai.openai', 'llm.example.com', 8443],
    [{ baseURL: 'https://openrouter.ai/api/v1' }, 'openrouter', 'openrouter.ai', 443],
    [{ baseURL: 'https://api.x.ai/v1' }, 'x_ai', 'api.x.ai', 443],
    [{ baseURL: 'http://localhost/v1' }, 'openai', 'localhost', 80],
    [{ baseURL: 'http://127.0.0.1:8000' }, 'openai', '127.0.0.1', 8000],
  ])('%j: %s', (client, provider, address, port) => {
    expect(describeCall('chat_completions', client, {})).toMatchObject({
      provider,
      server: { address, port },
    })
  })
})

test.each([
  [undefined, undefined],
  [null, null],
  [{ baseURL: 'no url' }, 'no body'],
  [{ baseURL: 7 }, { model: 7, n: '2', temperature: Number.NaN, reasoning: 'x', text: null }],
])('what is missing or malformed is left out: %j, %j', (client, body) => {
  expect(describeCall('responses', client, body)).toMatchObject({
    provider: 'openai',
    requestModel: undefined,
    server: undefined,
  })
  expect(describeAttributes('responses', client, body)).toEqual({ 'openai.api.type': 'responses' })
})
