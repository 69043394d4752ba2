import type { Settled, Store } from '@spancost/ledger'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startSettling } from './settle.ts'

const NOON_MS = Date.UTC(2026, 7, 1, 12)

let asked: { readonly beforeUnixMs: number; readonly limit: number }[]
let answer: () => Promise<Settled>
let errors: unknown[]
beforeEach(() => {
  vi.useFakeTimers({ now: NOON_MS })
  asked = []
  errors = []
  answer = () => Promise.resolve({ containers: 0, isDone: true })
})
afterEach(() => {
  vi.useRealTimers()
})

function start(settleAfterMs: number) {
  const settle: Store['settle'] = (query) => {
    asked.push(query)
    return answer()
  }
  return startSettling({
    store: { settle } as Store,
    settleAfterMs,
    onError: (error) => errors.push(error),
  })
}

test('asks every ten seconds for what was recorded long enough ago', async () => {
  const settling = start(120_000)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(asked.map(({ beforeUnixMs }) => beforeUnixMs)).toEqual([
    NOON_MS + 10_000 - 120_000,
    NOON_MS + 20_000 - 120_000,
  ])
  await settling.stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toHaveLength(2)
})

test('goes on until no more are due, and more often where they are held shortly', async () => {
  let steps = 3
  answer = () => {
    steps -= 1
    return Promise.resolve({ containers: 100, isDone: steps === 0 })
  }
  const settling = start(1_000)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(asked).toHaveLength(3)
  await settling.stop()
})

test('an error is told, and the next pass comes all the same', async () => {
  answer = () => Promise.reject(new Error('the disk is full'))
  const settling = start(10_000)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(errors).toEqual([new Error('the disk is full'), new Error('the disk is full')])
  await settling.stop()
})

test('a pass that takes long is not run twice, and is waited for at the end', async () => {
  const { promise, resolve } = Promise.withResolvers<Settled>()
  answer = () => promise
  const settling = start(10_000)
  await vi.advanceTimersByTimeAsync(50_000)
  expect(asked).toHaveLength(1)
  const stopped = settling.stop()
  const first = await Promise.race([stopped, Promise.resolve('still waiting')])
  expect(first).toBe('still waiting')
  resolve({ containers: 1, isDone: false })
  await stopped
  expect(asked).toHaveLength(1)
})
