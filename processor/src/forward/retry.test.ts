import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Consume, OtlpRequest, Result } from '../consume.ts'
import { withRetry } from './retry.ts'

const REQUEST: OtlpRequest = { signal: 'traces', encoding: 'json', body: Buffer.from('{}') }
const BUSY: Result = { kind: 'retryable', message: 'busy' }
const ACCEPTED: Result = { kind: 'accepted' }

/** A clock that only sleeping moves, and how long each sleep was. */
const clock = vi.hoisted(() => ({ nowMs: 0, sleeps: [] as number[], onSleep: () => {} }))

vi.mock('node:timers/promises', () => ({
  setTimeout: async (delayMs: number, _: undefined, { signal }: { signal: AbortSignal }) => {
    clock.sleeps.push(delayMs)
    clock.onSleep()
    signal.throwIfAborted()
    clock.nowMs += delayMs
  },
}))

beforeEach(() => {
  Object.assign(clock, { nowMs: 0, sleeps: [], onSleep: () => {} })
  vi.spyOn(performance, 'now').mockImplementation(() => clock.nowMs)
  vi.spyOn(Math, 'random').mockReturnValue(0)
})

afterEach(() => {
  vi.restoreAllMocks()
})

/** Answers in turn, the last one for ever, and counts how often it was asked. */
function answering(...answers: Result[]): Consume & { calls(): number } {
  let calls = 0
  const consume: Consume = () => {
    calls += 1
    return Promise.resolve(answers[Math.min(calls, answers.length) - 1]!)
  }
  return Object.assign(consume, { calls: () => calls })
}

function run(maxElapsedMs: number, next: Consume, signal = new AbortController().signal) {
  return withRetry(maxElapsedMs, next)(REQUEST, signal)
}

describe('tried again', () => {
  test('until it is accepted', async () => {
    const next = answering(BUSY, BUSY, ACCEPTED)
    expect(await run(10_000, next)).toBe(ACCEPTED)
    expect(next.calls()).toBe(3)
  })

  test('after delays that double up to 2 s, jittered over their upper half', async () => {
    await run(6000, answering(BUSY))
    // The least jitter; a seventh delay would end after 6000 ms.
    expect(clock.sleeps).toEqual([50, 100, 200, 400, 800, 1000, 1000, 1000, 1000])
    clock.sleeps = []
    clock.nowMs = 0
    vi.mocked(Math.random).mockReturnValue(0.5)
    await run(6000, answering(BUSY))
    expect(clock.sleeps).toEqual([75, 150, 300, 600, 1200, 1500, 1500])
  })

  test('for at most the time that is given, then the last refusal is passed on', async () => {
    const last: Result = { kind: 'retryable', message: 'still busy' }
    // At 0, 50 and 150 ms; the fourth would come at 350.
    const next = answering(BUSY, BUSY, last)
    expect(await run(349, next)).toBe(last)
    expect(next.calls()).toBe(3)
    clock.nowMs = 0
    const again = answering(BUSY)
    await run(350, again)
    expect(again.calls()).toBe(4)
  })

  test('with a time spent in the attempt itself that counts, too', async () => {
    const next = answering(BUSY)
    const slow: Consume = (request, signal) => {
      clock.nowMs += 1000
      return next(request, signal)
    }
    await run(2000, slow)
    expect(next.calls()).toBe(2)
  })

  test('when the destination asks for it, where that is later than ours', async () => {
    const soon: Result = { ...BUSY, afterMs: 10 }
    const later: Result = { ...BUSY, afterMs: 3000 }
    await run(10_000, answering(soon, later, ACCEPTED))
    expect(clock.sleeps).toEqual([50, 3000])
  })
})

describe('not tried again', () => {
  test.each<Result>([
    ACCEPTED,
    { kind: 'accepted', partialSuccess: { rejected: 1n, message: 'one' } },
    { kind: 'permanent', fault: 'refused', message: 'never' },
    { kind: 'permanent', fault: 'too_large', message: 'never' },
  ])('$kind $fault', async (result) => {
    const next = answering(result)
    expect(await run(10_000, next)).toBe(result)
    expect(next.calls()).toBe(1)
  })

  test('without time for it', async () => {
    const next = answering(BUSY)
    expect(await run(0, next)).toBe(BUSY)
    expect([next.calls(), clock.sleeps]).toEqual([1, []])
  })

  test('when the destination asks for more time than is left: told at once', async () => {
    const result: Result = { ...BUSY, afterMs: 5001, overload: true }
    const next = answering(result)
    expect(await run(5000, next)).toBe(result)
    expect([next.calls(), clock.sleeps]).toEqual([1, []])
  })

  test('once the caller has gone, in an attempt or between two', async () => {
    const during = new AbortController()
    const next = answering(BUSY)
    const leaving: Consume = (request, signal) => {
      during.abort()
      return next(request, signal)
    }
    expect(await run(10_000, leaving, during.signal)).toBe(BUSY)
    expect([next.calls(), clock.sleeps]).toEqual([1, []])

    const between = new AbortController()
    clock.onSleep = () => between.abort()
    const second = answering(BUSY)
    expect(await run(10_000, second, between.signal)).toBe(BUSY)
    expect([second.calls(), clock.sleeps]).toEqual([1, [50]])
  })
})
