import { expect, test } from 'vitest'
import { withoutAbsent } from './attributes.ts'
import { describeSettings, type RequestSettings } from './request-settings.ts'

const describe = (settings: RequestSettings) => withoutAbsent(describeSettings(settings))

test('settings have the names of the conventions', () => {
  expect(
    describe({
      maxTokens: 100,
      temperature: 0,
      topP: 0.9,
      topK: 40,
      frequencyPenalty: 0.1,
      presencePenalty: 0.2,
      seed: 7,
      choices: 2,
      stop: ['END', 'STOP'],
    }),
  ).toEqual({
    'gen_ai.request.max_tokens': 100,
    'gen_ai.request.temperature': 0,
    'gen_ai.request.top_p': 0.9,
    'gen_ai.request.top_k': 40,
    'gen_ai.request.frequency_penalty': 0.1,
    'gen_ai.request.presence_penalty': 0.2,
    'gen_ai.request.seed': 7,
    'gen_ai.request.choice.count': 2,
    'gen_ai.request.stop_sequences': ['END', 'STOP'],
  })
})

test('one stop sequence may stand without its list, and one choice is what one always gets', () => {
  expect(describe({ stop: 'END', choices: 1 })).toEqual({
    'gen_ai.request.stop_sequences': ['END'],
  })
})

test('what is malformed is left out', () => {
  expect(describe({ maxTokens: 'many', temperature: null, seed: {}, stop: [1, 2] })).toEqual({})
})
