import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCutJson } from './cut-json.ts'

test.each([
  ['{"a":1,"b":{"c":2}}', { a: 1, b: { c: 2 } }],
  ['{"a":1,"b":{"c":2', { a: 1 }],
  ['{"a":1,"b":{"c":2,', { a: 1, b: { c: 2 } }],
  ['{"a":1,"b":{"c":2}', { a: 1, b: { c: 2 } }],
  ['{"a":1,"b":"tex', { a: 1 }],
  [String.raw`{"a":"}\"]","b":[{"c":3},{"d`, { a: '}"]', b: [{ c: 3 }] }],
  ['"gpt-5"', 'gpt-5'],
  ['12', 12],
])('%s', (text, value) => {
  expect(parseCutJson(text)).toEqual(value)
})

test.each(['', 'gpt-5', '{', '{"a', 'null,', '"gpt'])('nothing is read from %j', (text) => {
  expect(parseCutJson(text)).toBeUndefined()
})

test('a number that was cut is never taken for a smaller one', () => {
  fc.assert(
    fc.property(fc.nat({ max: 1e12 }), fc.nat({ max: 60 }), (count, length) => {
      const text = JSON.stringify({ usage: { input_tokens: count, output_tokens: 7 } })
      const cut = parseCutJson(text.slice(0, length)) as
        | { usage?: { input_tokens?: number } }
        | undefined
      expect([undefined, count]).toContain(cut?.usage?.input_tokens)
    }),
  )
})

test('no text makes it throw, however deep', () => {
  expect(parseCutJson('['.repeat(5000))).toBeUndefined()
  fc.assert(fc.property(fc.string(), (text) => void parseCutJson(`{${text}`)))
})
