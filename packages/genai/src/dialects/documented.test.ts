import { describe, expect, test } from 'vitest'
import type { AttributeValue, Operation } from '../operation.ts'
import { recognize } from './index.ts'

/** Dialects that rest on documentation or source, not on captures. */

type Attributes = Readonly<Record<string, AttributeValue>>

function read(scopeName: string, name: string, attributes: Attributes): Operation | undefined {
  return recognize({ name, scopeName, scopeVersion: '', attribute: (key) => attributes[key] })
}

const IN_OUT = { 'gen_ai.usage.input_tokens': 5000, 'gen_ai.usage.output_tokens': 90 }
const CHAT = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' }

describe('Langfuse', () => {
  const readUsage = (details: object) =>
    read('langfuse-sdk', 'x', {
      'langfuse.observation.type': 'generation',
      'langfuse.observation.model.name': 'gpt-5.4',
      'langfuse.observation.usage_details': JSON.stringify(details),
      'langfuse.observation.cost_details': '{"input":0.001,"total":0.005}',
    })
  const details = {
    input_cached_tokens: 1024,
    input_cache_write_tokens: 128,
    input_audio_tokens: 16,
    output_reasoning_tokens: 256,
    output_audio_tokens: 8,
    output_accepted_prediction_tokens: 5,
  }
  const usage = {
    inputTokens: 1200,
    cacheReadTokens: 1024,
    cacheWrite5mTokens: 128,
    inputAudioTokens: 16,
    outputTokens: 340,
    reasoningTokens: 256,
    outputAudioTokens: 8,
  }

  test('buckets that do not overlap are added up', () => {
    expect(readUsage({ input: 32, output: 71, total: 1540, ...details })).toMatchObject({
      dialect: 'langfuse',
      role: 'leaf',
      requestModel: 'gpt-5.4',
      inclusive: false,
      usage,
      reportedCost: { amount: '0.005', source: 'local' },
    })
  })

  test('where they do overlap, or one is no number, the total of both sides is right', () => {
    const overlapping = { input: 0, input_text_tokens: 1184, output: 71, total: 1540, ...details }
    expect(readUsage(overlapping)?.usage).toEqual(usage)
    const broken = { input: null, input_cache_write_tokens_details: {}, output: 71, total: 1540 }
    expect(readUsage({ ...broken, ...details })?.usage).toEqual(usage)
  })

  test("Anthropic's own names", () => {
    const own = { input: 25, cache_read_input_tokens: 2000, cache_creation_input_tokens: 300 }
    expect(readUsage({ ...own, output: 90 })?.usage).toEqual({
      inputTokens: 2325,
      cacheReadTokens: 2000,
      cacheWrite5mTokens: 300,
      outputTokens: 90,
    })
  })

  test('no buckets are no usage', () => {
    expect(readUsage({})?.usage).toEqual({})
  })

  test('may have its counts as text, or as OpenAI answered them', () => {
    const text = { input: '100', output: '50', cache_read_input_tokens: 900 }
    expect(readUsage(text)?.usage).toEqual({
      inputTokens: 1000,
      cacheReadTokens: 900,
      outputTokens: 50,
    })
    const openai = {
      prompt_tokens: 1000,
      completion_tokens: 50,
      total_tokens: 1050,
      prompt_tokens_details: { cached_tokens: 900 },
      completion_tokens_details: { reasoning_tokens: 20 },
    }
    expect(readUsage(openai)?.usage).toEqual({
      inputTokens: 1000,
      cacheReadTokens: 900,
      outputTokens: 50,
      reasoningTokens: 20,
    })
  })

  test('a plain span is no operation', () => {
    expect(read('langfuse-sdk', 'x', { 'langfuse.observation.type': 'span' })).toBeUndefined()
  })
})

test('LangSmith: details in JSON, inside the input', () => {
  const span = {
    ...IN_OUT,
    'langsmith.span.kind': 'llm',
    'gen_ai.system': 'anthropic',
    'gen_ai.usage.input_token_details': '{"cache_read":2000,"cache_creation":300}',
    'gen_ai.usage.output_token_details': '{"reasoning":60}',
  }
  expect(read('langsmith', 'x', span)).toMatchObject({
    dialect: 'langsmith',
    inclusive: true,
    usage: {
      inputTokens: 5000,
      cacheReadTokens: 2000,
      cacheWrite5mTokens: 300,
      outputTokens: 90,
      reasoningTokens: 60,
    },
  })
  expect(read('langsmith', 'x', { 'langsmith.span.kind': 'chain' })?.role).toBe('container')
})

describe('LiteLLM', () => {
  test('a call by its function, with an estimate', () => {
    const span = {
      ...CHAT,
      ...IN_OUT,
      'gen_ai.operation.name': 'acompletion',
      'gen_ai.cost.total_cost': 0.0421,
    }
    expect(read('litellm', 'litellm_request', span)).toMatchObject({
      dialect: 'litellm',
      role: 'leaf',
      name: 'chat',
      reportedCost: { amount: '0.0421', source: 'local' },
    })
    const unnamed = { 'gen_ai.request.model': 'm', 'gen_ai.system': 'openai' }
    expect(read('litellm', 'x', unnamed)?.name).toBe('chat')
  })

  test("the proxy's server span holds the call, the raw request is free", () => {
    const span = { ...CHAT, ...IN_OUT }
    expect(read('litellm', 'Received Proxy Server Request', span)?.role).toBe('container')
    expect(read('litellm', 'raw_gen_ai_request', CHAT)?.role).toBe('free')
  })
})

test('Pydantic AI: runs of agents hold their calls, in new names and in old', () => {
  const old = { agent_name: 'a', ...IN_OUT }
  const aggregated = {
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.aggregated_usage.input_tokens': 5000,
    'gen_ai.aggregated_usage.output_tokens': 90,
  }
  const container = { dialect: 'pydantic-ai', role: 'container', usage: { inputTokens: 5000 } }
  expect(read('pydantic-ai', 'agent run', old)).toMatchObject(container)
  expect(read('pydantic-ai', 'invoke_agent a', aggregated)).toMatchObject(container)
  const call = {
    ...CHAT,
    ...IN_OUT,
    'gen_ai.usage.details.cache_read_tokens': 2000,
    'operation.cost': 0.01,
  }
  expect(read('pydantic-ai', 'chat m', call)).toMatchObject({
    role: 'leaf',
    usage: { inputTokens: 5000, cacheReadTokens: 2000 },
    reportedCost: { amount: '0.01', source: 'local', key: 'operation.cost' },
  })
})

test('MLflow: texts are JSON as well', () => {
  const span = {
    'mlflow.spanType': '"CHAT_MODEL"',
    'mlflow.llm.model': '"claude-opus-4-8"',
    'mlflow.llm.provider': '"anthropic"',
    'mlflow.chat.tokenUsage':
      '{"input_tokens":5000,"output_tokens":90,"total_tokens":5090,"cache_read_input_tokens":2000}',
    'mlflow.llm.cost': '{"input_cost":0.01,"output_cost":0.02,"total_cost":0.03}',
  }
  expect(read('mlflow', 'x', span)).toMatchObject({
    dialect: 'mlflow',
    role: 'leaf',
    provider: 'anthropic',
    requestModel: 'claude-opus-4-8',
    inclusive: true,
    usage: { inputTokens: 5000, cacheReadTokens: 2000, outputTokens: 90 },
    reportedCost: { amount: '0.03' },
  })
})

test('Claude Code: bare names, cached tokens beside the input', () => {
  const span = {
    'span.type': 'llm_request',
    model: 'claude-opus-4-8[1m]',
    input_tokens: 5000,
    output_tokens: 90,
    cache_read_tokens: 2000,
    cache_creation_tokens: 300,
  }
  expect(read('any', 'claude_code.llm_request', span)).toMatchObject({
    dialect: 'claude-code',
    role: 'leaf',
    provider: 'anthropic',
    requestModel: 'claude-opus-4-8[1m]',
    inclusive: false,
    usage: { inputTokens: 7300, cacheReadTokens: 2000, cacheWrite5mTokens: 300 },
  })
  const turn = { ...span, 'span.type': 'interaction' }
  expect(read('any', 'claude_code.interaction', turn)?.role).toBe('container')
  expect(read('any', 'claude_code.tool', { 'span.type': 'tool' })?.role).toBe('free')
  expect(read('any', 'SELECT', { 'span.type': 'sql', model: 'm' })).toBeUndefined()
})

test('Codex: a request counts as at OpenAI, a turn holds its requests', () => {
  const request = {
    ...IN_OUT,
    'gen_ai.usage.cache_read.input_tokens': 2000,
    'codex.usage.total_tokens': 5090,
    'codex.usage.reasoning_output_tokens': 60,
  }
  expect(read('codex_otel', 'handle_responses', request)).toMatchObject({
    dialect: 'codex',
    role: 'leaf',
    provider: 'openai',
    inclusive: true,
    usage: { inputTokens: 5000, cacheReadTokens: 2000, outputTokens: 90, reasoningTokens: 60 },
  })
  const turn = {
    'codex.turn.token_usage.input_tokens': 5000,
    'codex.turn.token_usage.total_tokens': 5090,
  }
  expect(read('codex_otel', 'session_task.turn', turn)?.role).toBe('container')
})

test('Gemini CLI and ADK: thoughts stand beside the candidates', () => {
  const call = {
    ...IN_OUT,
    'gen_ai.operation.name': 'llm_call',
    'gen_ai.request.model': 'gemini-3',
  }
  expect(read('gemini-cli', 'llm_call', call)).toMatchObject({
    dialect: 'gemini-cli',
    role: 'leaf',
    provider: 'gcp.gen_ai',
    usage: { inputTokens: 5000, outputTokens: 90 },
  })
  const adk = {
    ...IN_OUT,
    'gen_ai.system': 'gcp.vertex.agent',
    'gen_ai.request.model': 'gemini-3-pro',
    'gcp.vertex.agent.llm_response':
      '{"usage_metadata":{"cached_content_token_count":2000,"thoughts_token_count":60,' +
      '"total_token_count":5180},"content":{"parts":[{"text":"cut of',
  }
  expect(read('gcp.vertex.agent', 'call_llm', adk)).toMatchObject({
    dialect: 'google-adk',
    role: 'leaf',
    name: 'generate_content',
    provider: 'gcp.gen_ai',
    inclusive: true,
    // The total has 30 more: the input of tools.
    usage: { inputTokens: 5030, cacheReadTokens: 2000, outputTokens: 150, reasoningTokens: 60 },
  })
  const run = { 'gen_ai.system': 'gcp.vertex.agent' }
  expect(read('gcp.vertex.agent', 'invocation', run)?.role).toBe('container')
})

test('Strands: the model tells the provider, cycles and agents hold the calls', () => {
  const span = {
    ...CHAT,
    ...IN_OUT,
    'gen_ai.system': 'strands-agents',
    'gen_ai.request.model': 'us.anthropic.claude-opus-4-8-v1:0',
    'gen_ai.usage.cache_read_input_tokens': 2000,
    'gen_ai.usage.cache_write_input_tokens': 300,
  }
  expect(read('strands.telemetry.tracer', 'chat', span)).toMatchObject({
    dialect: 'strands',
    provider: 'aws.bedrock',
    inclusive: false,
    usage: { inputTokens: 7300, cacheReadTokens: 2000, cacheWrite5mTokens: 300 },
  })
  const cycle = { 'gen_ai.system': 'strands-agents', ...IN_OUT }
  expect(read('strands.telemetry.tracer', 'execute_event_loop_cycle', cycle)?.role).toBe(
    'container',
  )
})

test('Genkit: the provider stands before the model', () => {
  const span = {
    'genkit:metadata:subtype': 'model',
    'genkit:name': 'googleai/gemini-3-pro',
    'genkit:output':
      '{"usage":{"inputTokens":100,"outputTokens":20,"thoughtsTokens":30,"totalTokens":150}}',
  }
  expect(read('genkit-tracer', 'generate', span)).toMatchObject({
    dialect: 'genkit',
    provider: 'gcp.gemini',
    requestModel: 'gemini-3-pro',
    usage: { inputTokens: 100, outputTokens: 50, reasoningTokens: 30 },
  })
  expect(read('genkit-tracer', 'flow', { 'genkit:metadata:subtype': 'flow' })?.role).toBe('free')
})

describe('emitters of plain conventions, each with its own meaning of input', () => {
  const span = {
    ...CHAT,
    ...IN_OUT,
    'gen_ai.usage.cache_read.input_tokens': 2000,
    'gen_ai.provider.name': 'anthropic',
  }
  test.each([
    ['@aws/aws-distro-opentelemetry-instrumentation-langchain', 'aws-distro', false],
    ['agent_framework', 'agent-framework', false],
    ['Experimental.Microsoft.Agents.AI', 'agent-framework', false],
    ['Experimental.Microsoft.Extensions.AI', 'extensions-ai', false],
    ['Microsoft.SemanticKernel.Diagnostics', 'semantic-kernel', false],
    ['@azure-rest/ai-inference', 'azure-ai-inference', true],
    ['org.springframework.boot', 'spring-ai', false],
    ['@sentry/node', 'sentry', true],
  ])('%s', (scope, dialect, inclusive) => {
    expect(read(scope, 'chat m', span)).toMatchObject({
      dialect,
      inclusive,
      usage: { inputTokens: inclusive ? 5000 : 7000 },
    })
  })

  test('a wrapper of Spring AI holds the call', () => {
    const wrapper = { 'gen_ai.operation.name': 'framework', 'gen_ai.system': 'spring_ai' }
    expect(read('org.springframework.boot', 'x', wrapper)?.role).toBe('container')
  })
})

test('several dialects on one span give one operation; usage is never mixed', () => {
  const span = {
    'ai.operationId': 'ai.generateText.doGenerate',
    'ai.model.id': 'gpt-5.4',
    'ai.usage.inputTokens': 100,
    'ai.usage.outputTokens': 20,
    'openinference.span.kind': 'LLM',
    'llm.provider': 'openai',
    'llm.token_count.prompt': 100,
    'llm.token_count.prompt_details.cache_read': 50,
    'langfuse.observation.type': 'generation',
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.response.id': 'r1',
    'server.address': 'api.openai.com',
  }
  expect(read('ai', 'x', span)).toMatchObject({
    dialect: 'vercel-ai',
    provider: 'openai',
    responseId: 'r1',
    serverAddress: 'api.openai.com',
    usage: { inputTokens: 100, outputTokens: 20 },
  })
})
