import { expect, test } from 'vitest'
import type { AttributeValue, SpanFacts } from './operation.ts'
import { readCount, readText } from './values.ts'

function spanWith(value: AttributeValue | undefined): SpanFacts {
  return { name: '', scopeName: '', scopeVersion: '', attribute: () => value }
}

test.each([
  [12, 12],
  [0, 0],
  [12n, 12],
  ['12', 12],
  ['0', 0],
  [undefined, undefined],
])('the count %o is %o', (value, count) => {
  expect(readCount(spanWith(value), 'key')).toBe(count)
})

test.each(['', 'twelve', '-1', '1.5', '1e3', '0x10', ' 12', true, [12]])(
  '%o is there but no count: not a number, so that it is not taken for absent',
  (value) => {
    expect(readCount(spanWith(value), 'key')).toBeNaN()
  },
)

test('an integer beyond 2^53 - 1 stays too large to be a count', () => {
  expect(readCount(spanWith(9007199254740993n), 'key')).toBeGreaterThan(9007199254740991)
})

test.each([
  [' gpt-5 ', 'gpt-5'],
  ['', undefined],
  ['  ', undefined],
  [5, undefined],
  [['gpt-5'], undefined],
  [undefined, undefined],
])('the text %o is %o', (value, text) => {
  expect(readText(spanWith(value), 'key')).toBe(text)
})
