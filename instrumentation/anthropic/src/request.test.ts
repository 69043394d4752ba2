import { expect, test } from 'vitest'
import { describeCall } from './request.ts'

const CLIENT = { baseURL: 'https://api.anthropic.com', constructor: { name: 'Anthropic' } }

test('a call is described by what it asks for, without anything of the prompt', () => {
  expect(
    describeCall(CLIENT, {
      model: 'claude-opus-5',
      max_tokens: 1000,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      stop_sequences: ['END', 7],
      stream: true,
      service_tier: 'standard_only',
      system: 'secret',
      messages: [{ role: 'user', content: 'secret' }],
      output_config: { effort: 'high', format: { type: 'json_schema', schema: {} } },
    }),
  ).toEqual({
    name: 'chat',
    provider: 'anthropic',
    requestModel: 'claude-opus-5',
    server: { address: 'api.anthropic.com', port: 443 },
    stream: true,
    serviceTierKey: 'anthropic.response.service_tier',
    attributes: {
      'anthropic.request.service_tier': 'standard_only',
      'gen_ai.request.max_tokens': 1000,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.top_k': 40,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.request.reasoning.level': 'high',
      'gen_ai.output.type': 'json',
    },
  })
})

test.each([
  ['by the SDK', { ...CLIENT, _genAIProviderName: 'aws.bedrock' }, 'aws.bedrock'],
  ['by the host', { baseURL: 'https://us-east5-aiplatform.googleapis.com/v1' }, 'gcp.vertex_ai'],
  [
    'by the class, behind a proxy',
    { baseURL: 'http://proxy.local', constructor: { name: 'AnthropicBedrock' } },
    'aws.bedrock',
  ],
  ['without a client', undefined, 'anthropic'],
])('the provider is told %s', (_, client, provider) => {
  expect(describeCall(client, {}).provider).toBe(provider)
})

test.each([undefined, null, 'text', 7])('a call of %j is described all the same', (body) => {
  expect(describeCall(CLIENT, body)).toMatchObject({ requestModel: undefined, stream: false })
})
