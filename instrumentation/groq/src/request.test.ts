import { expect, test } from 'vitest'
import { describeCall } from './request.ts'

const resource = (baseURL: string) => ({ _client: { baseURL } })

test('the provider is told by the real host, and is Groq behind an unknown one', () => {
  const providerAt = (url: string) => describeCall('chat', resource(url), {}).provider
  expect(providerAt('https://api.groq.com')).toBe('groq')
  expect(providerAt('https://api.cerebras.ai/v1')).toBe('cerebras')
  expect(providerAt('https://gateway.example.com')).toBe('groq')
})

test('what a chat asks for', () => {
  const request = {
    model: 'openai/gpt-oss-120b',
    messages: [{ role: 'user', content: 'a secret' }],
    stream: true,
    max_completion_tokens: 50,
    max_tokens: 40,
    reasoning_effort: 'low',
    response_format: { type: 'json_object' },
  }
  const described = describeCall('chat', resource('https://api.groq.com'), request)
  expect(described).toMatchObject({
    name: 'chat',
    requestModel: 'openai/gpt-oss-120b',
    server: { address: 'api.groq.com', port: 443 },
    stream: true,
    attributes: {
      'gen_ai.request.max_tokens': 50,
      'gen_ai.request.reasoning.level': 'low',
      'gen_ai.output.type': 'json',
    },
  })
  expect(JSON.stringify(described)).not.toContain('secret')
})

test.each([undefined, null, 'text', [], { model: 7, stop: {} }])('a request like %o', (request) => {
  const described = describeCall('embeddings', undefined, request)
  expect(described).toMatchObject({ name: 'embeddings', provider: 'groq', stream: false })
  expect(described.requestModel).toBeUndefined()
  expect(described.server).toBeUndefined()
})
