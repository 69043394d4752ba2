import * as incubating from '@opentelemetry/semantic-conventions/incubating'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import * as attributes from './attributes.ts'

const published: Readonly<Record<string, unknown>> = incubating
const ours: Readonly<Record<string, string>> = attributes
const source = readFileSync(new URL('attributes.ts', import.meta.url), 'utf8')
const [older = '', newer = ''] = source.split('// Newer than the package.')

function listNames(text: string): readonly string[] {
  return [...text.matchAll(/^export const (\w+)/gm)].map(([, name = '']) => name)
}

test('every constant stands above or below the line', () => {
  const names = [...listNames(older), ...listNames(newer)]
  expect(names.toSorted()).toEqual(Object.keys(ours).toSorted())
  expect(listNames(newer)).toHaveLength(7)
})

describe('above the line: the same as in the package of OpenTelemetry', () => {
  test.each(listNames(older))('%s', (name) => {
    expect(published[name]).toBe(ours[name])
  })
})

describe('below the line: not yet in the package, so the line is still right', () => {
  test.each(listNames(newer))('%s', (name) => {
    expect(published[name]).toBeUndefined()
    expect(Object.values(published)).not.toContain(ours[name])
  })
})

test('a constant is named after its attribute', () => {
  for (const [name, key] of Object.entries(ours)) {
    expect(name).toBe(`ATTR_${key.replaceAll('.', '_').toUpperCase()}`)
  }
})
