import { describe, expect, test } from 'vitest'
import { createSlots, forecastEnd, measureError, type HourSpend } from './forecast.ts'
import { createWindows } from './window.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const monthOf = createWindows({ period: 'month', zone: 'UTC', weekStart: 1, fiscalStart: 1 })

/** 10 in each hour from 9 to 17 on weekdays, nothing else: 400 a week. */
function officeHours(fromDay: string, toDay: string, perHour = 10n): HourSpend[] {
  const hours: HourSpend[] = []
  for (let at = Date.parse(fromDay); at < Date.parse(toDay); at += HOUR_MS) {
    const date = new Date(at)
    const isAtWork =
      date.getUTCDay() % 6 !== 0 && date.getUTCHours() >= 9 && date.getUTCHours() < 17
    if (isAtWork) hours.push({ startUnixMs: at, amount: perHour })
  }
  return hours
}

function forecast(now: string, since: string, history: readonly HourSpend[], zone = 'UTC') {
  const nowUnixMs = Date.parse(now)
  const window = monthOf(nowUnixMs)
  const spent = history
    .filter(({ startUnixMs }) => startUnixMs >= window.startUnixMs)
    .reduce((sum, { amount }) => sum + amount, 0n)
  const knownSinceUnixMs = Date.parse(since)
  return forecastEnd({ window, zone, nowUnixMs, spent, history, knownSinceUnixMs })
}

describe('a forecast', () => {
  test('knows weekends: November 2026 has 21 working days', () => {
    // On Saturday the 14th, 10 working days are over and 11 are to come, 80 each.
    const history = officeHours('2026-10-03', '2026-11-14')
    expect(forecast('2026-11-14T00:00:00Z', '2026-10-03', history)).toEqual({
      amount: 1680n,
      method: 'profile',
    })
  })

  test('counts the hour that has begun by what is left of it', () => {
    // On Monday the 30th at 16:15: the month's last 45 minutes of work see 3/4 of 10.
    const history = officeHours('2026-10-05', '2026-11-30T16:00:00Z')
    expect(forecast('2026-11-30T16:15:00Z', '2026-10-05', history)?.amount).toBe(1600n + 70n + 7n)
  })

  test('follows the trend of the last week', () => {
    // Three weeks of 400, then one of 800: last over usual is 800 / 500.
    const usual = officeHours('2026-10-17', '2026-11-07')
    const doubled = officeHours('2026-11-07', '2026-11-14', 20n)
    const made = forecast('2026-11-14T00:00:00Z', '2026-10-17', [...usual, ...doubled])
    // 11 days to come, each usually 100, by 1.6; and 400 + 800 so far.
    expect(made?.amount).toBe(1200n + 1760n)
  })

  test('is the straight line without two weeks of history', () => {
    const history = [{ startUnixMs: Date.parse('2026-11-02'), amount: 300n }]
    expect(forecast('2026-11-04T00:00:00Z', '2026-11-01', history)).toEqual({
      amount: 3000n,
      method: 'line',
    })
  })

  test('is not made in the first hour, nor without end', () => {
    expect(forecast('2026-11-01T00:59:59Z', '2026-10-31', [])).toBeUndefined()
    const endless = { id: 'total', startUnixMs: -Infinity, endUnixMs: Infinity }
    const input = { window: endless, zone: 'UTC', nowUnixMs: 0, spent: 5n, history: [] }
    expect(forecastEnd({ ...input, knownSinceUnixMs: 0 })).toBeUndefined()
  })

  test('of money is exact in its arithmetic, far beyond doubles', () => {
    const history = [{ startUnixMs: Date.parse('2026-11-02'), amount: 10n ** 30n + 1n }]
    expect(forecast('2026-11-11T00:00:00Z', '2026-11-01', history)?.amount).toBe(
      3n * 10n ** 30n + 3n,
    )
  })
})

test('hours of the week follow the clock of the zone', () => {
  // Sunday 23:30 in UTC is Monday 00:30 in Berlin.
  expect(createSlots('UTC')(Date.parse('2026-11-22T23:30:00Z'))).toBe(23)
  expect(createSlots('Europe/Berlin')(Date.parse('2026-11-22T23:30:00Z'))).toBe(24)
})

describe('the error of forecasts', () => {
  const input = (now: string, since: string, history: readonly HourSpend[]) => ({
    zone: 'UTC',
    nowUnixMs: Date.parse(now),
    knownSinceUnixMs: Date.parse(since),
    history,
  })
  const dayOf = createWindows({ period: 'day', zone: 'UTC', weekStart: 1, fiscalStart: 1 })

  test('is 0 where every hour was like the other', () => {
    const history = Array.from({ length: 72 }, (_, hour) => ({
      startUnixMs: Date.parse('2026-11-01') + hour * HOUR_MS,
      amount: 7n,
    }))
    expect(measureError(dayOf, input('2026-11-04T05:00:00Z', '2026-11-01', history))).toEqual({
      windows: 3,
      meanPercent: 0,
    })
  })

  test('is what the middle of a window did not know', () => {
    // All in the first half: the line says twice as much. All in the second: it says nothing.
    const history = [
      { startUnixMs: Date.parse('2026-11-01T01:00:00Z'), amount: 50n },
      { startUnixMs: Date.parse('2026-11-02T20:00:00Z'), amount: 50n },
    ]
    expect(measureError(dayOf, input('2026-11-03T12:00:00Z', '2026-11-01', history))).toEqual({
      windows: 2,
      meanPercent: 100,
    })
  })

  test('is unknown without a past window', () => {
    expect(measureError(dayOf, input('2026-11-01T12:00:00Z', '2026-11-01', []))).toBeUndefined()
    const early = Date.parse('2026-11-01') - DAY_MS / 2
    const history = [{ startUnixMs: early, amount: 1n }]
    const since = new Date(early).toISOString()
    expect(measureError(dayOf, input('2026-11-01T12:00:00Z', since, history))).toBeUndefined()
  })
})
