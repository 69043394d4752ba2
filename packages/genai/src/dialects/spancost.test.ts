import { expect, test } from 'vitest'
import { recognize } from './index.ts'

function read(scopeName: string, attributes: Readonly<Record<string, string | number>>) {
  const attribute = (key: string) => attributes[key]
  return recognize({ name: 'chat', scopeName, scopeVersion: '0.1.0', attribute })
}

const SPAN = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'anthropic',
  'gen_ai.usage.input_tokens': 2325,
  'gen_ai.usage.cache_read.input_tokens': 2000,
  'gen_ai.usage.cache_write.input_tokens': 300,
  'gen_ai.usage.output_tokens': 90,
  'spancost.response.region': 'us',
  'spancost.usage.web_searches': 2,
}

test('a span of ours says all that a price needs', () => {
  const operation = read('@spancost/instrumentation-anthropic', {
    ...SPAN,
    'anthropic.response.service_tier': 'priority',
    'spancost.usage.cache_write_1h.input_tokens': 100,
    'spancost.usage.audio_seconds': 1.5,
  })
  expect(operation).toMatchObject({
    dialect: 'spancost',
    serviceTier: 'priority',
    region: 'us',
    inclusive: true,
    usage: {
      inputTokens: 2325,
      cacheReadTokens: 2000,
      cacheWrite5mTokens: 200,
      cacheWrite1hTokens: 100,
      outputTokens: 90,
      webSearches: 2,
      audioSeconds: 1.5,
    },
  })
})

test("what we put on a span of Anthropic's SDK is read with it, and its fast mode outdoes the tier", () => {
  const operation = read('com.anthropic.sdk.typescript', {
    ...SPAN,
    'anthropic.response.service_tier': 'standard',
    'spancost.response.service_tier': 'fast',
    'anthropic.usage.cache_creation.ephemeral_5m_input_tokens': 200,
    'anthropic.usage.cache_creation.ephemeral_1h_input_tokens': 100,
  })
  expect(operation).toMatchObject({
    dialect: 'anthropic',
    serviceTier: 'fast',
    region: 'us',
    usage: { cacheWrite5mTokens: 200, cacheWrite1hTokens: 100, webSearches: 2 },
  })
})
