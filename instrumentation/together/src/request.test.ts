import { expect, test } from 'vitest'
import { describeCall } from './request.ts'

const resource = (baseURL: string) => ({ _client: { baseURL } })

test('the provider is told by the real host, and is Together behind an unknown one', () => {
  const providerAt = (url: string) => describeCall('chat', resource(url), {}).provider
  expect(providerAt('https://api.together.ai/v1')).toBe('together')
  expect(providerAt('https://api.together.xyz/v1')).toBe('together')
  expect(providerAt('http://localhost:8080')).toBe('together')
})

test('what a chat asks for', () => {
  const request = {
    model: 'm',
    messages: [{ role: 'user', content: 'a secret' }],
    max_tokens: 40,
    top_k: 20,
    stop: ['END'],
    response_format: { type: 'json_schema', schema: {} },
  }
  const described = describeCall('chat', resource('https://api.together.ai/v1'), request)
  expect(described).toMatchObject({
    requestModel: 'm',
    stream: false,
    attributes: {
      'gen_ai.request.max_tokens': 40,
      'gen_ai.request.top_k': 20,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.output.type': 'json',
    },
  })
  expect(JSON.stringify(described)).not.toContain('secret')
})

test.each([undefined, null, 'text', [], { model: 7 }])('a request like %o', (request) => {
  expect(describeCall('rerank', undefined, request)).toMatchObject({
    name: 'rerank',
    provider: 'together',
  })
})
