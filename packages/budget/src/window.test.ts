import * as fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { createWindows, type Period, type WindowRule } from './window.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const BERLIN: WindowRule = { period: 'day', zone: 'Europe/Berlin', weekStart: 1, fiscalStart: 1 }

/** Clocks that change at night, at midnight, at one, by half an hour, and in the south. */
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Africa/Cairo',
  'America/Havana',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
]

function find(rule: Partial<WindowRule>, instant: string) {
  const { id, startUnixMs, endUnixMs } = createWindows({ ...BERLIN, ...rule })(Date.parse(instant))
  return {
    id,
    start: iso(startUnixMs),
    end: iso(endUnixMs),
    hours: (endUnixMs - startUnixMs) / HOUR_MS,
  }
}

function iso(unixMs: number): string {
  return new Date(unixMs).toISOString().replace(':00.000Z', 'Z')
}

describe('a window', () => {
  test('is a day of the clock of its zone', () => {
    expect(find({}, '2026-11-23T23:30:00Z')).toEqual({
      id: 'day:2026-11-24',
      start: '2026-11-23T23:00Z',
      end: '2026-11-24T23:00Z',
      hours: 24,
    })
  })

  test('has 23 or 25 hours on the days on which the clock changes', () => {
    expect(find({}, '2026-03-29T12:00:00Z')).toMatchObject({ id: 'day:2026-03-29', hours: 23 })
    expect(find({}, '2026-10-25T12:00:00Z')).toMatchObject({ id: 'day:2026-10-25', hours: 25 })
  })

  test('begins with the first instant of a date without midnight', () => {
    expect(find({ zone: 'Africa/Cairo' }, '2026-04-24T12:00:00Z')).toEqual({
      id: 'day:2026-04-24',
      start: '2026-04-23T22:00Z',
      end: '2026-04-24T21:00Z',
      hours: 23,
    })
  })

  test('begins with the first of two midnights', () => {
    expect(find({ zone: 'America/Havana' }, '2026-11-01T04:30:00Z')).toMatchObject({
      id: 'day:2026-11-01',
      start: '2026-11-01T04:00Z',
      hours: 25,
    })
  })

  test('is a week from its own first day, across years', () => {
    const week = { period: 'week' } as const
    expect(find(week, '2027-01-01T12:00:00Z').id).toBe('week:2026-12-28')
    expect(find({ ...week, weekStart: 7 }, '2027-01-01T12:00:00Z').id).toBe('week:2026-12-27')
    expect(find({ ...week, weekStart: 6 }, '2027-01-01T12:00:00Z').id).toBe('week:2026-12-26')
    expect(find({ ...week, weekStart: 5 }, '2027-01-01T12:00:00Z').id).toBe('week:2027-01-01')
  })

  test('is a month, a leap February too', () => {
    const month = { period: 'month', zone: 'UTC' } as const
    expect(find(month, '2028-02-29T23:59:59Z')).toMatchObject({
      id: 'month:2028-02-01',
      hours: 696,
    })
    expect(find(month, '2100-02-28T12:00:00Z')).toMatchObject({
      id: 'month:2100-02-01',
      hours: 672,
    })
  })

  test('is a quarter or a year of the fiscal calendar', () => {
    const fiscal = { zone: 'Asia/Tokyo', fiscalStart: 4 }
    expect(find({ ...fiscal, period: 'quarter' }, '2027-02-10T00:00:00Z')).toMatchObject({
      id: 'quarter:2027-01-01',
      end: '2027-03-31T15:00Z',
    })
    expect(find({ ...fiscal, period: 'year' }, '2027-02-10T00:00:00Z')).toMatchObject({
      id: 'year:2026-04-01',
      start: '2026-03-31T15:00Z',
    })
    expect(find({ period: 'year' }, '2026-12-31T22:59:59Z').id).toBe('year:2026-01-01')
    expect(find({ period: 'year' }, '2026-12-31T23:00:00Z').id).toBe('year:2027-01-01')
  })

  test('is an hour of the clock, shown twice where the clock goes back', () => {
    const hour = { period: 'hour' } as const
    const first = find(hour, '2026-10-25T00:30:00Z')
    const second = find(hour, '2026-10-25T01:30:00Z')
    expect([first.start, second.start]).toEqual(['2026-10-25T00:00Z', '2026-10-25T01:00Z'])
    expect(first.id).not.toBe(second.id)
    expect(find({ ...hour, zone: 'Asia/Kolkata' }, '2026-11-23T12:15:00Z').start).toBe(
      '2026-11-23T11:30Z',
    )
  })

  test('of an hour ends where a clock changes by half an hour', () => {
    const hour = { period: 'hour', zone: 'Australia/Lord_Howe' } as const
    expect(find(hour, '2026-04-04T14:59:00Z')).toMatchObject({ end: '2026-04-04T15:00Z', hours: 1 })
    expect(find(hour, '2026-04-04T15:10:00Z')).toMatchObject({
      start: '2026-04-04T15:00Z',
      end: '2026-04-04T15:30Z',
    })
  })

  test('goes on for ever as a total', () => {
    const total = createWindows({ ...BERLIN, period: 'total' })
    expect(total(0)).toEqual({ id: 'total', startUnixMs: -Infinity, endUnixMs: Infinity })
  })

  test('is refused for what is no zone, day, month or instant', () => {
    expect(() => createWindows({ ...BERLIN, zone: 'Europe/Atlantis' })).toThrow(
      '"Europe/Atlantis" is no time zone; write it like Europe/Berlin',
    )
    expect(() => createWindows({ ...BERLIN, weekStart: 0 })).toThrow('weekStart is 0')
    expect(() => createWindows({ ...BERLIN, fiscalStart: 12.5 })).toThrow('fiscalStart is 12.5')
    expect(() => createWindows(BERLIN)(Number.NaN)).toThrow('no window holds NaN ms')
    expect(() => createWindows(BERLIN)(8.64e15)).toThrow('no window holds')
  })
})

const CALENDAR_PERIODS = ['day', 'week', 'month', 'quarter', 'year'] as const

/** The same question to another implementation of calendars and clocks. */
function askTemporal(
  rule: WindowRule & { period: (typeof CALENDAR_PERIODS)[number] },
  unixMs: number,
) {
  const date = Temporal.Instant.fromEpochMilliseconds(unixMs)
    .toZonedDateTimeISO(rule.zone)
    .toPlainDate()
  const monthsIn = (date.month - rule.fiscalStart + 12) % 12
  const starts = {
    day: date,
    week: date.subtract({ days: (date.dayOfWeek - rule.weekStart + 7) % 7 }),
    month: date.with({ day: 1 }),
    quarter: date.with({ day: 1 }).subtract({ months: monthsIn % 3 }),
    year: date.with({ day: 1 }).subtract({ months: monthsIn }),
  }
  const lengths = {
    day: { days: 1 },
    week: { days: 7 },
    month: { months: 1 },
    quarter: { months: 3 },
    year: { months: 12 },
  }
  const start = starts[rule.period]
  const end = start.add(lengths[rule.period])
  return {
    id: `${rule.period}:${start.toString()}`,
    startUnixMs: start.toZonedDateTime(rule.zone).epochMilliseconds,
    endUnixMs: end.toZonedDateTime(rule.zone).epochMilliseconds,
  }
}

function listClockChanges(zone: string, fromYear: number, toYear: number): number[] {
  const end = Date.UTC(toYear + 1, 0, 1)
  const changes: number[] = []
  let at = Temporal.Instant.fromEpochMilliseconds(Date.UTC(fromYear, 0, 1)).toZonedDateTimeISO(zone)
  for (;;) {
    const next = at.getTimeZoneTransition('next')
    if (next === null || next.epochMilliseconds >= end) return changes
    changes.push(next.epochMilliseconds)
    at = next
  }
}

describe('around every change of the clock in 20 years', () => {
  test.each(ZONES)('of %s', (zone) => {
    const changes = listClockChanges(zone, 2007, 2026)
    expect(changes.length).toBeGreaterThan(5)
    for (const period of CALENDAR_PERIODS) {
      const rule = { period, zone, weekStart: 1, fiscalStart: 4 }
      const windowOf = createWindows(rule)
      for (const change of changes) {
        for (const hours of [-25, -2, -1, -0.25, 0, 0.25, 1, 2, 25]) {
          const at = change + hours * HOUR_MS
          expect(windowOf(at), `${iso(at)} ${period}`).toEqual(askTemporal(rule, at))
        }
        expect(windowOf(change - 1)).toEqual(askTemporal(rule, change - 1))
      }
    }
  })

  test.each(ZONES)('hours of %s follow one another and keep to the clock', (zone) => {
    const windowOf = createWindows({ ...BERLIN, period: 'hour', zone })
    for (const change of listClockChanges(zone, 2007, 2026)) {
      let at = change - 3 * HOUR_MS
      while (at < change + 3 * HOUR_MS) {
        const { startUnixMs, endUnixMs } = windowOf(at)
        const [start, last] = [startUnixMs, endUnixMs - 1].map((unixMs) =>
          Temporal.Instant.fromEpochMilliseconds(unixMs).toZonedDateTimeISO(zone),
        )
        expect(start?.hour).toBe(last?.hour)
        expect(start?.offset).toBe(last?.offset)
        expect(windowOf(startUnixMs - 1).endUnixMs).toBe(startUnixMs)
        at = endUnixMs
      }
    }
  })
})

describe('any instant', () => {
  const instants = fc.integer({ min: Date.UTC(1975, 0, 1), max: Date.UTC(2075, 0, 1) })
  const zones = fc.constantFrom(
    ...ZONES,
    'UTC',
    'Asia/Kathmandu',
    'Pacific/Apia',
    'America/St_Johns',
  )
  const rules = fc.record({
    period: fc.constantFrom<Period>('hour', ...CALENDAR_PERIODS),
    zone: zones,
    weekStart: fc.integer({ min: 1, max: 7 }),
    fiscalStart: fc.integer({ min: 1, max: 12 }),
  })

  test('lies in its window, and the windows beside it touch it', () => {
    fc.assert(
      fc.property(rules, instants, (rule, at) => {
        const { id, startUnixMs, endUnixMs } = createWindows(rule)(at)
        expect(startUnixMs <= at && at < endUnixMs).toBe(true)
        for (const inside of [startUnixMs, endUnixMs - 1]) {
          expect(createWindows(rule)(inside).id).toBe(id)
        }
        const [before, after] = [startUnixMs - 1, endUnixMs].map(createWindows(rule))
        expect(before?.endUnixMs).toBe(startUnixMs)
        expect(after?.startUnixMs).toBe(endUnixMs)
        expect(new Set([before?.id, id, after?.id]).size).toBe(3)
      }),
      { numRuns: 500 },
    )
  })

  test('has the window that another calendar gives it', () => {
    const calendar = rules.filter(
      ({ period, zone }) => period !== 'hour' && zone !== 'America/St_Johns',
    )
    fc.assert(
      fc.property(calendar, instants, (rule, at) => {
        const asked = rule as WindowRule & { period: (typeof CALENDAR_PERIODS)[number] }
        const expected = askTemporal(asked, at)
        fc.pre(expected.startUnixMs < expected.endUnixMs && at < expected.endUnixMs)
        expect(createWindows(rule)(at)).toEqual(expected)
      }),
      { numRuns: 1000 },
    )
  })
})

test('the last day before the date line moved is followed by the day after the next', () => {
  const windowOf = createWindows({ ...BERLIN, zone: 'Pacific/Apia' })
  const moved = Date.parse('2011-12-30T10:00:00Z')
  expect(windowOf(moved - 1)).toMatchObject({ id: 'day:2011-12-29', endUnixMs: moved })
  expect(windowOf(moved)).toMatchObject({ id: 'day:2011-12-31', startUnixMs: moved })
  expect(windowOf(moved).endUnixMs - moved).toBe(DAY_MS)
})
