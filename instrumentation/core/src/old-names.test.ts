import { expect, test } from 'vitest'
import { addOldNames, asksForOldNames } from './old-names.ts'

test.each([
  [undefined, false],
  ['', false],
  ['gen_ai_latest_experimental', false],
  ['http/dup', false],
  ['gen_ai/dup', true],
  ['http, gen_ai/dup', true],
  ['gen_ai_latest_experimental,gen_ai/dup', true],
])('%s: %s', (value, expected) => {
  expect(asksForOldNames({ OTEL_SEMCONV_STABILITY_OPT_IN: value })).toBe(expected)
})

test('what was renamed has both names, and nothing else changes', () => {
  expect(
    addOldNames({
      'gen_ai.provider.name': 'azure.ai.openai',
      'gen_ai.request.model': 'gpt-4o',
      'openai.response.service_tier': 'flex',
      'gen_ai.usage.cache_write.input_tokens': 3,
    }),
  ).toEqual({
    'gen_ai.provider.name': 'azure.ai.openai',
    'gen_ai.system': 'az.ai.openai',
    'gen_ai.request.model': 'gpt-4o',
    'openai.response.service_tier': 'flex',
    'gen_ai.openai.response.service_tier': 'flex',
    'gen_ai.usage.cache_write.input_tokens': 3,
    'gen_ai.usage.cache_creation.input_tokens': 3,
  })
})
