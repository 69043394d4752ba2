import { UNITS } from '@spancost/genai'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { FIGURES_PER_ENTRY, writeFigures } from './entry-figures.ts'
import { addUp } from './testing/plain-sums.ts'
import { createSampleEntry } from './testing/sample-entries.ts'

const lines = fc.uniqueArray(
  fc.tuple(
    fc.constantFrom(...UNITS),
    fc.integer({ min: 0, max: 1_000_000_000_000 }),
    fc.oneof(
      fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }),
      fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }),
    ),
  ),
  { selector: ([unit]) => unit },
)

test('doubles are exactly what plain sums are, or are refused', () => {
  fc.assert(
    fc.property(lines, (given) => {
      const entry = createSampleEntry({ lines: given })
      const figures = new Float64Array(FIGURES_PER_ENTRY + 1)
      if (!writeFigures(entry, figures, 1)) return
      const { parts, tokens } = addUp([entry])
      const limbs = Array.from(figures.subarray(1, 11), BigInt)
      const found = Object.keys(parts).map(
        (_, at) => limbs[2 * at]! * 10n ** 9n + limbs[2 * at + 1]!,
      )
      expect(found).toEqual(Object.values(parts))
      expect(limbs.filter((limb, at) => at % 2 === 1 && (limb < 0n || limb >= 10n ** 9n))).toEqual(
        [],
      )
      expect(Array.from(figures.subarray(11, 16), BigInt)).toEqual(Object.values(tokens))
      expect(figures[0]).toBe(0)
    }),
  )
})

test('nine million dollars still are exact, ten million are left to bigints', () => {
  const figures = new Float64Array(FIGURES_PER_ENTRY)
  const million = 10n ** 24n
  const ask = (units: number) =>
    writeFigures(
      createSampleEntry({
        lines: UNITS.slice(-9)
          .slice(0, units)
          .map((unit) => [unit, 1, million]),
      }),
      figures.fill(0),
      0,
    )
  expect(ask(9)).toBe(true)
  expect(figures[8]).toBe(9e15)
  const one = createSampleEntry({ lines: [['input', 1, million]] })
  const ten = { ...one.rating, lines: Array.from({ length: 10 }, () => one.rating.lines[0]!) }
  expect(writeFigures({ ...one, rating: ten }, figures.fill(0), 0)).toBe(false)
})
