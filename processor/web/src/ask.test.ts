import { expect, test } from 'vitest'
import { writeCount, writeCounted } from './counts.ts'
import { readJson, writeQuestion } from './ask.ts'
import { keepOrder } from './order.ts'
import { writeDuration, writeInstant } from './times.ts'

test('whole numbers beyond 2^53 keep their digits, and texts stay texts', () => {
  const text = '{"tokens":[9007199254740993],"n":7,"id":"9007199254740993"}'
  const read = readJson(text) as { tokens: bigint[] }
  expect(read).toEqual({ tokens: [9_007_199_254_740_993n], n: 7, id: '9007199254740993' })
  expect(writeCount(read.tokens[0]!)).toBe('9,007,199,254,740,993')
})

test('a question is encoded', () => {
  const where = ['team=a&b', 'user=']
  expect(writeQuestion('spend', { by: 'model', where, at: undefined })).toBe(
    'spend?by=model&where=team%3Da%26b&where=user%3D',
  )
})

test('one is one', () => {
  expect(writeCounted(1, 'operation')).toBe('1 operation')
  expect(writeCounted(1000n, 'operation')).toBe('1,000 operations')
})

test('held rows keep their places; new ones come last', () => {
  expect(keepOrder(['b', 'a', 'gone'], ['a', 'new', 'b'], (row) => row)).toEqual(['b', 'a', 'new'])
})

test('instants are shown on the clock of the zone', () => {
  expect(writeInstant('2026-10-25T00:30:00Z', 'Europe/Berlin')).toBe('2026-10-25 02:30:00')
})

test.each([
  [999n, '999 ns'],
  [1_250_000_000n, '1.25 s'],
  [7_200_000_000_000n, '2 h'],
])('%d ns are %s', (nanos, shown) => {
  expect(writeDuration(nanos)).toBe(shown)
})
