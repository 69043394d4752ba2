import { expect, test } from 'vitest'
import { splitAtHours, toHourTime, toUnixNanoRange } from './hours.ts'

const HOUR = 3_600_000_000_000n

test('a time is an hour and the nanoseconds within it', () => {
  expect(toHourTime(0n)).toEqual({ hour: 0n, nano: 0n })
  expect(toHourTime(HOUR - 1n)).toEqual({ hour: 0n, nano: HOUR - 1n })
  expect(toHourTime(5n * HOUR + 7n)).toEqual({ hour: 5n, nano: 7n })
  expect(toHourTime(2n ** 64n - 1n)).toEqual({ hour: 5_124_095n, nano: 2_073_709_551_615n })
})

test('bounds are in nanoseconds, within what OTLP can say', () => {
  expect(toUnixNanoRange({})).toEqual({ from: 0n, to: 2n ** 64n })
  expect(toUnixNanoRange({ fromUnixMs: 3, toUnixMs: 5 })).toEqual({
    from: 3_000_000n,
    to: 5_000_000n,
  })
  expect(toUnixNanoRange({ fromUnixMs: -1, toUnixMs: Number.MAX_SAFE_INTEGER })).toEqual({
    from: 0n,
    to: 2n ** 64n,
  })
})

test('a bound that is not a whole number is refused by name', () => {
  expect(() => toUnixNanoRange({ fromUnixMs: 1.5 })).toThrow('fromUnixMs 1.5 is not a whole number')
  expect(() => toUnixNanoRange({ toUnixMs: NaN })).toThrow('toUnixMs NaN is not a whole number')
})

test.each([
  { what: 'whole hours only', from: 2n * HOUR, to: 5n * HOUR, hours: [2n, 5n], rests: [] },
  {
    what: 'rests on both sides',
    from: 2n * HOUR - 3n,
    to: 5n * HOUR + 4n,
    hours: [2n, 5n],
    rests: [
      [2n * HOUR - 3n, 2n * HOUR],
      [5n * HOUR, 5n * HOUR + 4n],
    ],
  },
  {
    what: 'two rests that meet',
    from: HOUR - 1n,
    to: HOUR + 1n,
    hours: [1n, 1n],
    rests: [
      [HOUR - 1n, HOUR],
      [HOUR, HOUR + 1n],
    ],
  },
  { what: 'a part of one hour', from: 10n, to: 20n, hours: [1n, 0n], rests: [[10n, 20n]] },
  { what: 'nothing, on the hour', from: HOUR, to: HOUR, hours: [1n, 1n], rests: [] },
  { what: 'nothing, within an hour', from: 10n, to: 10n, hours: [1n, 0n], rests: [] },
  { what: 'nothing, backwards', from: 20n, to: 10n, hours: [1n, 0n], rests: [] },
])('$what', ({ from, to, hours, rests }) => {
  expect(splitAtHours({ from, to })).toEqual({
    hours: { from: hours[0], to: hours[1] },
    rests: rests.map((rest) => ({ from: rest[0], to: rest[1] })),
  })
})
