import { describe, expect, test } from 'vitest'
import { formatPath, readConfigFile } from './file.ts'

function readFaults(text: string): string[] {
  const { faults } = readConfigFile(text, {})
  return faults.map(({ line, path, message }) => `${line} ${path}: ${message}`)
}

describe('a file', () => {
  test('knows the line of each part, and of the nearest one above a missing part', () => {
    const file = readConfigFile('# first\na:\n  b: 1\n  c:\n    - x\n    -\n      d: 2\n', {})
    expect(file.value).toEqual({ a: { b: 1, c: ['x', { d: 2 }] } })
    expect(file.lineOf(['a', 'b'])).toBe(3)
    expect(file.lineOf(['a', 'c', 0])).toBe(5)
    expect(file.lineOf(['a', 'c', 1, 'd'])).toBe(7)
    expect(file.lineOf(['a', 'c', 1, 'missing', 'deep'])).toBe(7)
    expect(file.lineOf(['missing'])).toBe(1)
  })

  test('may use aliases', () => {
    const { value } = readConfigFile('a: &shared {b: 1}\nc: [*shared, *shared]', {})
    expect(value).toEqual({ a: { b: 1 }, c: [{ b: 1 }, { b: 1 }] })
  })

  test.each([
    ['a: 1\nb: 2\na: 3', '3 a: `a` is there twice; first on line 1'],
    ['a: 1\n---\nb: 2', '2 : more than one YAML document'],
    ['a: !secret x', '1 : not YAML: Unresolved tag: !secret'],
    ['a: 1\n? [x]\n: 2', '1 : a key must be plain text, and not `__proto__`'],
    [`# ${'#'.repeat(1_048_575)}`, '1 : the config has 1048577 bytes; at most 1048576 are read'],
    ['a: *nowhere', '1 a: nothing above is named &nowhere'],
  ])('%j is refused', (text, fault) => {
    expect(readFaults(text)).toEqual([fault])
  })

  test('that is broken tells the first error only', () => {
    expect(readFaults('a: [1\nb: }\nc: {')).toHaveLength(1)
    expect(readFaults('a: b: c')[0]).toMatch(/^1 : not YAML: /)
  })
})

describe('a file made to exhaust us is refused in time:', () => {
  const levels = Array.from(
    { length: 20 },
    (_, i) => `a${i + 1}: &x${i + 1} [*x${i}, *x${i}, *x${i}]`,
  )

  test.each([
    ['aliases of aliases', ['a0: &x0 [1]', ...levels].join('\n'), /more than 100 aliases/],
    [
      'an alias of a long list',
      `a: &x [${'1,'.repeat(1000)}]\nb: [${'*x,'.repeat(90)}]`,
      /50000 values/,
    ],
    ['an alias of itself', 'a: &x [*x]', /nested deeper|aliases|nothing above/],
    ['deep nesting', `a: ${'['.repeat(100_000)}`, /nested|not YAML/],
    ['deep and closed nesting', `a: ${'['.repeat(100)}${']'.repeat(100)}`, /nested deeper than 32/],
    ['many values', `[${'1,'.repeat(60_000)}]`, /more than 50000 values/],
  ])('%s', (_, text, message) => {
    expect(readFaults(text)[0]).toMatch(message)
  })
})

test('a path is written as people write it', () => {
  expect(formatPath(['forward', 'traces', 0, 'headers', 'x y'])).toBe(
    'forward.traces[0].headers["x y"]',
  )
})
