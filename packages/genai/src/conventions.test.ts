import { expect, test } from 'vitest'
import { findConvention, isOfScope } from './conventions.ts'

function find(scope: string, provider?: string, model?: string) {
  const [scopeName = '', scopeVersion = ''] = scope.split(' ')
  return findConvention({ scopeName, scopeVersion, provider, model, isSpelledByConvention: false })
}

test.each([
  ['com.anthropic.sdk.typescript 1.12.0', 'anthropic', 'inside'],
  ['@traceloop/instrumentation-anthropic 0.27.0', 'anthropic', 'outside'],
  ['@traceloop/instrumentation-anthropic 0.9.12', 'anthropic', 'outside'],
  ['@traceloop/instrumentation-anthropic 0.28.0', 'anthropic', 'inside'],
  ['@traceloop/instrumentation-bedrock 0.27.0', 'aws.bedrock', 'outside'],
  ['@traceloop/instrumentation-openai 0.27.0', 'openai', 'inside'],
  ['@traceloop/instrumentation-langchain 0.27.0', 'anthropic', 'unknown'],
  ['@traceloop/instrumentation-langchain 0.27.0', 'openai', 'inside'],
  ['opentelemetry.instrumentation.anthropic 0.40.0', 'anthropic', 'inside'],
  ['opentelemetry.instrumentation.bedrock 0.40.0', 'aws.bedrock', 'outside'],
  ['@opentelemetry/instrumentation-aws-sdk 0.77.0', 'aws.bedrock', 'outside'],
  ['@openlit/instrumentation-anthropic 1.0.0', 'anthropic', 'outside'],
  ['@openlit/instrumentation-openai 1.0.0', 'openai', 'inside'],
  ['@arizeai/openinference-instrumentation-anthropic 0.2.8', 'anthropic', 'inside'],
  ['@arizeai/openinference-instrumentation-anthropic 0.1.9', 'anthropic', 'unknown'],
  ['@arizeai/openinference-instrumentation-bedrock', 'aws.bedrock', 'outside'],
  ['ai', 'anthropic', 'outside'],
  ['ai', 'openai', 'inside'],
  ['gen_ai', 'anthropic', 'inside'],
  ['strands.telemetry.tracer', 'aws.bedrock', 'outside'],
  ['strands.telemetry.tracer', 'openai', 'inside'],
  ['agent_framework', 'anthropic', 'outside'],
  ['a.stranger 1.0.0', 'anthropic', 'unknown'],
  ['a.stranger 1.0.0', 'openai', 'inside'],
])('%s with %s counts cached tokens %s', (scope, provider, cache) => {
  expect(find(scope, provider).cache).toBe(cache)
})

test('Claude counts apart wherever it is carried through unchanged', () => {
  expect(find('ai', 'gcp.vertex_ai', 'claude-opus-4-8').cache).toBe('outside')
  expect(find('ai', 'gcp.vertex_ai', 'gemini-3-pro').cache).toBe('inside')
  expect(find('ai', 'openrouter', 'anthropic/claude-opus-4.8').cache).toBe('inside')
  expect(find('a.stranger', undefined, 'claude-opus-4-8').cache).toBe('unknown')
})

test('a stranger who spells the attributes as the conventions do is taken at his word', () => {
  const emitter = { scopeName: 'a', scopeVersion: '', provider: 'anthropic', model: undefined }
  expect(findConvention({ ...emitter, isSpelledByConvention: true }).cache).toBe('inside')
})

test.each([
  ['gemini-cli', 'gcp.gemini', 'outside'],
  ['gcp.vertex.agent', 'gcp.gen_ai', 'outside'],
  ['@traceloop/instrumentation-google-generativeai 0.27.0', 'gcp.gemini', 'outside'],
  ['@traceloop/instrumentation-openai 0.27.0', 'x_ai', 'unknown'],
  ['@traceloop/instrumentation-openai 0.27.0', 'openai', 'inside'],
  ['com.anthropic.sdk.python', 'anthropic', 'inside'],
])('%s with %s counts reasoning %s', (scope, provider, reasoning) => {
  expect(find(scope, provider).reasoning).toBe(reasoning)
})

test('a prefix ends in a star', () => {
  expect(isOfScope('ai', 'ai')).toBe(true)
  expect(isOfScope('ai', 'ai-other')).toBe(false)
  expect(isOfScope('@openlit/*', '@openlit/instrumentation-openai')).toBe(true)
  expect(isOfScope('@openlit/*', '@openlitter')).toBe(false)
})
