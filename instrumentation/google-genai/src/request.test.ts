import { describe, expect, test } from 'vitest'
import { describeInteraction, describeModelCall } from './request.ts'

const CONTENT = { operation: 'generate_content', stream: false } as const
const client = (url: string, isVertex: boolean) => ({
  getBaseUrl: () => url,
  isVertexAI: () => isVertex,
})
const GEMINI = { apiClient: client('https://generativelanguage.googleapis.com/', false) }
const VERTEX = { apiClient: client('https://us-central1-aiplatform.googleapis.com/', true) }

describe('the provider', () => {
  const providerOf = (models: unknown, params = {}) =>
    describeModelCall(CONTENT, models, params).provider

  test('is told by the real host', () => {
    expect(providerOf(GEMINI)).toBe('gcp.gemini')
    expect(providerOf(VERTEX)).toBe('gcp.vertex_ai')
    const httpOptions = { baseUrl: 'https://aiplatform.googleapis.com' }
    expect(providerOf(GEMINI, { config: { httpOptions } })).toBe('gcp.vertex_ai')
  })

  test('is what the client was made for behind a proxy', () => {
    expect(providerOf({ apiClient: client('http://localhost:8080', false) })).toBe('gcp.gemini')
    expect(providerOf({ apiClient: client('http://localhost:8080', true) })).toBe('gcp.vertex_ai')
    expect(providerOf(undefined)).toBe('gcp.gemini')
  })
})

test.each([
  ['gemini-3.8-flash', 'gemini-3.8-flash'],
  ['models/gemini-3.8-flash', 'gemini-3.8-flash'],
  ['publishers/google/models/gemini-3.8-flash', 'gemini-3.8-flash'],
  ['projects/p/locations/l/publishers/google/models/gemini-3.8-flash', 'gemini-3.8-flash'],
  ['tunedModels/123', 'tunedModels/123'],
  ['projects/p/locations/l/endpoints/7', 'projects/p/locations/l/endpoints/7'],
  ['google/gemini-3.8-flash', 'google/gemini-3.8-flash'],
])('the model of %s is %s', (model, expected) => {
  expect(describeModelCall(CONTENT, GEMINI, { model }).requestModel).toBe(expected)
})

test('what generated content is asked for', () => {
  const described = describeModelCall(CONTENT, GEMINI, {
    model: 'm',
    contents: 'a secret',
    config: {
      systemInstruction: 'a secret',
      candidateCount: 2,
      stopSequences: ['END'],
      thinkingConfig: { thinkingLevel: 'HIGH' },
      responseModalities: ['IMAGE'],
    },
  })
  expect(described.attributes).toMatchObject({
    'gen_ai.request.choice.count': 2,
    'gen_ai.request.stop_sequences': ['END'],
    'gen_ai.request.reasoning.level': 'high',
    'gen_ai.output.type': 'image',
  })
  expect(JSON.stringify(described)).not.toContain('secret')
  const output = (config: object) =>
    describeModelCall(CONTENT, GEMINI, { config }).attributes['gen_ai.output.type']
  expect(output({ responseMimeType: 'application/json' })).toBe('json')
  expect(output({ responseModalities: ['TEXT', 'IMAGE'] })).toBeUndefined()
})

test('an interaction', () => {
  const described = describeInteraction(
    { parentClient: GEMINI.apiClient },
    {
      model: 'models/gemini-3.8-flash',
      agent: 'deep-research',
      input: 'a secret',
      stream: true,
      previous_interaction_id: 'int-0',
      generation_config: { max_output_tokens: 10, thinking_level: 'low' },
    },
  )
  expect(described).toMatchObject({
    name: 'generate_content',
    provider: 'gcp.gemini',
    requestModel: 'gemini-3.8-flash',
    stream: true,
    attributes: {
      'gen_ai.agent.name': 'deep-research',
      'gen_ai.request.previous_response.id': 'int-0',
      'gen_ai.request.max_tokens': 10,
      'gen_ai.request.reasoning.level': 'low',
    },
  })
  expect(JSON.stringify(described)).not.toContain('secret')
})

test.each([undefined, null, 'text', [], { model: 7, config: 'none' }])(
  'a request like %o',
  (params) => {
    expect(describeModelCall(CONTENT, undefined, params).requestModel).toBeUndefined()
  },
)
