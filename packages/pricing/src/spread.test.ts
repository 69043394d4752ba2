import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { spreadAmount } from './spread.ts'

test.each([
  // A third each: the atto that is left goes to the first.
  [100n, [1n, 1n, 1n], [34n, 33n, 33n]],
  // 0.5, 1.5 and 8: of equal losses the first gets it.
  [10n, [1n, 3n, 16n], [1n, 1n, 8n]],
  [10n, [0n, 7n], [0n, 10n]],
  [0n, [2n, 3n], [0n, 0n]],
  [1_200n * 10n ** 18n, [1n, 2n], [400n * 10n ** 18n, 800n * 10n ** 18n]],
])('%s over %s', (amount, weights, parts) => {
  expect(spreadAmount(amount, weights)).toEqual(parts)
})

test('where nothing was used, nothing carries it', () => {
  expect(spreadAmount(5n, [])).toBeUndefined()
  expect(spreadAmount(5n, [0n, 0n])).toBeUndefined()
  expect(() => spreadAmount(-1n, [1n])).toThrow('are not negative')
  expect(() => spreadAmount(1n, [2n, -1n])).toThrow('are not negative')
})

test('parts add up to the whole, and each is within one of its share', () => {
  const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 15n }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 24n }), weights, (amount, each) => {
      const whole = each.reduce((sum, weight) => sum + weight, 0n)
      fc.pre(whole > 0n)
      const parts = spreadAmount(amount, each)!
      expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(amount)
      for (const [at, part] of parts.entries()) {
        const off = part * whole - amount * each[at]!
        expect(off > -whole && off < whole).toBe(true)
      }
    }),
  )
})
