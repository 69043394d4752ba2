import { expect, test } from 'vitest'
import { createWindows, type Period } from './window.ts'
import { findInstant, openZone } from './zone.ts'

/** Start and end of the window that an instant lies in, as ISO 8601 in UTC. */
function findWindow(zone: string, period: Period, instant: string): string[] {
  const windowOf = createWindows({ period, zone, weekStart: 1, fiscalStart: 1 })
  const window = windowOf(Date.parse(instant))
  return [window.startUnixMs, window.endUnixMs].map((ms) =>
    new Date(ms).toISOString().replace(':00.000Z', 'Z'),
  )
}

test.each<[string, Period, string, string, string]>([
  ['UTC', 'hour', '2026-03-01T10:30Z', '2026-03-01T10:00Z', '2026-03-01T11:00Z'],
  ['UTC', 'day', '2026-03-01T10:30Z', '2026-03-01T00:00Z', '2026-03-02T00:00Z'],
  // 1 March 2026 is a Sunday: its week began on Monday, 23 February.
  ['UTC', 'week', '2026-03-01T10:30Z', '2026-02-23T00:00Z', '2026-03-02T00:00Z'],
  ['UTC', 'month', '2024-02-29T23:59Z', '2024-02-01T00:00Z', '2024-03-01T00:00Z'],
  ['Europe/Berlin', 'day', '2026-01-31T23:30Z', '2026-01-31T23:00Z', '2026-02-01T23:00Z'],
  ['Europe/Berlin', 'month', '2026-01-31T23:30Z', '2026-01-31T23:00Z', '2026-02-28T23:00Z'],
  // Clocks go forward on 29 March 2026 and back on 25 October: 23 and 25 hours.
  ['Europe/Berlin', 'day', '2026-03-29T12:00Z', '2026-03-28T23:00Z', '2026-03-29T22:00Z'],
  ['Europe/Berlin', 'day', '2026-10-25T12:00Z', '2026-10-24T22:00Z', '2026-10-25T23:00Z'],
  // The hour from 2:00 comes twice, and is two hours.
  ['Europe/Berlin', 'hour', '2026-10-25T00:30Z', '2026-10-25T00:00Z', '2026-10-25T01:00Z'],
  ['Europe/Berlin', 'hour', '2026-10-25T01:30Z', '2026-10-25T01:00Z', '2026-10-25T02:00Z'],
  ['Asia/Kolkata', 'hour', '2026-03-01T10:15Z', '2026-03-01T09:30Z', '2026-03-01T10:30Z'],
  ['Asia/Kolkata', 'day', '2026-03-01T18:30Z', '2026-03-01T18:30Z', '2026-03-02T18:30Z'],
  ['Asia/Kathmandu', 'day', '2026-03-01T18:14Z', '2026-02-28T18:15Z', '2026-03-01T18:15Z'],
  ['America/New_York', 'day', '2026-03-08T12:00Z', '2026-03-08T05:00Z', '2026-03-09T04:00Z'],
  // Cairo's clocks go forward at midnight: 24 April 2026 begins at 1:00.
  ['Africa/Cairo', 'day', '2026-04-24T12:00Z', '2026-04-23T22:00Z', '2026-04-24T21:00Z'],
  // Havana's go back at 1:00 to midnight, which comes twice: the day begins with the first.
  ['America/Havana', 'day', '2026-11-01T12:00Z', '2026-11-01T04:00Z', '2026-11-02T05:00Z'],
  // Lord Howe's go back by half an hour, from 2:00 to 1:30.
  ['Australia/Lord_Howe', 'hour', '2026-04-04T14:30Z', '2026-04-04T14:00Z', '2026-04-04T15:00Z'],
  ['Australia/Lord_Howe', 'hour', '2026-04-04T15:10Z', '2026-04-04T15:00Z', '2026-04-04T15:30Z'],
  ['Australia/Lord_Howe', 'hour', '2026-04-04T15:40Z', '2026-04-04T15:30Z', '2026-04-04T16:30Z'],
  // Samoa left 30 December 2011 out.
  ['Pacific/Apia', 'day', '2011-12-30T09:00Z', '2011-12-29T10:00Z', '2011-12-30T10:00Z'],
  ['Pacific/Apia', 'day', '2011-12-30T10:00Z', '2011-12-30T10:00Z', '2011-12-31T10:00Z'],
  ['+05:30', 'day', '2026-03-01T18:30Z', '2026-03-01T18:30Z', '2026-03-02T18:30Z'],
])('%s, the %s of %s', (zone, period, instant, start, end) => {
  expect(findWindow(zone, period, instant)).toEqual([start, end])
})

test('a wall clock is read in the zone', () => {
  const berlin = openZone('Europe/Berlin')
  expect(findInstant(berlin, Date.UTC(2026, 6, 1, 12))).toBe(Date.UTC(2026, 6, 1, 10))
  expect(berlin.wallMsAt(Date.UTC(2026, 6, 1, 10))).toBe(Date.UTC(2026, 6, 1, 12))
  // 2:30 is skipped: the clock shows 3:00 next.
  expect(findInstant(berlin, Date.UTC(2026, 2, 29, 2, 30))).toBe(Date.UTC(2026, 2, 29, 1))
})

test('a zone that there is not', () => {
  expect(() => openZone('Europe/Atlantis')).toThrow(RangeError)
})
