/**
 * What calls cost, checked against `oracle/price_cases.py`: rates typed from public tables and
 * multiplied by rational arithmetic that shares nothing with the engine.
 */
import { readFileSync } from 'node:fs'
import type { Operation, Usage } from '@spancost/genai'
import { describe, expect, it } from 'vitest'
import { loadBook } from './book.ts'
import { formatAmount } from './money.ts'
import { rateOperation } from './rate.ts'
import { sumParts } from './rating.ts'
import type { Rating } from './rating.ts'

interface Case {
  readonly provider: string
  readonly model: string
  readonly at: string
  readonly serviceTier?: string
  readonly region?: string
  readonly usage: Usage
  readonly usd: string
}

const book = await loadBook()
const file = new URL('../oracle/price-cases.json', import.meta.url)
const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly Case[]

function rate({ model, at, usd: _usd, ...rest }: Case): Rating {
  const operation: Operation = {
    dialect: 'record',
    role: 'leaf',
    name: 'record',
    requestModel: model,
    ...rest,
  }
  return rateOperation(operation, Date.parse(at), book)
}

describe('the price cases', () => {
  it('are at least 400', () => {
    expect(cases.length).toBeGreaterThanOrEqual(400)
  })

  it('cost what the oracle says, to the last digit', () => {
    const wrong = cases.flatMap((each) => {
      const { costAtto, status, detail } = rate(each)
      const usd = costAtto === undefined ? undefined : formatAmount(costAtto)
      const isRight = usd === each.usd && (status === 'priced' || status === 'free')
      return isRight ? [] : [{ ...each, usd: `${usd}, not ${each.usd}`, status, detail }]
    })
    expect(wrong).toEqual([])
  })

  it('have parts that add up to the cost', () => {
    for (const each of cases) {
      const rating = rate(each)
      const sum = Object.values(sumParts(rating)).reduce((a, b) => a + b)
      expect(sum).toBe(rating.costAtto)
    }
  })

  it('cost the same when they are priced again', () => {
    expect(cases.map(rate)).toEqual(cases.map(rate))
  })

  it('cost no less when any count grows', () => {
    for (const each of cases) {
      const before = rate(each).costAtto ?? 0n
      for (const field of Object.keys(each.usage) as (keyof Usage)[]) {
        const usage = { ...each.usage, [field]: (each.usage[field] ?? 0) + 1 }
        // A part must stay within its total.
        if (INPUT_PARTS.has(field)) usage.inputTokens = (usage.inputTokens ?? 0) + 1
        if (OUTPUT_PARTS.has(field)) usage.outputTokens = (usage.outputTokens ?? 0) + 1
        const after = rate({ ...each, usage }).costAtto ?? -1n
        expect(after, `${each.provider} ${each.model} ${field}`).toBeGreaterThanOrEqual(before)
      }
    }
  })
})

const INPUT_PARTS: ReadonlySet<string> = new Set([
  'cacheReadTokens',
  'cacheWrite5mTokens',
  'cacheWrite1hTokens',
  'inputAudioTokens',
  'cacheReadAudioTokens',
  'inputImageTokens',
])
const OUTPUT_PARTS: ReadonlySet<string> = new Set([
  'outputAudioTokens',
  'outputImageTokens',
  'reasoningTokens',
])
