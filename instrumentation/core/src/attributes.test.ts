import { expect, test } from 'vitest'
import { describeReply } from './attributes.ts'

const TIER = 'openai.response.service_tier'

test('every kind of token has its name, and subsets overlap as the conventions want it', () => {
  const reply = {
    serviceTier: 'flex',
    usage: {
      inputTokens: 1000,
      cacheReadTokens: 400,
      cacheWrite5mTokens: 50,
      cacheWrite1hTokens: 30,
      inputAudioTokens: 20,
      cacheReadAudioTokens: 10,
      inputImageTokens: 5,
      outputTokens: 300,
      reasoningTokens: 100,
      outputAudioTokens: 40,
      outputImageTokens: 2,
    },
  }
  expect(describeReply(reply, TIER)).toStrictEqual({
    'openai.response.service_tier': 'flex',
    'gen_ai.usage.input_tokens': 1000,
    'gen_ai.usage.cache_read.input_tokens': 410,
    'gen_ai.usage.cache_write.input_tokens': 80,
    'gen_ai.usage.audio.input_tokens': 30,
    'gen_ai.usage.audio.cache_read.input_tokens': 10,
    'gen_ai.usage.image.input_tokens': 5,
    'gen_ai.usage.output_tokens': 300,
    'gen_ai.usage.reasoning.output_tokens': 100,
    'gen_ai.usage.audio.output_tokens': 40,
    'gen_ai.usage.image.output_tokens': 2,
    'spancost.usage.cache_write_1h.input_tokens': 30,
  })
})

test('what the conventions have no name for has one of ours', () => {
  const reply = {
    region: 'us',
    reportedCost: { amount: '0.0000215', currency: 'USD' },
    usage: {
      webSearches: 2,
      searches: 1,
      images: 3,
      pages: 4,
      characters: 50,
      audioSeconds: 1.5,
      videoSeconds: 8,
    },
  }
  expect(describeReply(reply, TIER)).toStrictEqual({
    'spancost.response.region': 'us',
    'spancost.usage.web_searches': 2,
    'spancost.usage.searches': 1,
    'spancost.usage.images': 3,
    'spancost.usage.pages': 4,
    'spancost.usage.characters': 50,
    'spancost.usage.audio_seconds': 1.5,
    'spancost.usage.video_seconds': 8,
    'gen_ai.usage.cost.amount': 0.0000215,
    'gen_ai.usage.cost.currency': 'USD',
    'gen_ai.usage.cost.source': 'provider',
  })
})

test('a reported 0 is written, for audio and images it is not, and nothing is made up', () => {
  const usage = { inputTokens: 9, cacheReadTokens: 0, inputAudioTokens: 0, outputImageTokens: 0 }
  expect(describeReply({ usage }, TIER)).toStrictEqual({
    'gen_ai.usage.input_tokens': 9,
    'gen_ai.usage.cache_read.input_tokens': 0,
  })
  expect(describeReply({}, TIER)).toStrictEqual({})
})

test('a choice that did not finish has no finish reason', () => {
  const attributes = describeReply({ finishReasons: [undefined, 'length'] }, TIER)
  expect(attributes['gen_ai.response.finish_reasons']).toStrictEqual(['length'])
})
