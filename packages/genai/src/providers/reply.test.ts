import { expect, test } from 'vitest'
import { mergeReplies } from './reply.ts'

test('the later part wins, field by field', () => {
  expect(
    mergeReplies(
      { responseId: 'a', serviceTier: 'auto', usage: { inputTokens: 10, outputTokens: 1 } },
      { serviceTier: 'default', usage: { outputTokens: 7 } },
    ),
  ).toEqual({
    responseId: 'a',
    serviceTier: 'default',
    usage: { inputTokens: 10, outputTokens: 7 },
  })
})

test('finish reasons of several choices gather by index', () => {
  const first = mergeReplies({}, { finishReasons: [undefined, 'length'] })
  const second = mergeReplies(first, { finishReasons: ['stop'] })
  expect(second.finishReasons).toEqual(['stop', 'length'])
})

test('a part that says nothing changes nothing', () => {
  const reply = { usage: { inputTokens: 3 }, finishReasons: ['stop'] }
  expect(mergeReplies(reply, {})).toEqual(reply)
})
