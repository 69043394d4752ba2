import { describe, expect, it } from 'vitest'
import { readModelId } from './model-id.ts'

describe('readModelId', () => {
  it.each([
    ['openai', ' GPT-4o ', 'gpt-4o'],
    ['openai', 'openai/gpt-4o', 'gpt-4o'],
    ['azure', 'azure/gpt-4o', 'gpt-4o'],
    ['azure', 'gpt-35-turbo-0125', 'gpt-3.5-turbo-0125'],
    ['google', 'models/gemini-2.5-pro', 'gemini-2.5-pro'],
    ['google', 'google-gla:gemini-2.5-pro', 'gemini-2.5-pro'],
    ['google', 'vertex_ai/gemini-2.5-pro', 'gemini-2.5-pro'],
    ['vertex', 'claude-fable-5@20260601', 'claude-fable-5-20260601'],
    ['openrouter', 'openrouter/openai/gpt-4o-20240806:nitro', 'openai/gpt-4o-2024-08-06'],
    ['openrouter', 'deepseek/deepseek-r1:thinking', 'deepseek/deepseek-r1'],
    ['openai', 'ft:gpt-4.1-2025-04-14:acme:support:a1b2', 'ft:gpt-4.1-2025-04-14'],
    ['anthropic', 'claude-sonnet-4-5-20250929[1m]', 'claude-sonnet-4-5-20250929'],
    ['aws', 'bedrock/amazon.nova-pro-v1:0', 'amazon.nova-pro-v1:0'],
    ['aws', 'nova-lite-v1:0', 'amazon.nova-lite-v1:0'],
    ['aws', 'llama3-1-70b-instruct-v1:0', 'meta.llama3-1-70b-instruct-v1:0'],
  ])('spells %s %s also as %s', (provider, model, spelling) => {
    expect(readModelId(model, provider)).toMatchObject({ ids: expect.arrayContaining([spelling]) })
  })

  it('tries the name as it came first', () => {
    const read = readModelId('openai/gpt-oss-120b', 'groq')
    expect(read).toEqual({ kind: 'ids', ids: ['openai/gpt-oss-120b'], undated: [] })
  })

  it.each([
    ['gpt-5.4-2026-08-01', ['gpt-5.4']],
    ['claude-opus-4-8-20260528', ['claude-opus-4-8']],
    ['gpt-4o-2024', []],
    ['gpt-3.5-turbo-0125', []],
  ])('knows what is left of %s without its date', (id, undated) => {
    expect(readModelId(id, 'openai')).toMatchObject({ undated })
  })

  it('leaves the name of another provider in front', () => {
    const read = readModelId('azure/gpt-4o', 'openai')
    expect(read).toEqual({ kind: 'ids', ids: ['azure/gpt-4o'], undated: [] })
  })

  it('finds the model and the region in the name of a system inference profile', () => {
    const arn =
      'arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-opus-4-6-v1'
    expect(readModelId(arn, 'aws')).toEqual({
      kind: 'ids',
      ids: ['eu.anthropic.claude-opus-4-6-v1'],
      undated: [],
      region: 'eu-west-1',
    })
  })

  it('finds the model and the region in a path of Vertex AI', () => {
    const path = 'projects/p/locations/us-east5/publishers/google/models/gemini-2.5-pro'
    expect(readModelId(path, 'vertex')).toEqual({
      kind: 'ids',
      ids: ['gemini-2.5-pro'],
      undated: [],
      region: 'us-east5',
    })
  })

  it.each([
    ['aws', 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3'],
    ['aws', 'arn:aws:bedrock:us-east-1:123456789012:provisioned-model/a1b2c3'],
    ['aws', 'arn:aws:bedrock:us-east-1:123456789012:imported-model/a1b2c3'],
    ['aws', 'arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/a1b2c3'],
    ['aws', 'arn:aws:sagemaker:us-east-1:123456789012:endpoint/mine'],
    ['aws', 'arn:aws:elsewhere:us-east-1:123456789012:foundation-model/amazon.nova-pro-v1:0'],
    ['aws', 'arn:aws:nonsense'],
    ['vertex', 'projects/p/locations/us-central1/endpoints/1234567890'],
    ['vertex', '1234567890'],
  ])('cannot see through %s %s', (provider, model) => {
    expect(readModelId(model, provider).kind).toBe('opaque')
  })
})
