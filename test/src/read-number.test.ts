import { expect, test } from 'vitest'
import { readPositive, readWhole } from './read-number.ts'

test.each([
  ['0', 0, 0],
  ['200', 1, 200],
  ['9007199254740991', 0, 9007199254740991],
])('%j is a whole number', (text, least, value) => {
  expect(readWhole('kills', text, least)).toBe(value)
})

test.each(['abc', '', '-1', '1.5', '1e3', ' 1', '0x10', 'Infinity', '9007199254740992'])(
  '%j is none',
  (text) => {
    expect(() => readWhole('kills', text)).toThrow(
      `--kills is ${JSON.stringify(text)}; expected a whole number from 0 on`,
    )
  },
)

test('a whole number may have to be more than 0', () => {
  expect(() => readWhole('kills', '0', 1)).toThrow('expected a whole number from 1 on')
})

test('a number above 0 may be a fraction', () => {
  expect(readPositive('minutes', '0.25')).toBe(0.25)
  expect(readPositive('minutes', '10')).toBe(10)
  for (const text of ['0', 'abc', '', '-1', '1e3', '.', '9'.repeat(400)]) {
    expect(() => readPositive('minutes', text)).toThrow('--minutes is ')
  }
})
