import { describe, expect, test } from 'vitest'
import {
  fromAtto,
  shortenAmount,
  toAtto,
  toFraction,
  toPerMillion,
  writeAmount,
  writeShare,
} from './money.ts'

describe('an exact decimal', () => {
  test.each([
    ['0', 0n],
    ['0.0003072', 307_200_000_000_000n],
    ['0.000000000000000001', 1n],
    ['-12.5', -12_500_000_000_000_000_000n],
    ['9007199254740993.1', 9_007_199_254_740_993_100_000_000_000_000_000n],
  ])('%s is read and written to the last digit', (text, atto) => {
    expect(toAtto(text)).toBe(atto)
    expect(fromAtto(atto)).toBe(text)
  })

  test.each(['', '1e3', '.5', '1.', 'NaN', '0.0000000000000000001'])('%j is none', (text) => {
    expect(() => toAtto(text)).toThrow('is no amount')
  })

  test('is shown with all digits where that is wanted', () => {
    expect(writeAmount('1234567.0001234')).toBe('1,234,567.0001234')
    expect(writeAmount('-0.5')).toBe('−0.5')
  })
})

test.each([
  ['0', '0'],
  ['0.000000000000000001', '0.000000000000000001'],
  ['0.0003072', '0.000307'],
  ['0.00030750', '0.000308'],
  ['0.0238275', '0.0238'],
  ['0.5', '0.50'],
  ['0.9996', '1.00'],
  ['1.005', '1.01'],
  ['12.3449', '12.34'],
  ['9007199254740993.127', '9,007,199,254,740,993.13'],
  ['-0.0238275', '−0.0238'],
])('%s is shortened to %s', (amount, shown) => {
  expect(shortenAmount(amount)).toBe(shown)
})

test.each([
  [0n, 7n, '0 %'],
  [7n, 7n, '100 %'],
  [1n, 3n, '33.3 %'],
  [1n, 1_000_000n, '< 0.1 %'],
  [999_999n, 1_000_000n, '> 99.9 %'],
  [0n, 0n, '–'],
])('%d of %d is %s', (part, whole, shown) => {
  expect(writeShare(part, whole)).toBe(shown)
})

test.each([
  ['0.0000025', '2.5'],
  ['0.000000075', '0.075'],
  ['0.00000000001', '0.00001'],
  ['0.01', '10000'],
  ['3', '3000000'],
  ['1/3', undefined],
])('%s for one is %s for a million', (rate, shown) => {
  expect(toPerMillion(rate)).toBe(shown)
})

test('a bar is as long as its share, however large the amounts', () => {
  expect(toFraction(10n ** 40n, 4n * 10n ** 40n)).toBe(0.25)
  expect(toFraction(1n, 0n)).toBe(0)
})
