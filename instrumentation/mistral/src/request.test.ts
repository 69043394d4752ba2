import { expect, test } from 'vitest'
import { describeCall } from './request.ts'

const CHAT = { operation: 'chat', stream: false } as const
const resource = (url: string) => ({ _baseURL: new URL(url) })

test('the provider is told by the real host; a call may name another server', () => {
  const providerAt = (url: string, options?: object) =>
    describeCall(CHAT, resource(url), [{}, options]).provider
  expect(providerAt('https://api.mistral.ai')).toBe('mistral_ai')
  expect(providerAt('https://codestral.mistral.ai')).toBe('mistral_ai')
  expect(providerAt('https://api.mistral.ai', { serverURL: 'https://api.groq.com' })).toBe('groq')
  expect(providerAt('http://localhost:8080')).toBe('mistral_ai')
})

test('a conversation that goes on has its settings two members deep', () => {
  const request = {
    conversationId: 'conv_1',
    conversationAppendRequest: {
      inputs: 'a secret',
      completionArgs: { temperature: 0.2, maxTokens: 30, responseFormat: { type: 'json_object' } },
    },
  }
  const described = describeCall(CHAT, resource('https://api.mistral.ai'), [request])
  expect(described).toMatchObject({
    attributes: {
      'gen_ai.conversation.id': 'conv_1',
      'gen_ai.request.temperature': 0.2,
      'gen_ai.request.max_tokens': 30,
      'gen_ai.output.type': 'json',
    },
  })
  expect(JSON.stringify(described)).not.toContain('secret')
})

test('embeddings', () => {
  const request = { model: 'codestral-embed', outputDimension: 256, encodingFormat: 'base64' }
  expect(
    describeCall({ operation: 'embeddings', stream: false }, undefined, [request]),
  ).toMatchObject({
    name: 'embeddings',
    requestModel: 'codestral-embed',
    attributes: {
      'gen_ai.embeddings.dimension.count': 256,
      'gen_ai.request.encoding_formats': ['base64'],
    },
  })
})

test.each([undefined, null, 'text', [], { model: 7 }])('a request like %o', (request) => {
  expect(describeCall(CHAT, undefined, [request])).toMatchObject({ provider: 'mistral_ai' })
})
