import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createScope, percentOf } from './budget.ts'

const none: readonly string[] = []

describe('a scope', () => {
  test('without labels matches everything, in one counter', () => {
    expect(createScope({ scope: {}, each: none })({ team: 'search' })).toBe('')
    expect(createScope({ scope: {}, each: none })({})).toBe('')
  })

  test('wants every label to match one of its patterns', () => {
    const scopeOf = createScope({
      scope: { team: ['search', 'ads'], model: ['gpt-*', 'o?'] },
      each: none,
    })
    expect(scopeOf({ team: 'ads', model: 'gpt-5.4', user: 'x' })).toBe('')
    expect(scopeOf({ team: 'ads', model: 'o?' })).toBe('')
    expect(scopeOf({ team: 'ads', model: 'o3' })).toBeUndefined()
    expect(scopeOf({ team: 'adsx', model: 'gpt-5.4' })).toBeUndefined()
    expect(scopeOf({ team: 'ads' })).toBeUndefined()
  })

  test('has a counter for each value, and none where the value is missing', () => {
    const scopeOf = createScope({ scope: { team: ['ads'] }, each: ['user', 'model'] })
    expect(scopeOf({ team: 'ads', user: 'a"b', model: 'm' })).toBe('["a\\"b","m"]')
    expect(scopeOf({ team: 'ads', user: 'a' })).toBeUndefined()
    expect(scopeOf({ team: 'x', user: 'a', model: 'm' })).toBeUndefined()
  })

  test.each([
    ['*', '', true],
    ['a*', 'a', true],
    ['*a', 'ba', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'acb', false],
    ['ab*bc', 'abc', false],
    ['**', 'x', true],
  ])('matches %s against %j: %s', (pattern, value, expected) => {
    const counter = createScope({ scope: { x: [pattern] }, each: none })({ x: value })
    expect(counter === '').toBe(expected)
  })

  test('matches as a regular expression would', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 })
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 })
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text)
        expect(createScope({ scope: { x: [pattern] }, each: none })({ x: text })).toBe(
          expected ? '' : undefined,
        )
      }),
    )
  })
})

test('a percentage is rounded down', () => {
  expect(percentOf(1000n, 80)).toBe(800n)
  expect(percentOf(999n, 50)).toBe(499n)
  expect(percentOf(10n ** 21n, 33.333)).toBe(333_330_000_000_000_000_000n)
})
