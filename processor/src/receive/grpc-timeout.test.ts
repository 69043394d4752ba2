import { expect, test } from 'vitest'
import { readTimeoutMs } from './grpc-timeout.ts'

test.each([
  ['2H', 7_200_000],
  ['3M', 180_000],
  ['10S', 10_000],
  ['250m', 250],
  ['1500u', 1.5],
  ['99999999n', 99.999_999],
  ['0S', 0],
  // Longer than timers can count: 99999999 hours.
  ['99999999H', undefined],
  ['100000000S', undefined],
  ['10s', undefined],
  ['-1S', undefined],
  ['1.5S', undefined],
  ['', undefined],
  [undefined, undefined],
])('%s', (header, timeoutMs) => {
  expect(readTimeoutMs(header)).toBe(timeoutMs)
})
