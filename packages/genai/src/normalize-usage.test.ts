import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalizeUsage, type Convention, type ReportedUsage } from './normalize-usage.ts'
import { splitUsage } from './usage.ts'

const INSIDE: Convention = { cache: 'inside', reasoning: 'inside' }
const OUTSIDE: Convention = { cache: 'outside', reasoning: 'outside' }
const BEDROCK: Convention = { cache: 'outside', reasoning: 'inside' }
const UNKNOWN: Convention = { cache: 'unknown', reasoning: 'unknown' }

describe('cached tokens', () => {
  const reported: ReportedUsage = { input: 3000, output: 90, cacheRead: 2000, cacheWrite: 300 }
  const parts = { outputTokens: 90, cacheReadTokens: 2000, cacheWrite5mTokens: 300 }

  test('by convention, where the figures allow either', () => {
    expect(normalizeUsage(reported, INSIDE)).toEqual({
      usage: { inputTokens: 3000, ...parts },
      inclusive: true,
    })
    expect(normalizeUsage(reported, BEDROCK)).toEqual({
      usage: { inputTokens: 5300, ...parts },
      inclusive: false,
    })
    expect(normalizeUsage(reported, UNKNOWN)).toEqual({
      usage: { inputTokens: 3000, ...parts },
      inclusive: 'ambiguous',
    })
  })

  test('an input smaller than they are cannot contain them', () => {
    expect(normalizeUsage({ ...reported, input: 25 }, INSIDE)).toEqual({
      usage: { inputTokens: 2325, ...parts },
      inclusive: false,
    })
  })

  test.each<[string, Partial<ReportedUsage>, number, boolean | 'ambiguous']>([
    ['a total with them says outside', { total: 5390 }, 5300, false],
    ['a total of input and output says nothing', { total: 3090 }, 3000, 'ambiguous'],
    ['uncached input beside them says outside', { uncachedInput: 3000 }, 5300, false],
    ['uncached input as a part says inside', { uncachedInput: 700 }, 3000, true],
    ['a total with reasoning as well', { total: 5440, reasoning: 50 }, 5300, false],
    ['a total with reasoning only', { total: 3140, reasoning: 50 }, 3000, 'ambiguous'],
  ])('%s', (_, more, inputTokens, inclusive) => {
    const normalized = normalizeUsage({ ...reported, ...more }, UNKNOWN)
    expect(normalized).toMatchObject({ usage: { inputTokens }, inclusive })
  })

  test('without any there is nothing to say', () => {
    expect(normalizeUsage({ input: 25, cacheRead: 0 }, BEDROCK)).toEqual({
      usage: { inputTokens: 25, cacheReadTokens: 0 },
    })
  })

  test('Bedrock: a total with more than was listed holds cached tokens of an unknown kind', () => {
    expect(normalizeUsage({ input: 25, output: 90, total: 2415 }, BEDROCK)).toEqual({
      usage: { inputTokens: 2325, outputTokens: 90 },
      inclusive: 'ambiguous',
    })
  })
})

describe('writes by lifetime', () => {
  const usageOf = (reported: ReportedUsage) =>
    normalizeUsage({ input: 1000, ...reported }, INSIDE).usage

  test.each<[ReportedUsage, number | undefined, number | undefined]>([
    [{ cacheWrite: 300, cacheWrite5m: 200, cacheWrite1h: 100 }, 200, 100],
    [{ cacheWrite: 300, cacheWrite5m: 0, cacheWrite1h: 0 }, 300, 0],
    [{ cacheWrite: 300, cacheWrite1h: 100 }, 200, 100],
    [{ cacheWrite5m: 200, cacheWrite1h: 100 }, 200, 100],
    [{ cacheWrite1h: 100 }, undefined, 100],
    [{ cacheWrite: 300 }, 300, undefined],
  ])('%j', (reported, short, long) => {
    const usage = usageOf(reported)
    expect([usage.cacheWrite5mTokens, usage.cacheWrite1hTokens]).toEqual([short, long])
  })

  test('more of the long ones than of all is bad usage, not clamped', () => {
    expect(splitUsage(usageOf({ cacheWrite: 50, cacheWrite1h: 100 })).kind).toBe('bad_usage')
  })
})

describe('reasoning', () => {
  const reported: ReportedUsage = { input: 100, output: 60, reasoning: 40 }

  test.each<[string, ReportedUsage, Convention, number]>([
    ['inside by convention', reported, INSIDE, 60],
    ['outside by convention', reported, OUTSIDE, 100],
    ['inside where nobody knows', reported, UNKNOWN, 60],
    ['outside where it is larger', { ...reported, reasoning: 61 }, INSIDE, 121],
    ['outside where the total says so', { ...reported, total: 200 }, INSIDE, 100],
    ['what a total has more', { input: 35, output: 12, total: 109 }, OUTSIDE, 74],
    ['what a total has more, perhaps', { input: 35, output: 12, total: 109 }, UNKNOWN, 74],
    ['a total that is not ours to explain', { input: 35, output: 12, total: 109 }, INSIDE, 12],
  ])('%s', (_, counts, convention, outputTokens) => {
    expect(normalizeUsage(counts, convention).usage.outputTokens).toBe(outputTokens)
  })

  test("Gemini's total has the input of tools, beside the prompt", () => {
    const counts = { input: 100, output: 60, reasoning: 40, total: 230 }
    expect(normalizeUsage(counts, OUTSIDE).usage).toEqual({
      inputTokens: 130,
      outputTokens: 100,
      reasoningTokens: 40,
    })
  })
})

test('parts that overlap in the conventions do not in usage', () => {
  const reported: ReportedUsage = {
    input: 1000,
    output: 100,
    cacheRead: 500,
    inputAudio: 60,
    cacheReadAudio: 20,
    inputImage: 200,
    cacheReadImage: 150,
    outputAudio: 8,
    outputImage: 4,
  }
  expect(normalizeUsage(reported, INSIDE).usage).toEqual({
    inputTokens: 1000,
    cacheReadTokens: 480,
    inputAudioTokens: 40,
    cacheReadAudioTokens: 20,
    inputImageTokens: 50,
    outputTokens: 100,
    outputAudioTokens: 8,
    outputImageTokens: 4,
  })
})

test('what is billed beside the totals is added', () => {
  const reported = { input: 10, output: 5, besideInput: 100, besideOutput: 50, webSearches: 2 }
  expect(normalizeUsage(reported, INSIDE).usage).toEqual({
    inputTokens: 110,
    outputTokens: 55,
    webSearches: 2,
  })
})

const count = fc.nat({ max: 1e9 })
const conventions = fc.constantFrom(INSIDE, OUTSIDE, BEDROCK, UNKNOWN)

test('an unreadable count is bad usage, wherever it stands', () => {
  const fields = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning', 'inputAudio'] as const
  fc.assert(
    fc.property(fc.constantFrom(...fields), conventions, (field, convention) => {
      const reported = { input: 500, output: 50, cacheRead: 5, [field]: Number.NaN }
      expect(splitUsage(normalizeUsage(reported, convention).usage).kind).toBe('bad_usage')
    }),
  )
})

test('whatever the convention, the units add up to input and output', () => {
  const parts = fc.record({ input: count, output: count, cacheRead: count, cacheWrite: count })
  fc.assert(
    fc.property(parts, fc.option(count), conventions, (reported, reasoning, convention) => {
      const counts = reasoning === null ? reported : { ...reported, reasoning }
      const { usage } = normalizeUsage(counts, convention)
      const split = splitUsage(usage)
      if (split.kind !== 'units') throw new Error(JSON.stringify(split))
      const sum = [...split.units.values()].reduce((total, quantity) => total + quantity, 0)
      expect(sum).toBe((usage.inputTokens ?? 0) + (usage.outputTokens ?? 0))
    }),
  )
})
