import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { joinLimbs, splitAtto } from './money-limbs.ts'

test.each([
  { amountAtto: 0n, nano: 0n, atto: 0n },
  { amountAtto: 1n, nano: 0n, atto: 1n },
  { amountAtto: 999_999_999n, nano: 0n, atto: 999_999_999n },
  { amountAtto: 1_000_000_000n, nano: 1n, atto: 0n },
  { amountAtto: 23_827_500_000_000_000n, nano: 23_827_500n, atto: 0n },
  { amountAtto: -1n, nano: -1n, atto: 999_999_999n },
  { amountAtto: -1_000_000_000n, nano: -1n, atto: 0n },
  { amountAtto: -1_000_000_001n, nano: -2n, atto: 999_999_999n },
  // 2^63 in atto, where a single 64-bit integer would end: 9.22 USD.
  { amountAtto: 9_223_372_036_854_775_808n, nano: 9_223_372_036n, atto: 854_775_808n },
])('$amountAtto is $nano nano and $atto atto', ({ amountAtto, nano, atto }) => {
  expect(splitAtto(amountAtto)).toEqual({ nano, atto })
  expect(joinLimbs(nano, atto)).toBe(amountAtto)
})

test('limbs that were added apart from each other join to the sum of the amounts', () => {
  const amount = fc.bigInt({ min: -(10n ** 27n), max: 10n ** 27n })
  fc.assert(
    fc.property(fc.array(amount), (amounts) => {
      let [nano, atto, expected] = [0n, 0n, 0n]
      for (const amountAtto of amounts) {
        const limbs = splitAtto(amountAtto)
        expect(limbs.atto >= 0n && limbs.atto < 1_000_000_000n).toBe(true)
        nano += limbs.nano
        atto += limbs.atto
        expected += amountAtto
      }
      expect(joinLimbs(nano, atto)).toBe(expected)
    }),
  )
})
