import { expect, test } from 'vitest'
import { describeCall } from './request.ts'

const client = (host: string) => ({ config: { host } })

test('a server of one’s own, with its port', () => {
  const described = describeCall('chat', client('http://127.0.0.1:11434'), { model: 'gemma3:1b' })
  expect(described).toMatchObject({
    name: 'chat',
    provider: 'ollama',
    requestModel: 'gemma3:1b',
    server: { address: '127.0.0.1', port: 11434 },
  })
})

test('options stand in a member of their own, and a schema asks for JSON', () => {
  const request = {
    model: 'm',
    prompt: 'a secret',
    stream: true,
    options: { num_predict: 10, seed: 7, stop: ['END'] },
    format: { type: 'object' },
  }
  const described = describeCall('text_completion', client('http://127.0.0.1:11434'), request)
  expect(described).toMatchObject({
    stream: true,
    attributes: {
      'gen_ai.request.max_tokens': 10,
      'gen_ai.request.seed': 7,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.output.type': 'json',
    },
  })
  expect(JSON.stringify(described)).not.toContain('secret')
})

test.each([undefined, null, 'text', [], { model: 7 }])('a request like %o', (request) => {
  expect(describeCall('embeddings', undefined, request)).toMatchObject({ provider: 'ollama' })
})
