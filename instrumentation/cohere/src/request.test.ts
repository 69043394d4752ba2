import { expect, test } from 'vitest'
import { describeCall } from './request.ts'

const CHAT = { operation: 'chat', stream: false } as const
const client = (options: object) => ({ _options: options })

test('the host is that of the options, and the usual one without', () => {
  const at = (options: object) => {
    const { provider, server } = describeCall(CHAT, client(options), {})
    return [provider, server?.address]
  }
  expect(at({})).toEqual(['cohere', 'api.cohere.com'])
  expect(at({ environment: 'https://api.cohere.ai' })).toEqual(['cohere', 'api.cohere.ai'])
  expect(at({ baseUrl: 'http://localhost:8080' })).toEqual(['cohere', 'localhost'])
  // A supplier is only known when it is asked.
  expect(at({ environment: async () => 'https://api.cohere.com' })).toEqual(['cohere', undefined])
})

test('the clients for AWS do not tell their host', () => {
  const options = { awsRegion: 'us-east-1', fetcher: () => undefined }
  const described = describeCall(CHAT, client(options), {})
  expect([described.provider, described.server]).toEqual(['aws.bedrock', undefined])
})

test('what calls ask for', () => {
  const chat = describeCall({ operation: 'chat', stream: true }, client({}), {
    model: 'command-a',
    message: 'a secret',
    p: 0.9,
    stopSequences: ['END'],
    conversationId: 'c1',
  })
  expect(chat).toMatchObject({
    stream: true,
    requestModel: 'command-a',
    attributes: {
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.conversation.id': 'c1',
    },
  })
  expect(JSON.stringify(chat)).not.toContain('secret')
  const embed = { model: 'embed-v4.0', embeddingTypes: ['float', 'int8'], outputDimension: 256 }
  expect(
    describeCall({ operation: 'embeddings', stream: false }, client({}), embed).attributes,
  ).toEqual({
    'gen_ai.request.encoding_formats': ['float', 'int8'],
    'gen_ai.embeddings.dimension.count': 256,
  })
})

test.each([undefined, null, 'text', [], { model: 7 }])('a request like %o', (request) => {
  expect(describeCall(CHAT, undefined, request)).toMatchObject({ provider: 'cohere' })
})
