import { UNITS, type Unit } from '@spancost/genai'
import { expect, test } from 'vitest'
import { addSums, countTokens, createSums, tokenTypeOf } from './sums.ts'

test('every unit is in the token type that it belongs to, and items are in none', () => {
  // The n-th unit has the quantity 2^n, so that each sum names its units.
  const units = new Map(UNITS.map((unit, index) => [unit, 2 ** index] as const))
  const quantity = (...names: Unit[]) =>
    BigInt(names.reduce((sum, name) => sum + units.get(name)!, 0))
  expect(countTokens(units)).toEqual({
    input: quantity('input', 'input_audio', 'input_image'),
    output: quantity('output', 'output_audio', 'output_image'),
    cache_read: quantity('cache_read', 'cache_read_audio'),
    cache_write: quantity('cache_write', 'cache_write_1h'),
    reasoning: quantity('reasoning'),
  })
  expect(tokenTypeOf('reasoning')).toBe('reasoning')
  expect(tokenTypeOf('audio_second')).toBeUndefined()
})

test('sums start at zero and grow field by field', () => {
  const sums = createSums()
  const more = {
    operations: 1n,
    costAtto: 15n,
    parts: { input: 1n, output: 2n, cache_read: 3n, cache_write: 4n, other: 5n },
    tokens: { input: 6n, output: 7n, cache_read: 8n, cache_write: 9n, reasoning: 10n },
  }
  addSums(sums, more)
  expect(sums).toEqual(more)
  addSums(sums, more)
  expect(sums).toEqual({
    operations: 2n,
    costAtto: 30n,
    parts: { input: 2n, output: 4n, cache_read: 6n, cache_write: 8n, other: 10n },
    tokens: { input: 12n, output: 14n, cache_read: 16n, cache_write: 18n, reasoning: 20n },
  })
})
