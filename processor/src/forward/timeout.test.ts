import { expect, test } from 'vitest'
import type { Consume, OtlpRequest, Result } from '../consume.ts'
import { withTimeout } from './timeout.ts'

const REQUEST: OtlpRequest = { signal: 'traces', encoding: 'json', body: Buffer.from('{}') }

/** Waits until it is told to give up. */
const hang: Consume = (_, signal) =>
  new Promise((resolve) => {
    const giveUp = (): void => resolve({ kind: 'retryable', message: String(signal.reason) })
    if (signal.aborted) giveUp()
    else signal.addEventListener('abort', giveUp)
  })

test('ends an attempt that takes too long', async () => {
  const result = await withTimeout(5, hang)(REQUEST, new AbortController().signal)
  expect(result).toEqual({ kind: 'retryable', message: 'no answer within 5 ms' })
})

test('tells the attempt that the caller has gone', async () => {
  const result = await withTimeout(60_000, hang)(REQUEST, AbortSignal.abort('the caller has gone'))
  expect(result).toEqual({ kind: 'retryable', message: 'the caller has gone' })
})

test.each<Result>([
  { kind: 'accepted' },
  { kind: 'retryable', message: 'busy', afterMs: 7 },
  { kind: 'permanent', fault: 'refused', message: 'never' },
])('passes $kind on', async (result) => {
  const next: Consume = () => Promise.resolve(result)
  expect(await withTimeout(60_000, next)(REQUEST, new AbortController().signal)).toBe(result)
})

test('believes an answer that came in spite of the timeout', async () => {
  const late: Consume = async (request, signal) => {
    await hang(request, signal)
    return { kind: 'accepted' }
  }
  const result = await withTimeout(5, late)(REQUEST, new AbortController().signal)
  expect(result).toEqual({ kind: 'accepted' })
})
