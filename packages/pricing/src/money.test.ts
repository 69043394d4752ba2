import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatAmount,
  formatRate,
  multiplyRate,
  parseAmount,
  parseRate,
  toDouble,
} from './money.ts'

/** An oracle of its own kind: of all integers around a fraction, the nearest, or the even one. */
function roundByDistance(num: bigint, den: bigint): bigint {
  const below = num / den
  const candidates = [below - 1n, below, below + 1n].map((value) => {
    const distance = num - value * den
    return { value, distance: distance < 0n ? -distance : distance }
  })
  const least = candidates.reduce((a, b) => (b.distance < a.distance ? b : a)).distance
  const nearest = candidates.filter(({ distance }) => distance === least)
  const [first] = nearest
  return (nearest.find(({ value }) => value % 2n === 0n) ?? first)?.value ?? 0n
}

const amounts = fc.bigInt({ min: -(10n ** 33n), max: 10n ** 33n })
const rates = fc.record({
  num: fc.bigInt({ min: 0n, max: 10n ** 22n }),
  den: fc.bigInt({ min: 1n, max: 10n ** 10n }),
})

describe('amounts', () => {
  it.each([
    [0n, '0'],
    [1n, '0.000000000000000001'],
    [23_827_500_000_000_000n, '0.0238275'],
    [-1_500_000_000_000_000_000n, '-1.5'],
    [1_000_000_000_000_000_000n, '1'],
    [100n * 10n ** 18n, '100'],
    [600n * 10n ** 30n, '600000000000000'],
  ])('formats %s atto as %s and reads it back', (atto, text) => {
    expect(formatAmount(atto)).toBe(text)
    expect(parseAmount(text)).toBe(atto)
  })

  it.each([
    ['0.10', 100_000_000_000_000_000n],
    ['007', 7n * 10n ** 18n],
    ['-0', 0n],
    ['0.123456789012345678', 123_456_789_012_345_678n],
  ])('reads %s', (text, atto) => {
    expect(parseAmount(text)).toBe(atto)
  })

  it.each(['', ' 1', '1e3', '.5', '5.', '+1', '1,5', '0x10', 'NaN', '1_000', '١', '9'.repeat(61)])(
    'refuses %j',
    (text) => {
      expect(() => parseAmount(text)).toThrow(/amount ".*" is no decimal; write it like 0\.0025/)
    },
  )

  it('refuses what it would have to round', () => {
    expect(() => parseAmount('0.1234567890123456789')).toThrow(
      'amount "0.1234567890123456789" has 19 decimal places; at most 18 are kept',
    )
  })

  it('shows only the start of a long text that it refuses', () => {
    expect(() => parseAmount('x'.repeat(5000))).toThrow(/^amount "x{80}\.\.\." is no decimal/)
  })

  it('writes every amount so that reading it gives the same, in the shortest plain way', () => {
    fc.assert(
      fc.property(amounts, (atto) => {
        const text = formatAmount(atto)
        expect(parseAmount(text)).toBe(atto)
        expect(text).toMatch(/^(0|-?(?:[1-9]\d*|0(?=\.))(?:\.\d*[1-9])?)$/)
      }),
    )
  })

  it('gives back the double that a decimal was written from', () => {
    const doubles = fc
      .double({ min: 1e-6, max: 1e9, noNaN: true })
      .filter((value) => (String(value).split('.')[1] ?? '').length <= 18)
      .filter((value) => !String(value).includes('e'))
    fc.assert(
      fc.property(doubles, (value) => {
        expect(toDouble(parseAmount(String(value)))).toBe(value)
      }),
    )
  })

  it('goes to the nearest double where dividing would miss it', () => {
    // Number(atto) / 1e18 rounds twice and gives 0.5422844827351501.
    expect(toDouble(parseAmount('0.542284482735150002'))).toBe(0.54228448273515)
    expect(toDouble(1n)).toBe(1e-18)
  })

  it('become the double that their decimal is read as, however large or exact they are', () => {
    const atto = fc.oneof(
      fc.bigInt(-(2n ** 54n), 2n ** 54n),
      fc.bigInt(-(2n ** 54n), 2n ** 54n).map((nano) => nano * 10n ** 9n),
      fc.bigInt(-(10n ** 30n), 10n ** 30n),
    )
    fc.assert(
      fc.property(atto, (amount) => {
        // Reading decimals is the engine's, and correctly rounded.
        const sign = amount < 0n ? '-' : ''
        const digits = String(amount < 0n ? -amount : amount).padStart(19, '0')
        const read = Number(`${sign}${digits.slice(0, -18)}.${digits.slice(-18)}`)
        expect(toDouble(amount) + 0).toBe(read + 0)
      }),
    )
  })
})

describe('rates', () => {
  it.each([
    ['2.50', 1_000_000, 2_500_000_000_000n, 1n, '0.0000025'],
    ['0.0028', 1_000_000, 2_800_000_000n, 1n, '0.0000000028'],
    ['10', 1_000, 10_000_000_000_000_000n, 1n, '0.01'],
    ['600', 1_000_000, 600_000_000_000_000n, 1n, '0.0006'],
    ['0', 1_000_000, 0n, 1n, '0'],
    // 0.36 / 3600 = 0.0001
    ['0.36', 3_600, 100_000_000_000_000n, 1n, '0.0001'],
    // 0.111 / 3600 = 111 / 3_600_000 = 37 / 1_200_000
    ['0.111', 3_600, 92_500_000_000_000n, 3n, '37/1200000'],
    ['1/12', 1_000_000, 250_000_000_000n, 3n, '1/12000000'],
  ])('%s USD for %s units', (text, perUnits, num, den, perUnit) => {
    const rate = parseRate(text, perUnits)
    expect(rate).toEqual({ num, den })
    expect(formatRate(rate)).toBe(perUnit)
  })

  it.each(['', '1/0', '1/2/3', '1/0.5', '1/-2', '0.5x', '1e-7'])('refuses %j', (text) => {
    expect(() => parseRate(text, 1)).toThrow(RangeError)
  })

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53])('refuses a price for %s units', (perUnits) => {
    expect(() => parseRate('1', perUnits)).toThrow(/per a whole number of units/)
  })

  it('writes every rate so that reading it gives the same fraction', () => {
    fc.assert(
      fc.property(rates, ({ num, den }) => {
        const read = parseRate(formatRate({ num, den }), 1)
        expect(read.num * den).toBe(num * read.den)
      }),
    )
  })
})

describe('multiplyRate', () => {
  it.each([
    // One atto for two units: a tie goes to the even neighbour.
    [1, 0n],
    [2, 1n],
    [3, 2n],
    [4, 2n],
    [5, 2n],
    [7, 4n],
  ])('rounds %s halves to %s', (quantity, atto) => {
    expect(multiplyRate({ num: 1n, den: 2n }, quantity)).toBe(atto)
  })

  it('takes 0.1 as a tenth, not as the double beside it', () => {
    expect(multiplyRate({ num: 10n ** 18n, den: 1n }, 0.1)).toBe(10n ** 17n)
    expect(multiplyRate({ num: 10n ** 18n, den: 1n }, 1e-7)).toBe(10n ** 11n)
    expect(multiplyRate({ num: 10n ** 18n, den: 1n }, 5e-324)).toBe(0n)
  })

  it('holds the largest quantity at the highest price', () => {
    // 9007199254740991 x 0.0006 USD = 5404319552844.5946 USD
    const cost = multiplyRate(parseRate('600', 1_000_000), Number.MAX_SAFE_INTEGER)
    expect(formatAmount(cost)).toBe('5404319552844.5946')
  })

  it.each([-1, -0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %s', (quantity) => {
    expect(() => multiplyRate({ num: 1n, den: 1n }, quantity)).toThrow(RangeError)
  })

  it('rounds whole quantities once, to the nearest', () => {
    const quantities = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
    fc.assert(
      fc.property(rates, quantities, (rate, quantity) => {
        const expected = roundByDistance(rate.num * BigInt(quantity), rate.den)
        expect(multiplyRate(rate, quantity)).toBe(expected)
      }),
    )
  })

  it('rounds fractions of seconds once, to the nearest', () => {
    // Up to 15 digits, a decimal and the double nearest to it print alike.
    const digits = fc.integer({ min: 0, max: 999_999_999_999 })
    fc.assert(
      fc.property(rates, digits, fc.integer({ min: 0, max: 20 }), (rate, whole, places) => {
        const quantity = Number(`${whole}e-${places}`)
        const expected = roundByDistance(rate.num * BigInt(whole), rate.den * 10n ** BigInt(places))
        expect(multiplyRate(rate, quantity)).toBe(expected)
      }),
    )
  })
})
