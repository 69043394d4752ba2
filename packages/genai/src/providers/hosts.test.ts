import { expect, test } from 'vitest'
import { findProviderByHost } from './hosts.ts'

test.each([
  ['api.openai.com', 'openai'],
  ['eu.api.openai.com', 'openai'],
  ['API.OpenAI.com', 'openai'],
  ['my-resource.openai.azure.com', 'azure.ai.openai'],
  ['openrouter.ai', 'openrouter'],
  ['api.x.ai', 'x_ai'],
  ['api.deepseek.com', 'deepseek'],
  ['api.groq.com', 'groq'],
  ['api.mistral.ai', 'mistral_ai'],
  ['europe-west1-aiplatform.googleapis.com', 'gcp.vertex_ai'],
  ['aiplatform.eu.rep.googleapis.com', 'gcp.vertex_ai'],
  ['bedrock-runtime.us-east-1.amazonaws.com', 'aws.bedrock'],
  ['bedrock-mantle.eu-central-1.api.aws', 'aws.bedrock'],
])('%s is %s', (host, provider) => {
  expect(findProviderByHost(host)).toBe(provider)
})

test.each(['127.0.0.1', 'localhost', 'llm.example.com', '', 'notapi.openai.com.evil.test'])(
  '%s does not tell',
  (host) => {
    expect(findProviderByHost(host)).toBeUndefined()
  },
)

test('a name that only ends like a known one is another host', () => {
  expect(findProviderByHost('fake-api.openai.com')).toBeUndefined()
})
