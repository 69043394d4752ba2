import { expect, test } from 'vitest'
import { encodeLabels } from './rows.ts'

test('a set of labels is one text, in whatever order it is given', () => {
  const sorted = { model: 'a "b"', team: 'größe' }
  expect(encodeLabels(sorted)).toBe('{"model":"a \\"b\\"","team":"größe"}')
  expect(encodeLabels({ team: 'größe', model: 'a "b"' })).toBe(encodeLabels(sorted))
  // JavaScript lists names that are numbers by their size, and so they are written in the end.
  expect(encodeLabels({ team: 'größe', 9: 'c', model: 'a "b"', 10: 'd' })).toBe(
    '{"9":"c","10":"d","model":"a \\"b\\"","team":"größe"}',
  )
  expect(encodeLabels({})).toBe('{}')
})
