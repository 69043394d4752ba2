import { expect, test } from 'vitest'
import type { AttributeValue } from './operation.ts'
import { attributeOf, SpanReader, toCount, toText } from './values.ts'

test.each([
  [12, 12],
  [0, 0],
  [12n, 12],
  ['12', 12],
  ['0', 0],
  ['12.0', 12],
  [' 12 ', 12],
  ['None', undefined],
  ['null', undefined],
  [undefined, undefined],
  [null, undefined],
])('the count %o is %o', (value, count) => {
  expect(toCount(value)).toBe(count)
})

test.each(['', 'twelve', '-1', '1.5', '1e3', '0x10', '12.05', true, [12]])(
  '%o is there but no count: not a number, so that it is not taken for absent',
  (value) => {
    expect(toCount(value)).toBeNaN()
  },
)

test('an integer beyond 2^53 - 1 stays too large to be a count', () => {
  expect(toCount(9007199254740993n)).toBeGreaterThan(9007199254740991)
})

test.each([
  [' gpt-5 ', 'gpt-5'],
  ['', undefined],
  ['  ', undefined],
  [5, undefined],
  [['gpt-5'], undefined],
  [undefined, undefined],
])('the text %o is %o', (value, text) => {
  expect(toText(value)).toBe(text)
})

function readerOf(attributes: Readonly<Record<string, AttributeValue>>) {
  return new SpanReader({
    name: '',
    scopeName: '',
    scopeVersion: '',
    attribute: (key) => attributes[key],
  })
}

test('the first of several sources that is there is read', () => {
  const reader = readerOf({ old: 5, new: 7, empty: ' ', model: 'gpt-5' })
  expect(reader.count(['newest', 'new', 'old'])).toBe(7)
  expect(reader.text(['empty', 'model'])).toBe('gpt-5')
  expect(reader.text(['newest'])).toBeUndefined()
})

test('members of JSON in an attribute', () => {
  const reader = readerOf({
    usage: '{"input":12,"details":{"cached":3,"none":null}}',
    model: '"gpt-5"',
    plain: 'gpt-5',
  })
  expect(reader.count(['usage#input'])).toBe(12)
  expect(reader.count(['usage#details.cached'])).toBe(3)
  expect(reader.count(['usage#details.none', 'usage#missing.cached', 'absent#a'])).toBeUndefined()
  expect(reader.count(['usage#details'])).toBeNaN()
  expect(reader.count(['usage#constructor', 'plain#length'])).toBeUndefined()
  expect(reader.text(['model#'])).toBe('gpt-5')
})

test('a member of a list, by what it says', () => {
  const reader = readerOf({ usage: '{"writes":[{"ttl":"5m","n":200},{"ttl":"1h","n":100}]}' })
  expect(reader.count(['usage#writes.ttl=1h.n'])).toBe(100)
  expect(reader.count(['usage#writes.ttl=24h.n', 'usage#writes.0.n'])).toBeUndefined()
})

test('a source names its attribute', () => {
  expect(attributeOf('usage#details.cached')).toBe('usage')
  expect(attributeOf('gen_ai.system')).toBe('gen_ai.system')
})
