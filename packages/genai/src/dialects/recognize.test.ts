import { describe, expect, test } from 'vitest'
import type { AttributeValue, Operation } from '../operation.ts'
import { recognize } from './index.ts'

type Attributes = Readonly<Record<string, AttributeValue>>

/** `scope` is a name, or a name and a version. */
function read(scope: string, name: string, attributes: Attributes): Operation | undefined {
  const [scopeName = '', scopeVersion = ''] = scope.split(' ')
  return recognize({ name, scopeName, scopeVersion, attribute: (key) => attributes[key] })
}

const CHAT = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' }
const IN_OUT = { 'gen_ai.usage.input_tokens': 25, 'gen_ai.usage.output_tokens': 90 }
const AGENT = { 'gen_ai.operation.name': 'invoke_agent', ...IN_OUT }

describe('Anthropic', () => {
  const scope = 'com.anthropic.sdk.typescript 1.12.0'

  test('lifetimes of cache writes, and compaction beside the totals', () => {
    const span = {
      ...CHAT,
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.usage.input_tokens': 2325,
      'gen_ai.usage.output_tokens': 90,
      'gen_ai.usage.cache_read.input_tokens': 2000,
      'gen_ai.usage.cache_write.input_tokens': 300,
      'anthropic.usage.cache_creation.ephemeral_5m_input_tokens': 200,
      'anthropic.usage.cache_creation.ephemeral_1h_input_tokens': 100,
      'anthropic.usage.compaction.input_tokens': 1000,
      'anthropic.usage.compaction.output_tokens': 10,
      'anthropic.response.service_tier': 'batch',
    }
    expect(read(scope, 'anthropic.messages.create', span)).toMatchObject({
      dialect: 'anthropic',
      scopeName: 'com.anthropic.sdk.typescript',
      scopeVersion: '1.12.0',
      role: 'leaf',
      provider: 'anthropic',
      serviceTier: 'batch',
      inclusive: true,
      usage: {
        inputTokens: 3325,
        cacheReadTokens: 2000,
        cacheWrite5mTokens: 200,
        cacheWrite1hTokens: 100,
        outputTokens: 100,
      },
    })
  })

  test.each([
    ['anthropic.messages.count_tokens', 'count_tokens'],
    ['anthropic.beta.messages.count_tokens', 'count_tokens'],
    ['anthropic.messages.batches.create', 'batches'],
  ])('%s is free', (name, operation) => {
    const span = { 'gen_ai.provider.name': 'anthropic', 'gen_ai.request.model': 'claude-opus-4-8' }
    expect(read(scope, name, span)).toMatchObject({ role: 'free', name: operation })
  })

  test('a tool runner holds its calls', () => {
    const span = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.provider.name': 'anthropic' }
    expect(read(scope, 'anthropic.messages.tool_runner', span)?.role).toBe('container')
  })

  test('the server side of the API is a leaf as well; the ledger sees one call in the two', () => {
    const span = { ...CHAT, 'gen_ai.provider.name': 'anthropic', ...IN_OUT }
    expect(read('com.anthropic.claude-platform', 'messages', span)).toMatchObject({
      dialect: 'anthropic',
      role: 'leaf',
    })
  })
})

describe('OpenLLMetry', () => {
  test.each([
    ['workflow', 'container', 'invoke_workflow'],
    ['task', 'container', 'invoke_workflow'],
    ['agent', 'container', 'invoke_agent'],
    ['tool', 'free', 'execute_tool'],
  ])('a span of the kind %s is %s', (kind, role, name) => {
    expect(read('traceloop.tracer', 'x', { 'traceloop.span.kind': kind })).toMatchObject({
      dialect: 'openllmetry',
      role,
      name,
    })
  })

  test('old names: a request type, and underscores', () => {
    const span = {
      'gen_ai.system': 'Anthropic',
      'llm.request.type': 'chat',
      'gen_ai.request.model': 'claude-opus-4-8',
      'gen_ai.usage.prompt_tokens': 2325,
      'gen_ai.usage.completion_tokens': 90,
      'llm.usage.total_tokens': 2415,
      'gen_ai.usage.cache_read_input_tokens': 2000,
      'gen_ai.usage.cache_creation_input_tokens': 300,
    }
    expect(read('opentelemetry.instrumentation.anthropic 0.40.0', 'x', span)).toMatchObject({
      name: 'chat',
      provider: 'anthropic',
      inclusive: true,
      usage: { inputTokens: 2325, cacheReadTokens: 2000, cacheWrite5mTokens: 300 },
    })
  })

  test('Bedrock Converse leaves the cached tokens out, also where the input is large', () => {
    const span = {
      ...CHAT,
      'gen_ai.provider.name': 'aws.bedrock',
      'gen_ai.usage.input_tokens': 5000,
      'gen_ai.usage.cache_read.input_tokens': 2000,
    }
    expect(read('opentelemetry.instrumentation.bedrock 0.50.0', 'x', span)).toMatchObject({
      inclusive: false,
      usage: { inputTokens: 7000, cacheReadTokens: 2000 },
    })
  })

  test("OpenTelemetry's own Python packages share the prefix, and are plain conventions", () => {
    const scope = 'opentelemetry.instrumentation.openai_v2'
    expect(read(scope, 'chat m', { ...CHAT, ...IN_OUT })?.dialect).toBe('otel')
  })
})

test('OpenLIT: Gemini counts thoughts beside its candidates', () => {
  const span = {
    ...CHAT,
    ...IN_OUT,
    'gen_ai.provider.name': 'gcp.gemini',
    'gen_ai.request.model': 'gemini-3-pro',
    'gen_ai.usage.reasoning_tokens': 60,
  }
  expect(read('@openlit/instrumentation-google-ai 1.0.0', 'chat', span)?.usage).toEqual({
    inputTokens: 25,
    outputTokens: 150,
    reasoningTokens: 60,
  })
})

test('OpenLIT: Anthropic raw, a cost that is an estimate, a vector store that is free', () => {
  const scope = '@openlit/instrumentation-anthropic 1.0.0'
  const span = {
    ...CHAT,
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.usage.input_tokens': 5000,
    'gen_ai.usage.cache_read.input_tokens': 2000,
    'gen_ai.usage.cost': 0.0125,
  }
  expect(read(scope, 'chat m', span)).toMatchObject({
    dialect: 'openlit',
    inclusive: false,
    usage: { inputTokens: 7000, cacheReadTokens: 2000 },
    reportedCost: { amount: '0.0125', source: 'local' },
  })
  expect(read(scope, 'x', { 'gen_ai.operation.name': 'vectordb' })?.role).toBe('free')
  const task = { 'gen_ai.operation.name': 'execute_task', ...IN_OUT }
  expect(read(scope, 'x', task)?.role).toBe('container')
})

describe('OpenInference', () => {
  const scope = 'openinference.instrumentation.langchain 0.1.0'

  test.each([
    ['LLM', 'leaf'],
    ['EMBEDDING', 'leaf'],
    ['RERANKER', 'leaf'],
    ['AGENT', 'container'],
    ['CHAIN', 'container'],
    ['GUARDRAIL', 'container'],
    ['TOOL', 'free'],
    ['RETRIEVER', 'free'],
  ])('a span of the kind %s is %s', (kind, role) => {
    expect(read(scope, 'x', { 'openinference.span.kind': kind })?.role).toBe(role)
  })

  test('the host of the models, not their family, is the provider', () => {
    const span = {
      'openinference.span.kind': 'LLM',
      'llm.provider': 'azure',
      'llm.system': 'openai',
      'llm.invocation_parameters': '{"model":"my-gpt","temperature":0}',
      'llm.model_name': 'gpt-5.4-2026-08-01',
      'llm.token_count.prompt': 100,
      'llm.token_count.completion': 20,
      'llm.cost.total': 0.003,
    }
    expect(read(scope, 'x', span)).toMatchObject({
      dialect: 'openinference',
      provider: 'azure.ai.openai',
      requestModel: 'my-gpt',
      responseModel: 'gpt-5.4-2026-08-01',
      usage: { inputTokens: 100, outputTokens: 20 },
      reportedCost: { amount: '0.003', source: 'local', key: 'llm.cost.total' },
    })
  })

  test('Bedrock: the reply on the span tells what the counts leave out', () => {
    const span = {
      'openinference.span.kind': 'LLM',
      'llm.provider': 'aws',
      'llm.model_name': 'anthropic',
      'input.value': '{"modelId":"us.anthropic.claude-opus-4-8-v1:0","messages":[{"ro',
      'output.value':
        '{"usage":{"inputTokens":25,"cacheReadInputTokens":2000,"cacheWriteInputTokens":300,' +
        '"cacheDetails":[{"ttl":"1h","inputTokens":100},{"ttl":"5m","inputTokens":200}]},' +
        '"serviceTier":{"type":"flex"}}',
      'llm.token_count.prompt': 25,
      'llm.token_count.completion': 90,
      'llm.token_count.total': 2415,
    }
    expect(read('openinference.instrumentation.bedrock', 'x', span)).toMatchObject({
      provider: 'aws.bedrock',
      requestModel: 'us.anthropic.claude-opus-4-8-v1:0',
      serviceTier: 'flex',
      inclusive: false,
      usage: {
        inputTokens: 2325,
        cacheReadTokens: 2000,
        cacheWrite5mTokens: 200,
        cacheWrite1hTokens: 100,
        outputTokens: 90,
      },
    })
  })
})

describe("Vercel's AI SDK", () => {
  test.each([
    ['ai.generateText', 'container', 'invoke_agent'],
    ['ai.streamObject', 'container', 'invoke_agent'],
    ['ai.embedMany', 'container', 'embeddings'],
    ['ai.generateText.doGenerate', 'leaf', 'chat'],
    ['ai.streamText.doStream', 'leaf', 'chat'],
    ['ai.embedMany.doEmbed', 'leaf', 'embeddings'],
    ['ai.rerank.doRerank', 'leaf', 'rerank'],
    ['ai.transcribe', 'leaf', 'transcription'],
    ['ai.toolCall', 'free', 'execute_tool'],
  ])('%s is %s', (operation, role, name) => {
    expect(read('ai', operation, { 'ai.operationId': operation })).toMatchObject({ role, name })
  })

  const generate = { 'ai.operationId': 'ai.generateText.doGenerate', 'ai.model.id': 'm' }

  test('version 4: prompt and completion tokens', () => {
    const span = {
      ...generate,
      'ai.model.provider': 'openai.chat',
      'ai.usage.promptTokens': 100,
      'ai.usage.completionTokens': 20,
    }
    expect(read('ai', 'x', span)).toMatchObject({
      provider: 'openai',
      usage: { inputTokens: 100, outputTokens: 20 },
    })
  })

  test('version 5 passes the raw input of Anthropic on, the writes only in JSON', () => {
    const span = {
      ...generate,
      'ai.model.provider': 'anthropic.messages',
      'ai.usage.inputTokens': 5000,
      'ai.usage.outputTokens': 90,
      'ai.usage.totalTokens': 5090,
      'ai.usage.cachedInputTokens': 2000,
      'ai.response.providerMetadata':
        '{"anthropic":{"usage":{"cache_creation_input_tokens":300,"speed":"fast"}}}',
    }
    expect(read('my-own-tracer', 'x', span)).toMatchObject({
      inclusive: false,
      serviceTier: 'fast',
      usage: { inputTokens: 7300, cacheReadTokens: 2000, cacheWrite5mTokens: 300 },
    })
  })

  test('later versions list the uncached tokens, which proves that the input holds the others', () => {
    const span = {
      ...generate,
      'ai.model.provider': 'anthropic.messages',
      'ai.usage.inputTokens': 5000,
      'ai.usage.inputTokenDetails.noCacheTokens': 2700,
      'ai.usage.inputTokenDetails.cacheReadTokens': 2000,
      'ai.usage.inputTokenDetails.cacheWriteTokens': 300,
    }
    expect(read('ai', 'x', span)).toMatchObject({ inclusive: true, usage: { inputTokens: 5000 } })
  })

  test.each([
    ['{"openrouter":{"usage":{"cost":0.00123}}}', '0.00123'],
    ['{"gateway":{"cost":"0.0045"}}', '0.0045'],
    ['{"xai":{"costInUsdTicks":37756000}}', '0.0037756'],
  ])('what a gateway billed: %s', (metadata, amount) => {
    const span = { ...generate, 'ai.response.providerMetadata': metadata }
    expect(read('ai', 'x', span)?.reportedCost).toMatchObject({ amount, source: 'provider' })
  })

  test('with plain conventions: roots and steps hold the calls, also those without usage', () => {
    expect(read('gen_ai', 'x', AGENT)).toMatchObject({ dialect: 'vercel-ai-otel' })
    expect(read('gen_ai', 'x', AGENT)?.role).toBe('container')
    const step = { 'gen_ai.operation.name': 'agent_step' }
    expect(read('gen_ai', 'step 1', step)?.role).toBe('container')
    const embeddings = { ...CHAT, 'gen_ai.operation.name': 'embeddings' }
    expect(read('gen_ai', 'x', embeddings)?.role).toBe('container')
    expect(read('gen_ai', 'x', { ...embeddings, ...IN_OUT })?.role).toBe('leaf')
  })
})

test("what only the provider knows stands beside Vercel's plain conventions, if asked for", () => {
  const span = {
    ...CHAT,
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.usage.input_tokens': 2325,
    'gen_ai.usage.output_tokens': 90,
    'gen_ai.usage.cache_read.input_tokens': 2000,
    'gen_ai.usage.cache_creation.input_tokens': 300,
    'ai.response.providerMetadata':
      '{"anthropic":{"usage":{"cache_creation":{"ephemeral_1h_input_tokens":100},' +
      '"server_tool_use":{"web_search_requests":2},"service_tier":"priority"}}}',
  }
  expect(read('gen_ai', 'chat m', span)).toMatchObject({
    inclusive: true,
    serviceTier: 'priority',
    usage: { cacheWrite5mTokens: 200, cacheWrite1hTokens: 100, webSearches: 2 },
  })
})

test('a stranger with an old spelling: ambiguous where the provider counts apart', () => {
  const span = {
    ...CHAT,
    'gen_ai.usage.input_tokens': 5000,
    'gen_ai.usage.cache_read_input_tokens': 2000,
  }
  expect(read('x', 'x', { ...span, 'gen_ai.system': 'anthropic' })?.inclusive).toBe('ambiguous')
  expect(read('x', 'x', { ...span, 'gen_ai.system': 'openai' })?.inclusive).toBe(true)
})
