import { describe, expect, test } from 'vitest'
import type { AttributeValue, Operation, Role, SpanFacts } from '../operation.ts'
import { splitUsage, type Usage } from '../usage.ts'
import { recognize } from './index.ts'
import { otel } from './otel.ts'

type Attributes = Readonly<Record<string, AttributeValue>>

function spanWith(attributes: Attributes): SpanFacts {
  const values = new Map(Object.entries(attributes))
  return { name: '', scopeName: '', scopeVersion: '', attribute: (key) => values.get(key) }
}

function read(attributes: Attributes): Operation {
  const operation = otel.read(spanWith(attributes))
  if (operation === undefined) throw new Error('no operation was read')
  return operation
}

/** The usage of a chat with these `gen_ai.usage.*` attributes. */
function usageOf(usage: Attributes): Usage {
  const prefixed = Object.entries(usage).map(([key, value]) => [`gen_ai.usage.${key}`, value])
  return read({ 'gen_ai.operation.name': 'chat', ...Object.fromEntries(prefixed) }).usage
}

describe('every generation of the conventions', () => {
  test('1.26: prompt and completion tokens, no operation name', () => {
    const span = {
      'gen_ai.system': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.usage.prompt_tokens': 100,
      'gen_ai.usage.completion_tokens': 20,
    }
    expect(read(span)).toEqual({
      dialect: 'otel',
      role: 'leaf',
      name: 'chat',
      provider: 'openai',
      requestModel: 'gpt-4o',
      usage: { inputTokens: 100, outputTokens: 20 },
      rawUsage: { input: 100, output: 20 },
    })
  })

  test('1.27 to 1.36: input and output tokens, the tier under gen_ai.openai', () => {
    const span = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.system': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.response.id': 'chatcmpl-1',
      'gen_ai.openai.response.service_tier': 'flex',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 20,
      'server.address': 'api.openai.com',
    }
    expect(read(span)).toEqual({
      dialect: 'otel',
      role: 'leaf',
      name: 'chat',
      provider: 'openai',
      requestModel: 'gpt-4o',
      responseModel: 'gpt-4o-2024-08-06',
      responseId: 'chatcmpl-1',
      serviceTier: 'flex',
      serverAddress: 'api.openai.com',
      usage: { inputTokens: 100, outputTokens: 20 },
      rawUsage: { input: 100, output: 20 },
    })
  })

  test('1.37: gen_ai.provider.name, the tier under openai', () => {
    const span = {
      'gen_ai.operation.name': 'generate_content',
      'gen_ai.provider.name': 'gcp.gemini',
      'openai.response.service_tier': 'priority',
      'gen_ai.usage.input_tokens': 1,
    }
    expect(read(span)).toMatchObject({
      name: 'generate_content',
      provider: 'gcp.gemini',
      serviceTier: 'priority',
    })
  })

  test('1.40 and 1.41: cached tokens and reasoning inside the totals', () => {
    const span = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.usage.input_tokens': 2325,
      'gen_ai.usage.cache_read.input_tokens': 2000,
      'gen_ai.usage.cache_creation.input_tokens': 300,
      'gen_ai.usage.output_tokens': 90,
      'gen_ai.usage.reasoning.output_tokens': 60,
    }
    expect(read(span)).toMatchObject({
      inclusive: true,
      usage: {
        inputTokens: 2325,
        cacheReadTokens: 2000,
        cacheWrite5mTokens: 300,
        outputTokens: 90,
        reasoningTokens: 60,
      },
    })
  })

  test('today: cache_write, audio and images, whose cached part is listed apart', () => {
    const usage = {
      input_tokens: 1000,
      'cache_read.input_tokens': 400,
      'cache_write.input_tokens': 50,
      'audio.input_tokens': 200,
      'audio.cache_read.input_tokens': 150,
      'image.input_tokens': 120,
      'image.cache_read.input_tokens': 100,
      output_tokens: 80,
      'audio.output_tokens': 30,
      'image.output_tokens': 20,
    }
    expect(usageOf(usage)).toEqual({
      inputTokens: 1000,
      cacheReadTokens: 250,
      cacheWrite5mTokens: 50,
      inputAudioTokens: 50,
      cacheReadAudioTokens: 150,
      inputImageTokens: 20,
      outputTokens: 80,
      outputAudioTokens: 30,
      outputImageTokens: 20,
    })
    // 250 + 150 are the 400 that were read from the cache; what no part claims is plain text.
    expect(splitUsage(usageOf(usage))).toMatchObject({
      units: new Map([
        ['cache_read', 250],
        ['cache_write', 50],
        ['input_audio', 50],
        ['cache_read_audio', 150],
        ['input_image', 20],
        ['input', 480],
        ['output_audio', 30],
        ['output_image', 20],
        ['output', 30],
      ]),
    })
  })
})

describe('two generations on one span: the newer one is read, nothing is summed', () => {
  test.each<[Attributes, Usage]>([
    [{ input_tokens: 10, prompt_tokens: 99 }, { inputTokens: 10 }],
    [{ output_tokens: 10, completion_tokens: 99 }, { outputTokens: 10 }],
    [
      {
        input_tokens: 10,
        'cache_write.input_tokens': 4,
        'cache_creation.input_tokens': 5,
      },
      { inputTokens: 10, cacheWrite5mTokens: 4 },
    ],
  ])('%o', (attributes, usage) => {
    expect(usageOf(attributes)).toEqual(usage)
  })

  test('provider and tier', () => {
    const span = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'azure.ai.openai',
      'gen_ai.system': 'openai',
      'openai.response.service_tier': 'priority',
      'gen_ai.openai.response.service_tier': 'flex',
    }
    expect(read(span)).toMatchObject({ provider: 'azure.ai.openai', serviceTier: 'priority' })
  })
})

describe('whether the input contains the cached tokens', () => {
  const readWith = (input: number, cacheRead: number, cacheWrite: number) =>
    read({
      'gen_ai.usage.input_tokens': input,
      'gen_ai.usage.cache_read.input_tokens': cacheRead,
      'gen_ai.usage.cache_write.input_tokens': cacheWrite,
    })

  test('it can hold them: they are inside, as the conventions say', () => {
    expect(readWith(300, 200, 100)).toMatchObject({ inclusive: true, usage: { inputTokens: 300 } })
  })

  test('it is smaller than them: they are outside, and added', () => {
    expect(readWith(25, 2000, 300)).toMatchObject({
      inclusive: false,
      usage: { inputTokens: 2325, cacheReadTokens: 2000, cacheWrite5mTokens: 300 },
    })
  })

  test('nothing was cached: there is nothing to say', () => {
    expect(readWith(25, 0, 0)).not.toHaveProperty('inclusive')
    expect(read({ 'gen_ai.usage.input_tokens': 25 })).not.toHaveProperty('inclusive')
  })
})

test('reasoning above the output stands outside of it, and is added', () => {
  expect(usageOf({ output_tokens: 40, 'reasoning.output_tokens': 60 })).toEqual({
    outputTokens: 100,
    reasoningTokens: 60,
  })
  expect(usageOf({ output_tokens: 60, 'reasoning.output_tokens': 60 })).toEqual({
    outputTokens: 60,
    reasoningTokens: 60,
  })
})

describe('roles', () => {
  test.each<[Role, readonly string[]]>([
    ['leaf', ['chat', 'generate_content', 'text_completion', 'embeddings']],
    ['container', ['invoke_agent', 'invoke_workflow']],
    ['free', ['create_agent', 'plan', 'execute_tool', 'retrieval', 'fetch_response']],
    ['free', ['count_tokens', 'search_memory', 'create_memory', 'update_memory']],
    ['free', ['upsert_memory', 'delete_memory', 'create_memory_store', 'delete_memory_store']],
  ])('%s: %j', (role, names) => {
    for (const name of names) {
      const span = { 'gen_ai.operation.name': name, 'gen_ai.request.model': 'm' }
      expect(read(span)).toMatchObject({ name, role })
    }
  })

  test('an operation of a custom name is a leaf where a model or usage says that it may cost', () => {
    const custom = { 'gen_ai.operation.name': 'rerank' }
    expect(read(custom).role).toBe('free')
    expect(read({ ...custom, 'gen_ai.response.model': 'm' }).role).toBe('leaf')
    expect(read({ ...custom, 'gen_ai.usage.output_tokens': 0 }).role).toBe('leaf')
  })
})

describe('what is no GenAI operation', () => {
  test.each<[string, Attributes]>([
    ['a span of another kind', { 'http.request.method': 'GET' }],
    ['a span that only names a provider', { 'gen_ai.provider.name': 'openai' }],
    ['a span with empty texts', { 'gen_ai.operation.name': ' ', 'gen_ai.request.model': '' }],
  ])('%s', (_, attributes) => {
    expect(otel.read(spanWith(attributes))).toBeUndefined()
    expect(recognize(spanWith(attributes))).toBeUndefined()
  })
})

test.each([
  ['az.ai.inference', 'azure.ai.inference'],
  ['az.ai.openai', 'azure.ai.openai'],
  ['vertex_ai', 'gcp.vertex_ai'],
  ['gemini', 'gcp.gemini'],
  ['xai', 'x_ai'],
  ['OpenAI', 'openai'],
  [' anthropic ', 'anthropic'],
  ['aws.bedrock', 'aws.bedrock'],
])('the provider %j is %s, under the old key and the new', (written, provider) => {
  const chat = { 'gen_ai.operation.name': 'chat' }
  expect(read({ ...chat, 'gen_ai.system': written }).provider).toBe(provider)
  expect(read({ ...chat, 'gen_ai.provider.name': written }).provider).toBe(provider)
})

describe('the tier that served', () => {
  test.each([
    ['default', 'standard'],
    ['auto', 'standard'],
    ['flex', 'flex'],
    ['scale', 'scale'],
  ])('%s is %s', (written, serviceTier) => {
    const span = { 'gen_ai.operation.name': 'chat', 'openai.response.service_tier': written }
    expect(read(span).serviceTier).toBe(serviceTier)
  })

  test('the one that was asked for says nothing', () => {
    const span = { 'gen_ai.operation.name': 'chat', 'openai.request.service_tier': 'flex' }
    expect(read(span)).not.toHaveProperty('serviceTier')
  })
})

describe('numbers in every form that emitters write', () => {
  test.each<[string, AttributeValue]>([
    ['a text', '12'],
    ['a double', 12],
    ['a 64-bit integer', 12n],
  ])('%s', (_, value) => {
    expect(usageOf({ input_tokens: value })).toEqual({ inputTokens: 12 })
  })

  test.each<[AttributeValue]>([['twelve'], [''], [true], [[12]], ['-1'], [1.5], [-1], [2n ** 60n]])(
    '%o is bad usage, not absent and not zero',
    (value) => {
      expect(splitUsage(usageOf({ input_tokens: value })).kind).toBe('bad_usage')
      expect(splitUsage(usageOf({ input_tokens: 5, 'cache_read.input_tokens': value })).kind).toBe(
        'bad_usage',
      )
    },
  )
})

test('a failed call keeps its error', () => {
  const span = { 'gen_ai.operation.name': 'chat', 'error.type': 'RateLimitError' }
  expect(read(span)).toMatchObject({ errorType: 'RateLimitError', usage: {} })
})
