import { expect, test } from 'vitest'
import { resolveProvider } from './provider-labels.ts'

function resolve(label?: string, model?: string, serverAddress?: string) {
  return resolveProvider({ label, model, serverAddress })
}

test.each([
  ['openai', 'openai'],
  ['OpenAI', 'openai'],
  ['openai.responses', 'openai'],
  ['openai.embedding', 'openai'],
  ['anthropic.messages', 'anthropic'],
  ['google.generative-ai', 'gcp.gemini'],
  ['google.vertex.chat', 'gcp.vertex_ai'],
  ['vertex.anthropic.messages', 'gcp.vertex_ai'],
  ['amazon-bedrock', 'aws.bedrock'],
  ['AWS', 'aws.bedrock'],
  ['azure.responses', 'azure.ai.openai'],
  ['azure-openai.chat', 'azure.ai.openai'],
  ['az.ai.inference', 'azure.ai.inference'],
  ['xai.chat', 'x_ai'],
  ['mistral.chat', 'mistral_ai'],
  ['togetherai.chat', 'together'],
  ['groq.chat', 'groq'],
  ['openrouter', 'openrouter'],
  ['aws.bedrock', 'aws.bedrock'],
  ['my.own.provider', 'my.own.provider'],
])('the label %s means %s', (label, provider) => {
  expect(resolve(label)).toBe(provider)
})

test.each([
  ['strands-agents', 'us.anthropic.claude-opus-4-8-v1:0', 'aws.bedrock'],
  ['strands-agents', 'arn:aws:bedrock:us-east-1:1:inference-profile/x', 'aws.bedrock'],
  ['strands-agents', 'claude-opus-4-8', 'anthropic'],
  ['strands-agents', 'gpt-5.4', 'openai'],
  ['gcp.vertex.agent', 'gemini-3-pro', 'gcp.gen_ai'],
  ['gcp.vertex.agent', 'llama-4', undefined],
  ['strands-agents', undefined, undefined],
  ['claude_agent_sdk', 'claude-opus-4-8', 'anthropic'],
  ['openai_agents', 'gpt-5.4', 'openai'],
])('behind the framework %s, the model %s is of %s', (label, model, provider) => {
  expect(resolve(label, model)).toBe(provider)
})

test('a known host says more than the label, an unknown one nothing', () => {
  expect(resolve('openai', 'gpt-5', 'openrouter.ai')).toBe('openrouter')
  expect(resolve('openai', 'my-gpt', 'my-resource.openai.azure.com')).toBe('azure.ai.openai')
  expect(resolve('openai', 'gpt-5', '127.0.0.1')).toBe('openai')
  expect(resolve(undefined, undefined, 'api.deepseek.com')).toBe('deepseek')
})

test('without a label the model is not asked: a book may know better', () => {
  expect(resolve(undefined, 'gpt-5')).toBeUndefined()
})
