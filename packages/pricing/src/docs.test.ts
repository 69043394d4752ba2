import { readFileSync } from 'node:fs'
import type { Operation } from '@spancost/genai'
import { expect, it } from 'vitest'
import { loadBook } from './book.ts'
import { formatAmount } from './money.ts'
import { rateOperation } from './rate.ts'

const book = await loadBook()
const page = readFileSync(new URL('../../../docs/prices.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/^(\{"provider".*\})\n→ (.*)$/gm)]

it('the page has an example for each trap', () => {
  expect(examples.length).toBeGreaterThanOrEqual(25)
})

it.each(examples.map(([, call = '', usd]) => [call, usd]))('%s', (call, usd) => {
  const { timestamp, model, ...rest } = JSON.parse(call) as Omit<Operation, 'requestModel'> & {
    readonly timestamp: string
    readonly model: string
  }
  const operation = { ...rest, dialect: 'record', role: 'leaf', name: 'chat', requestModel: model }
  const { costAtto, reason } = rateOperation(operation as Operation, Date.parse(timestamp), book)
  expect(costAtto === undefined ? reason : formatAmount(costAtto)).toBe(usd)
})
