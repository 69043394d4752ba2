import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAiSdkReply } from './ai-sdk.ts'
import { mergeReplies, type Reply } from './reply.ts'

const USAGE = {
  inputTokens: { total: 120, noCache: 50, cacheRead: 64, cacheWrite: 6 },
  outputTokens: { total: 80, text: 30, reasoning: 50 },
}
const READ = {
  inputTokens: 120,
  cacheReadTokens: 64,
  cacheWrite5mTokens: 6,
  outputTokens: 80,
  reasoningTokens: 50,
}

test('the SDK’s own counts, of a model and as telemetry is told them', () => {
  expect(readAiSdkReply({ usage: USAGE }, 'nobody')).toEqual({ usage: READ })
  const told = {
    inputTokens: 120,
    inputTokenDetails: { noCacheTokens: 50, cacheReadTokens: 64, cacheWriteTokens: 6 },
    outputTokens: 80,
    outputTokenDetails: { textTokens: 30, reasoningTokens: 50 },
    totalTokens: 200,
  }
  expect(readAiSdkReply({ usage: told }, 'nobody')).toEqual({ usage: READ })
  expect(readAiSdkReply({ usage: { tokens: 7 } }, 'openai')).toEqual({ usage: { inputTokens: 7 } })
})

test('a stream tells its ids at the start and its usage at the end', () => {
  const parts = [
    { type: 'stream-start', warnings: [] },
    { type: 'response-metadata', id: 'r1', modelId: 'm-2026' },
    { type: 'text-delta', id: '1', delta: 'Hi' },
    { type: 'finish', finishReason: { unified: 'length', raw: 'max_tokens' }, usage: USAGE },
  ]
  const read = (part: object): Reply => readAiSdkReply(part, 'nobody')
  expect(parts.map(read).reduce(mergeReplies, {})).toEqual({
    responseId: 'r1',
    responseModel: 'm-2026',
    finishReasons: ['length'],
    usage: READ,
  })
})

test('what the provider counted says more, where its shape is known', () => {
  const raw = {
    promptTokenCount: 100,
    toolUsePromptTokenCount: 20,
    candidatesTokenCount: 30,
    thoughtsTokenCount: 50,
    promptTokensDetails: [{ modality: 'AUDIO', tokenCount: 25 }],
    trafficType: 'ON_DEMAND_FLEX',
  }
  expect(readAiSdkReply({ usage: { ...USAGE, raw } }, 'gcp.vertex_ai')).toEqual({
    serviceTier: 'flex',
    usage: { inputTokens: 120, inputAudioTokens: 25, outputTokens: 80, reasoningTokens: 50 },
  })
  // Of an unknown shape: the SDK's own counts.
  const strange = { usage: { ...USAGE, raw: { units: 3 } } }
  expect(readAiSdkReply(strange, 'nobody')).toEqual({ usage: READ })
})

test('nothing makes it throw', () => {
  fc.assert(
    fc.property(fc.anything(), fc.string(), (value, provider) => {
      expect(readAiSdkReply(value, provider)).toBeTypeOf('object')
      expect(readAiSdkReply({ usage: value, response: value }, provider)).toBeTypeOf('object')
    }),
  )
})
