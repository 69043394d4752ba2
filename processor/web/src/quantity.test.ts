import { expect, test } from 'vitest'
import {
  findElapsed,
  magnitude,
  readAlertKey,
  shortenQuantity,
  writePercent,
  writeQuantity,
} from './quantity.ts'

test('quantities are money, tokens or operations', () => {
  expect(magnitude({ amount: '2.5', currency: 'USD' })).toBe(2_500_000_000_000_000_000n)
  expect(magnitude({ tokens: 9_007_199_254_740_993n })).toBe(9_007_199_254_740_993n)
  expect(writeQuantity({ amount: '1000.000001', currency: 'USD' })).toBe('1,000.000001 USD')
  expect(writeQuantity({ tokens: 5_000_000 })).toBe('5,000,000 tokens')
  expect(shortenQuantity({ amount: '1000.000001', currency: 'USD' })).toBe('$1,000.00')
  expect(writeQuantity({ amount: '1000.5', currency: 'EUR' })).toBe('1,000.5 EUR')
  expect(shortenQuantity({ amount: '1000.5', currency: 'EUR' })).toBe('EUR 1,000.50')
  expect(shortenQuantity({ tokens: 7 })).toBe('7 tokens')
  expect(writeQuantity({ operations: 0 })).toBe('0 operations')
})

test.each([
  [0, '0.0 %'],
  [0.001, '< 0.1 %'],
  [99.999, '99.9 %'],
  [100, '100.0 %'],
  [1234.56, '1234 %'],
])('%d percent are %s', (percent, shown) => {
  expect(writePercent(percent)).toBe(shown)
})

test('a window has gone by in part, and never more than once', () => {
  const window = { start: '2026-11-01T00:00:00Z', end: '2026-11-11T00:00:00Z' }
  expect(findElapsed(window, Date.parse('2026-11-03T12:00:00Z'))).toBe(0.25)
  expect(findElapsed(window, Date.parse('2027-01-01T00:00:00Z'))).toBe(1)
  expect(findElapsed({}, 0)).toBeUndefined()
})

test.each([
  [
    'budget/web/month:2026-11/spent/80',
    { budgetId: 'web', who: [], windowId: 'month:2026-11', of: 'spent', percent: '80' },
  ],
  [
    'budget/per-user/%5B%22%3Cb%3E%2Fx%22%5D/day:2026-11-23/forecast/100',
    {
      budgetId: 'per-user',
      who: ['<b>/x'],
      windowId: 'day:2026-11-23',
      of: 'forecast',
      percent: '100',
    },
  ],
  ['budget/web/%5B/total/spent/50', expect.objectContaining({ who: ['%5B'] })],
  ['feed/silent', undefined],
])('the key %s tells what an alert is about', (key, expected) => {
  expect(readAlertKey(key)).toEqual(expected)
})
