import type { Operation, Usage } from '@spancost/genai'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadBook } from './book.ts'
import { rateOperation } from './rate.ts'
import { sumParts } from './rating.ts'
import type { Rating } from './rating.ts'

const book = await loadBook()
const AT_MS = Date.parse('2026-09-23T12:00:00Z')

interface Call {
  readonly provider: string
  readonly requestModel: string
  readonly usage: Usage
}

function rate(call: Call): Rating {
  const operation: Operation = { dialect: 'otel', role: 'leaf', name: 'chat', ...call }
  return rateOperation(operation, AT_MS, book)
}

describe('any usage', () => {
  const whole = fc.nat({ max: 2 ** 40 })
  const parts = fc.record({
    plain: whole,
    cacheReadTokens: whole,
    cacheWrite5mTokens: whole,
    cacheWrite1hTokens: whole,
    outputTokens: whole,
    webSearches: whole,
  })

  it('gives lines and parts that add up to the cost', () => {
    fc.assert(
      fc.property(parts, ({ plain, ...counts }) => {
        const { cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens } = counts
        const cached = cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens
        const usage = { ...counts, inputTokens: plain + cached }
        const rating = rate({ provider: 'anthropic', requestModel: 'claude-opus-4-5', usage })
        // Opus 4.5: 5, 0.50, 6.25, 10 and 25 per million, 10 per thousand; in atto per unit.
        const expected =
          BigInt(plain) * 5_000_000_000_000n +
          BigInt(cacheReadTokens) * 500_000_000_000n +
          BigInt(cacheWrite5mTokens) * 6_250_000_000_000n +
          BigInt(cacheWrite1hTokens) * 10_000_000_000_000n +
          BigInt(counts.outputTokens) * 25_000_000_000_000n +
          BigInt(counts.webSearches) * 10_000_000_000_000_000n
        expect(rating.costAtto).toBe(expected)
        expect(Object.values(sumParts(rating)).reduce((a, b) => a + b)).toBe(expected)
      }),
    )
  })

  const MODELS = [
    ['anthropic', 'claude-sonnet-4-5'],
    ['openai', 'gpt-5.4'],
    ['google', 'gemini-2.5-pro'],
    ['x-ai', 'grok-4-fast'],
    ['aws', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
  ] as const

  /** Around the sizes from which on a long context costs more as well. */
  const counts = fc.tuple(
    fc.integer({ min: 0, max: 300_000 }),
    fc.integer({ min: 0, max: 100_000 }),
    fc.integer({ min: 0, max: 100_000 }),
  )

  it('never falls when a unit is added', () => {
    const one = fc.constantFrom('inputTokens', 'cacheReadTokens', 'outputTokens')
    fc.assert(
      fc.property(fc.constantFrom(...MODELS), counts, one, (name, [plain, read, output], unit) => {
        const [provider, requestModel] = name
        const usage = { inputTokens: plain + read, cacheReadTokens: read, outputTokens: output }
        // A cached token more is an input token more.
        const more = { ...usage, [unit]: usage[unit] + 1 }
        if (unit === 'cacheReadTokens') more.inputTokens += 1
        const [before, after] = [usage, more].map((each) =>
          rate({ provider, requestModel, usage: each }),
        )
        expect(after?.costAtto).toBeGreaterThan(before?.costAtto ?? -1n)
      }),
    )
  })

  it('is the same when a call is rated again, by a book that was opened again', async () => {
    const again = await loadBook()
    fc.assert(
      fc.property(
        fc.constantFrom(...MODELS),
        counts,
        ([provider, model], [plain, read, output]) => {
          const usage = { inputTokens: plain + read, cacheReadTokens: read, outputTokens: output }
          const call = { dialect: 'otel', role: 'leaf', name: 'chat', provider, usage } as const
          const operation = { ...call, requestModel: model }
          expect(rateOperation(operation, AT_MS, again)).toEqual(
            rateOperation(operation, AT_MS, book),
          )
        },
      ),
    )
  })

  it('has an answer, whatever numbers a span holds', () => {
    const anyUsage = fc.record(
      { inputTokens: fc.double(), outputTokens: fc.double(), audioSeconds: fc.double() },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(anyUsage, (usage) => {
        const rating = rate({ provider: 'groq', requestModel: 'whisper-large-v3', usage })
        expect(rating.costAtto === undefined).toBe(rating.status === 'unpriced')
        expect(rating.reason === undefined).toBe(rating.status === 'priced')
      }),
    )
  })
})
