import { expect, test } from 'vitest'
import { createTokenCheck } from './bearer-tokens.ts'

test('without tokens everybody is let in', () => {
  const isAllowed = createTokenCheck([])
  expect([isAllowed(undefined), isAllowed('Bearer anything')]).toEqual([true, true])
})

test.each<[authorization: string | undefined, allowed: boolean]>([
  ['Bearer first', true],
  ['Bearer second', true],
  ['bearer second', true],
  ['Bearer   second', true],
  [undefined, false],
  ['', false],
  ['Bearer', false],
  ['Bearer ', false],
  ['Bearer firs', false],
  ['Bearer first ', false],
  ['Bearer First', false],
  ['Basic first', false],
  ['first', false],
])('%j: %s', (authorization, allowed) => {
  expect(createTokenCheck(['first', 'second'])(authorization)).toBe(allowed)
})
