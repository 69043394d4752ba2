import { expect, test } from 'vitest'
import { createStaleness } from './staleness.ts'

test('staleness is the longest delay of the last minute, and nothing where there was none', () => {
  let nowMs = 1_000_000
  const staleness = createStaleness(() => nowMs)
  expect(staleness.read()).toBeUndefined()
  staleness.observe(nowMs - 700)
  nowMs += 30_000
  staleness.observe(nowMs - 200)
  expect(staleness.read()).toBe(700)
  nowMs += 30_000
  expect(staleness.read()).toBe(200)
  nowMs += 30_000
  expect(staleness.read()).toBeUndefined()
  // Clocks of others may be ahead of ours.
  staleness.observe(nowMs + 50)
  expect(staleness.read()).toBe(0)
})
