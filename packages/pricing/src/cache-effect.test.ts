import type { Unit } from '@spancost/genai'
import { expect, test } from 'vitest'
import { compareWithUncached } from './cache-effect.ts'
import { createCardRate, type Rates } from './card.ts'
import { multiplyRate } from './money.ts'

/** USD for a million, as Anthropic lists them for a model: a read is a tenth, writes cost more. */
const RATES: Rates = {
  input: createCardRate('3', 1_000_000),
  input_audio: createCardRate('9', 1_000_000),
  cache_read: createCardRate('0.3', 1_000_000),
  cache_read_audio: createCardRate('0.9', 1_000_000),
  cache_write: createCardRate('3.75', 1_000_000),
  cache_write_1h: createCardRate('6', 1_000_000),
  output: createCardRate('15', 1_000_000),
}

function compare(units: readonly (readonly [Unit, number])[], rates = RATES) {
  const lines = units.map(([unit, quantity]) => {
    const rate = rates[unit]!
    return { unit, quantity, rate: rate.text, costAtto: multiplyRate(rate, quantity) }
  })
  const rating = { status: 'priced', book: 'test@1', lines, costAtto: 0n } as const
  return compareWithUncached(rating, rates, (listed) => listed)
}

test.each<[name: string, units: [Unit, number][], savedMicro: bigint, extraMicro: bigint]>([
  // 1 000 000 x (3 - 0.3) = 2.70 USD
  ['reads', [['cache_read', 1_000_000]], 2_700_000n, 0n],
  ['audio reads', [['cache_read_audio', 1_000_000]], 8_100_000n, 0n],
  // 1 000 000 x (3.75 - 3) = 0.75 USD, and x (6 - 3) = 3 USD
  ['writes', [['cache_write', 1_000_000]], 0n, 750_000n],
  ['long writes', [['cache_write_1h', 1_000_000]], 0n, 3_000_000n],
  [
    'all of them, beside plain tokens',
    [
      ['input', 77],
      ['cache_read', 1_000_000],
      ['cache_write', 2_000_000],
      ['cache_write_1h', 1_000_000],
      ['output', 5],
    ],
    2_700_000n,
    4_500_000n,
  ],
])('%s', (_, units, savedMicro, extraMicro) => {
  expect(compare(units)).toEqual({
    savedAtto: savedMicro * 10n ** 12n,
    extraAtto: extraMicro * 10n ** 12n,
  })
})

test('a read that costs more than plain input, and a write that costs less, count as they are', () => {
  const rates = {
    input: createCardRate('1', 1),
    cache_read: createCardRate('1.5', 1),
    cache_write: createCardRate('0.25', 1),
  }
  const units = [
    ['cache_read', 2],
    ['cache_write', 4],
  ] as const
  expect(compare(units, rates)).toEqual({ savedAtto: 3n * 10n ** 18n, extraAtto: 10n ** 18n })
})

test('nothing is said where nothing is cached, makes a difference or has a plain rate', () => {
  const { input, ...withoutInput } = RATES
  expect(compare([['input', 5]])).toBeUndefined()
  expect(compare([['cache_read', 0]])).toBeUndefined()
  expect(compare([['cache_read', 5]], withoutInput)).toBeUndefined()
  expect(compare([['cache_read', 5]], { ...RATES, cache_read: input! })).toBeUndefined()
})

test('both products are rounded, once each: what is saved is exactly what is not paid', () => {
  // 3 x 0.5 atto = 1.5, rounded to 2, less 3 x 0.1 = 0.3, rounded to 0.
  const rates = {
    input: createCardRate('0.000000000000000001', 2),
    cache_read: createCardRate('0.000000000000000001', 10),
  }
  expect(compare([['cache_read', 3]], rates)).toEqual({ savedAtto: 2n, extraAtto: 0n })
})
