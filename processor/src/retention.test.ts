import type { Retained, RetainQuery, Store } from '@spancost/ledger'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startRetention } from './retention.ts'

const DAY_MS = 86_400_000
const NOON_MS = Date.UTC(2026, 7, 1, 12)

let asked: RetainQuery[]
let answer: () => Promise<Retained>
let errors: unknown[]
beforeEach(() => {
  vi.useFakeTimers({ now: NOON_MS })
  asked = []
  errors = []
  answer = () => Promise.resolve({ entries: 0, hourly: 0, decisions: 0, isDone: true })
})
afterEach(() => {
  vi.useRealTimers()
})

function start(given: { entriesMs?: number; hourlyMs?: number }) {
  const retention = { ...given, decisionsMs: 30 * DAY_MS }
  const retain: Store['retain'] = (query) => {
    asked.push(query)
    return answer()
  }
  return startRetention({
    store: { retain } as Store,
    retention,
    onError: (error) => errors.push(error),
  })
}

test('at the start and every ten minutes, with what is configured', async () => {
  const retention = start({ entriesMs: 90 * DAY_MS, hourlyMs: 800 * DAY_MS })
  await vi.advanceTimersByTimeAsync(600_001)
  expect(asked).toEqual(
    [NOON_MS, NOON_MS + 600_000].map((nowMs) => ({
      entriesBeforeUnixMs: nowMs - 90 * DAY_MS,
      hourlyBeforeUnixMs: nowMs - 800 * DAY_MS,
      decisionsBeforeUnixMs: nowMs - 30 * DAY_MS,
      limit: 200,
    })),
  )
  await retention.stop()
  await vi.advanceTimersByTimeAsync(2_000_000)
  expect(asked).toHaveLength(2)
})

test('without a configured time entries and sums stay', async () => {
  const retention = start({})
  await vi.advanceTimersByTimeAsync(1)
  expect(asked).toEqual([{ decisionsBeforeUnixMs: NOON_MS - 30 * DAY_MS, limit: 200 }])
  await retention.stop()
})

test('step by step until nothing is left', async () => {
  let steps = 3
  answer = () => {
    steps -= 1
    return Promise.resolve({ entries: 200, hourly: 0, decisions: 0, isDone: steps === 0 })
  }
  const retention = start({ entriesMs: DAY_MS })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(asked).toHaveLength(3)
  expect(asked[0]).not.toHaveProperty('hourlyBeforeUnixMs')
  await retention.stop()
})

test('a failure is told, and the next pass tries again', async () => {
  answer = () => Promise.reject(new Error('the disk is full'))
  const retention = start({ entriesMs: DAY_MS })
  await vi.advanceTimersByTimeAsync(600_001)
  expect(errors).toEqual([new Error('the disk is full'), new Error('the disk is full')])
  await retention.stop()
})
