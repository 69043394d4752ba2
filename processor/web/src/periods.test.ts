import { expect, test } from 'vitest'
import { boundPeriod } from './periods.ts'

const BERLIN = 'Europe/Berlin'

test.each([
  // The day on which clocks go back has 25 hours: named by dates it needs no reckoning.
  ['2026-10-25T00:00:00+02:00', 'day', '2026-10-26'],
  ['2026-12-28T00:00:00+01:00', 'week', '2027-01-04'],
  ['2026-12-01T00:00:00+01:00', 'month', '2027-01-01'],
  ['2026-10-25T02:00:00+02:00', 'hour', '2026-10-25T01:00:00.000Z'],
])('%s and a %s end at %s', (start, granularity, to) => {
  expect(boundPeriod(start, granularity, {}, BERLIN)).toEqual({ from: start, to })
})

test('a period is cut where the range ends', () => {
  const whole = { from: '2026-10-25T05:00:00.000Z', to: '2026-10-25T22:30:00.000Z' }
  expect(boundPeriod('2026-10-25T00:00:00+02:00', 'day', whole, BERLIN)).toEqual(whole)
  // 23:00Z is midnight in Berlin by then: nothing is cut.
  const later = { ...whole, to: '2026-10-25T23:00:00.000Z' }
  expect(boundPeriod('2026-10-25T00:00:00+02:00', 'day', later, BERLIN).to).toBe('2026-10-26')
})
