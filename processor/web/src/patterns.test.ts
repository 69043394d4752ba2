import { expect, test } from 'vitest'
import { countedBy, fits, isWithin } from './patterns.ts'

test.each([
  ['gpt-*', 'gpt-4o', true],
  ['gpt-*', 'gpt-', true],
  ['gpt-*', 'a gpt-4o', false],
  ['*-mini', 'gpt-4o-mini', true],
  ['a*c*e', 'abcde', true],
  ['a*c*e', 'abcd', false],
  ['*', '', true],
  ['*', 'two\nlines', true],
  ['a.c', 'abc', false],
  ['(a', '(a', true],
])('%s fits %s: %s', (pattern, value, expected) => {
  expect(fits([pattern], value)).toBe(expected)
  expect(fits(['no', pattern], value)).toBe(expected)
})

test('a value of each takes the place of the pattern that let it in', () => {
  const budget = { scope: { team: ['*'], model: ['gpt-*'] } }
  const counter = { for: { team: 'search' } }
  expect(countedBy(budget as never, counter as never)).toEqual({
    team: ['search'],
    model: ['gpt-*'],
  })
})

test('a counter is within filters where all that it counts is', () => {
  const counted = { team: ['search'], model: ['gpt-4o', 'gpt-5'] }
  const where = (...texts: string[]) =>
    texts.map((text) => ({ label: text.split('=')[0]!, value: text.split('=')[1]! }))
  expect(isWithin(counted, [])).toBe(true)
  expect(isWithin(counted, where('team=search'))).toBe(true)
  expect(isWithin(counted, where('team=shop'))).toBe(false)
  expect(isWithin(counted, where('team=shop', 'team=search'))).toBe(true)
  expect(isWithin(counted, where('model=gpt-4o'))).toBe(false)
  expect(isWithin(counted, where('model=gpt-4o', 'model=gpt-5'))).toBe(true)
  // It counts what any tenant spends.
  expect(isWithin(counted, where('tenant=acme'))).toBe(false)
})
