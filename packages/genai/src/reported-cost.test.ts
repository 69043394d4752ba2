import { expect, test } from 'vitest'
import type { AttributeValue } from './operation.ts'
import { readReportedCost, type CostSource } from './reported-cost.ts'
import { SpanReader } from './values.ts'

function read(attributes: Readonly<Record<string, AttributeValue>>, source: CostSource) {
  const attribute = (key: string) => attributes[key]
  return readReportedCost(
    new SpanReader({ name: '', scopeName: '', scopeVersion: '', attribute }),
    source,
  )
}

test.each<[AttributeValue, string | undefined]>([
  [0.0238275, '0.0238275'],
  ['0.0238275000', '0.0238275'],
  [1e-7, '0.0000001'],
  [1.25e-9, '0.00000000125'],
  [12, '12'],
  [0, '0'],
  ['007.50', '7.5'],
  [3n, '3'],
  [1e21, '1000000000000000000000'],
  ['1.5e3', '1500'],
  [-1, undefined],
  [Number.NaN, undefined],
  ['free', undefined],
  [true, undefined],
  ['1e99', undefined],
])('the amount %o is %s', (value, amount) => {
  expect(read({ cost: value }, { amount: 'cost' })?.amount).toBe(amount)
})

test('an estimate, unless it is known that the provider or a gateway billed it', () => {
  expect(read({ cost: 0.5 }, { amount: 'cost' })).toEqual({
    amount: '0.5',
    currency: 'USD',
    source: 'local',
    key: 'cost',
  })
  expect(read({ cost: 0.5 }, { amount: 'cost', source: 'provider' })?.source).toBe('provider')
})

test('the span may say whose figure it is, and must say the currency where it should', () => {
  const source = { amount: 'cost', currencyKey: 'currency', sourceKey: 'source' }
  const billed = { cost: 0.5, currency: 'eur', source: 'provider' }
  expect(read(billed, source)).toMatchObject({ currency: 'EUR', source: 'provider' })
  expect(read({ ...billed, source: 'someone' }, source)?.source).toBe('local')
  expect(read({ cost: 0.5, source: 'provider' }, source)).toBeUndefined()
  expect(read({ ...billed, currency: 'dollars' }, source)).toBeUndefined()
})

test("xAI's ticks are 1e-10 dollars", () => {
  const source = { amount: 'meta#xai.costInUsdTicks', scale: 10 }
  const ticks = (count: number) => ({ meta: `{"xai":{"costInUsdTicks":${count}}}` })
  expect(read(ticks(37756000), source)).toMatchObject({ amount: '0.0037756', key: 'meta' })
  expect(read(ticks(20000000000), source)?.amount).toBe('2')
})
