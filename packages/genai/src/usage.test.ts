import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitUsage, UNITS, type Unit, type Usage } from './usage.ts'

function unitsOf(usage: Usage): Readonly<Record<string, number>> {
  const split = splitUsage(usage)
  if (split.kind !== 'units') throw new Error(`expected units, got ${JSON.stringify(split)}`)
  return Object.fromEntries(split.units)
}

function problemOf(usage: Usage): string {
  const split = splitUsage(usage)
  if (split.kind !== 'bad_usage') throw new Error(`expected a problem, got ${split.kind}`)
  return split.problem
}

describe('units', () => {
  test('a plain call', () => {
    expect(unitsOf({ inputTokens: 100, outputTokens: 20 })).toEqual({ input: 100, output: 20 })
  })

  test('cached tokens are taken out of the input, never counted beside it', () => {
    const usage = {
      inputTokens: 1000,
      cacheReadTokens: 600,
      cacheWrite5mTokens: 200,
      cacheWrite1hTokens: 150,
      outputTokens: 7,
    }
    expect(unitsOf(usage)).toEqual({
      input: 50,
      cache_read: 600,
      cache_write: 200,
      cache_write_1h: 150,
      output: 7,
    })
  })

  test('every part of the input and of the output', () => {
    const usage = {
      inputTokens: 127,
      cacheReadTokens: 1,
      cacheWrite5mTokens: 2,
      cacheWrite1hTokens: 4,
      inputAudioTokens: 8,
      cacheReadAudioTokens: 16,
      inputImageTokens: 32,
      outputTokens: 15,
      reasoningTokens: 1,
      outputAudioTokens: 2,
      outputImageTokens: 4,
    }
    expect(unitsOf(usage)).toEqual({
      input: 64,
      cache_read: 1,
      cache_write: 2,
      cache_write_1h: 4,
      input_audio: 8,
      cache_read_audio: 16,
      input_image: 32,
      output: 8,
      reasoning: 1,
      output_audio: 2,
      output_image: 4,
    })
  })

  test('items are taken as they are, seconds with their fraction', () => {
    const usage = {
      webSearches: 1,
      searches: 2,
      requests: 3,
      images: 4,
      pages: 5,
      characters: 6,
      audioSeconds: 7.5,
      videoSeconds: 8.25,
      gpuSeconds: 0.125,
    }
    expect(unitsOf(usage)).toEqual({
      web_search: 1,
      search: 2,
      request: 3,
      image: 4,
      page: 5,
      character: 6,
      audio_second: 7.5,
      video_second: 8.25,
      gpu_second: 0.125,
    })
  })

  test('a unit of which there is nothing is left out', () => {
    const allCached = { inputTokens: 5, cacheReadTokens: 5, outputTokens: 0, images: 0 }
    expect(unitsOf(allCached)).toEqual({ cache_read: 5 })
  })

  test('the largest count that is exact', () => {
    expect(unitsOf({ inputTokens: 9007199254740991 })).toEqual({ input: 9007199254740991 })
  })
})

describe('no usage is not the same as none', () => {
  test('nothing was reported', () => {
    expect(splitUsage({})).toEqual({ kind: 'no_usage' })
  })

  test('zero was reported', () => {
    expect(splitUsage({ inputTokens: 0 })).toEqual({ kind: 'units', units: new Map() })
  })
})

describe('bad usage names the field and the figures', () => {
  test.each<[Usage, string]>([
    [{ inputTokens: -1 }, 'inputTokens is -1; a count lies between 0 and 2^53 - 1'],
    [{ outputTokens: NaN }, 'outputTokens is NaN; a count lies between 0 and 2^53 - 1'],
    [{ gpuSeconds: Infinity }, 'gpuSeconds is Infinity; a count lies between 0 and 2^53 - 1'],
    [
      { inputTokens: 9007199254740992 },
      'inputTokens is 9007199254740992; a count lies between 0 and 2^53 - 1',
    ],
    [{ inputTokens: 1.5 }, 'inputTokens is 1.5; it must be a whole number'],
    [{ images: 0.5 }, 'images is 0.5; it must be a whole number'],
    [
      { inputTokens: 10, cacheReadTokens: 8, cacheWrite5mTokens: 3 },
      'inputTokens is 10, but its parts add up to 11',
    ],
    [
      { inputTokens: 1, outputTokens: 10, reasoningTokens: 11 },
      'outputTokens is 10, but its parts add up to 11',
    ],
    [{ cacheReadTokens: 4 }, 'inputTokens is missing, but its parts add up to 4'],
    [{ inputTokens: 1, reasoningTokens: 2 }, 'outputTokens is missing, but its parts add up to 2'],
  ])('%o', (usage, problem) => {
    expect(problemOf(usage)).toBe(problem)
  })
})

describe('for any usage', () => {
  const INPUT: readonly Unit[] = [
    'input',
    'cache_read',
    'cache_write',
    'cache_write_1h',
    'input_audio',
    'cache_read_audio',
    'input_image',
  ]
  const OUTPUT: readonly Unit[] = ['output', 'reasoning', 'output_audio', 'output_image']
  const count = fc.oneof(fc.nat(), fc.nat({ max: 3 }), fc.maxSafeNat(), fc.constant(undefined))
  const anyNumber = fc.oneof(count, fc.double(), fc.integer())
  const usages = (value: fc.Arbitrary<number | undefined>) =>
    fc.record(
      {
        inputTokens: value,
        cacheReadTokens: value,
        cacheWrite5mTokens: value,
        cacheWrite1hTokens: value,
        inputAudioTokens: value,
        cacheReadAudioTokens: value,
        inputImageTokens: value,
        outputTokens: value,
        reasoningTokens: value,
        outputAudioTokens: value,
        outputImageTokens: value,
        webSearches: value,
        audioSeconds: value,
      },
      { requiredKeys: [] },
    ) as fc.Arbitrary<Usage>

  test('token units add up to the totals, and no quantity is negative or zero', () => {
    const property = fc.property(usages(anyNumber), (usage) => {
      const split = splitUsage(usage)
      if (split.kind !== 'units') return
      const sum = (units: readonly Unit[]) =>
        units.reduce((total, unit) => total + BigInt(split.units.get(unit) ?? 0), 0n)
      expect(sum(INPUT)).toBe(BigInt(usage.inputTokens ?? 0))
      expect(sum(OUTPUT)).toBe(BigInt(usage.outputTokens ?? 0))
      for (const [unit, quantity] of split.units) {
        expect(UNITS).toContain(unit)
        expect(quantity).toBeGreaterThan(0)
      }
    })
    fc.assert(property, { numRuns: 1000 })
  })

  test('parts that were added up to a total come back as they were', () => {
    const part = fc.nat({ max: 1_000_000 })
    const parts = fc.tuple(part, part, part, part, part, part, part, part, part)
    const property = fc.property(
      parts,
      ([rest, read, short, long, audio, image, out, think, talk]) => {
        const units = unitsOf({
          inputTokens: rest + read + short + long + audio + image,
          cacheReadTokens: read,
          cacheWrite5mTokens: short,
          cacheWrite1hTokens: long,
          inputAudioTokens: audio,
          inputImageTokens: image,
          outputTokens: out + think + talk,
          reasoningTokens: think,
          outputAudioTokens: talk,
        })
        const given = { input: rest, cache_read: read, cache_write: short, cache_write_1h: long }
        const more = { input_audio: audio, input_image: image, output: out, reasoning: think }
        const all = Object.entries({ ...given, ...more, output_audio: talk })
        expect(units).toEqual(Object.fromEntries(all.filter(([, quantity]) => quantity > 0)))
      },
    )
    fc.assert(property)
  })

  test('parts above their total are bad usage, however they are spread', () => {
    const positive = fc.integer({ min: 1, max: 1_000_000 })
    const property = fc.property(positive, positive, positive, (total, read, excess) => {
      const usage = {
        inputTokens: total,
        cacheReadTokens: read,
        cacheWrite5mTokens: total + excess,
      }
      expect(problemOf(usage)).toBe(
        `inputTokens is ${total}, but its parts add up to ${read + total + excess}`,
      )
    })
    fc.assert(property)
  })
})
