import { describe, expect, test } from 'vitest'
import type { AttributeValue } from '../operation.ts'
import { DIALECTS, KEYS, MARKS } from './index.ts'

test('names are unique, and the one that knows the emitter least is asked last', () => {
  const names = DIALECTS.map((dialect) => dialect.name)
  expect(new Set(names).size).toBe(names.length)
  expect(names.at(-1)).toBe('otel')
})

/** Says something for every key, so that as many as possible are asked for. */
const ANSWERS: readonly (AttributeValue | undefined)[] = [undefined, 'chat', 7, '{"a":1}']

describe.each(DIALECTS.map((dialect) => [dialect.name, dialect] as const))('%s', (_, dialect) => {
  test('it asks for no attribute that a scanner was not told to keep', () => {
    const kept = new Set(dialect.keys)
    for (const answer of ANSWERS) {
      dialect.read({
        name: 'chat',
        scopeName: dialect.scopes?.[0]?.replace('*', '') ?? '',
        scopeVersion: '1.0.0',
        attribute: (key) => {
          expect(kept).toContain(key)
          return answer
        },
      })
    }
    expect(KEYS).toEqual(expect.arrayContaining([...dialect.keys]))
    expect(MARKS).toEqual(expect.arrayContaining([...dialect.marks]))
    expect(dialect.keys).toEqual(expect.arrayContaining([...dialect.marks]))
  })

  test('a span without its marks is not looked at for long', () => {
    expect(dialect.marks.length).toBeGreaterThan(0)
    expect(dialect.marks.length).toBeLessThan(12)
  })
})
