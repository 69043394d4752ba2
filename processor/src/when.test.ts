import { openZone } from '@spancost/budget'
import { expect, test } from 'vitest'
import { readRange, readWhen, resolveRange, resolveWhen } from './when.ts'

/** A Wednesday; 0:30 of Thursday in Berlin. */
const NOW_MS = Date.parse('2026-07-01T22:30:00Z')

function resolve(text: string, zone: string): string | undefined {
  const when = readWhen(text)
  return when && new Date(resolveWhen(when, openZone(zone), NOW_MS)).toISOString()
}

test.each([
  ['2026-08-01', 'UTC', '2026-08-01T00:00:00.000Z'],
  ['2026-08-01', 'Europe/Berlin', '2026-07-31T22:00:00.000Z'],
  ['2026-08-01T12:30', 'Asia/Kolkata', '2026-08-01T07:00:00.000Z'],
  ['2026-08-01T12:30Z', 'Asia/Kolkata', '2026-08-01T12:30:00.000Z'],
  ['2026-08-01T12:30+01:00', 'Asia/Kolkata', '2026-08-01T11:30:00.000Z'],
  ['1785585600000', 'Asia/Kolkata', '2026-08-01T12:00:00.000Z'],
  ['now', 'UTC', '2026-07-01T22:30:00.000Z'],
  ['24h', 'UTC', '2026-06-30T22:30:00.000Z'],
  ['7d', 'UTC', '2026-06-24T22:30:00.000Z'],
  ['2w', 'UTC', '2026-06-17T22:30:00.000Z'],
  ['today', 'UTC', '2026-07-01T00:00:00.000Z'],
  ['today', 'Europe/Berlin', '2026-07-01T22:00:00.000Z'],
  ['yesterday', 'Europe/Berlin', '2026-06-30T22:00:00.000Z'],
  ['this-week', 'UTC', '2026-06-29T00:00:00.000Z'],
  ['last-month', 'Europe/Berlin', '2026-05-31T22:00:00.000Z'],
])('%s in %s', (text, zone, expected) => {
  expect(resolve(text, zone)).toBe(expected)
})

test.each(['', 'tomorrow', '-1d', '7m', 'toString', '2026-13-01', '2026-08-01T25:00'])(
  '%j is none',
  (text) => {
    expect(resolve(text, 'UTC')).toBeUndefined()
  },
)

test.each([
  ['today', 'Europe/Berlin', '2026-07-01T22:00:00.000Z', '2026-07-02T22:00:00.000Z'],
  ['yesterday', 'UTC', '2026-06-30T00:00:00.000Z', '2026-07-01T00:00:00.000Z'],
  ['last-month', 'UTC', '2026-06-01T00:00:00.000Z', '2026-07-01T00:00:00.000Z'],
  ['24h', 'UTC', '2026-06-30T22:30:00.000Z', '2026-07-01T22:30:00.000Z'],
])('the range %s in %s', (text, zone, from, to) => {
  const { fromUnixMs, toUnixMs } = resolveRange(readRange(text)!, openZone(zone), NOW_MS)
  expect([fromUnixMs, toUnixMs].map((ms) => new Date(ms).toISOString())).toEqual([from, to])
})

test('a point in time is no range', () => {
  expect(readRange('now')).toBeUndefined()
  expect(readRange('2026-08-01')).toBeUndefined()
})
