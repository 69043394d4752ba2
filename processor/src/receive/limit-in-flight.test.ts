import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Consume, OtlpRequest, Result } from '../consume.ts'
import { createInFlight, limitInFlight } from './limit-in-flight.ts'

const SIGNAL = new AbortController().signal

function createRequest(bytes: number): OtlpRequest {
  return { signal: 'traces', encoding: 'protobuf', body: Buffer.alloc(bytes) }
}

/** Keeps requests waiting until they are ended, in order. */
function createSlow() {
  const waiting: PromiseWithResolvers<Result>[] = []
  const consume: Consume = () => {
    const one = Promise.withResolvers<Result>()
    waiting.push(one)
    return one.promise
  }
  return { consume, waiting }
}

test('what would go over the limit is refused at once, until there is room again', async () => {
  const { consume, waiting } = createSlow()
  const limited = limitInFlight(createInFlight(100), consume)
  const first = limited(createRequest(60), SIGNAL)
  const second = limited(createRequest(40), SIGNAL)
  expect(await limited(createRequest(1), SIGNAL)).toEqual({
    kind: 'retryable',
    message: '100 bytes are in work; the limit is 100',
    afterMs: 1000,
    cause: 'no_room',
  })
  expect(waiting).toHaveLength(2)

  waiting[1]!.resolve({ kind: 'accepted' })
  expect(await second).toEqual({ kind: 'accepted' })
  const third = limited(createRequest(41), SIGNAL)
  expect(await third).toMatchObject({ message: '60 bytes are in work; the limit is 100' })

  waiting[0]!.resolve({ kind: 'permanent', fault: 'refused', message: 'no' })
  expect(await first).toEqual({ kind: 'permanent', fault: 'refused', message: 'no' })
  const fourth = limited(createRequest(100), SIGNAL)
  waiting[2]!.resolve({ kind: 'accepted' })
  expect(await fourth).toEqual({ kind: 'accepted' })
})

test('one request alone always fits, and then nothing else does', async () => {
  const { consume, waiting } = createSlow()
  const limited = limitInFlight(createInFlight(100), consume)
  const huge = limited(createRequest(5000), SIGNAL)
  expect(await limited(createRequest(1), SIGNAL)).toMatchObject({
    kind: 'retryable',
    message: '5000 bytes are in work; the limit is 100',
  })
  waiting[0]!.resolve({ kind: 'accepted' })
  expect(await huge).toEqual({ kind: 'accepted' })
})

test('a request that fails by a fault of ours makes room, too', async () => {
  const { consume, waiting } = createSlow()
  const limited = limitInFlight(createInFlight(100), consume)
  const failing = limited(createRequest(100), SIGNAL)
  waiting[0]!.reject(new Error('oops'))
  await expect(failing).rejects.toThrow('oops')
  const next = limited(createRequest(100), SIGNAL)
  waiting[1]!.resolve({ kind: 'accepted' })
  expect(await next).toEqual({ kind: 'accepted' })
})

test('requests that are still coming hold what has come of them, until they are let go', () => {
  const inFlight = createInFlight(100)
  const [first, second] = [inFlight.open(), inFlight.open()]
  expect([first.growTo(40), second.growTo(60), first.growTo(41)]).toEqual([true, true, false])
  second.release()
  // Alone it may be larger than the limit.
  expect([first.growTo(500), second.growTo(1)]).toEqual([true, false])
  first.release()
  first.release()
  expect(second.growTo(100)).toBe(true)
  expect(inFlight.describeRefusal()).toMatchObject({
    message: '100 bytes are in work; the limit is 100',
  })
})

describe('uploads', () => {
  afterEach(() => void vi.restoreAllMocks())

  /** Lets time go by. */
  function at(ms: number): void {
    vi.spyOn(performance, 'now').mockReturnValue(ms)
  }

  test('give way, the slow ones only, and only where room is needed', () => {
    at(0)
    const inFlight = createInFlight(300_000)
    const gone: string[] = []
    const slow = inFlight.open(() => gone.push('slow'))
    const quick = inFlight.open(() => gone.push('quick'))
    const inWork = inFlight.open()
    for (const hold of [slow, quick, inWork]) expect(hold.growTo(70_000)).toBe(true)
    at(4000)
    expect(slow.growTo(70_010)).toBe(true)
    expect(quick.growTo(140_000)).toBe(true)
    // 280 010 are held; after 5 s without 64 KiB more, one of them may have to go.
    at(5001)
    const other = inFlight.open()
    expect(other.growTo(10_000)).toBe(true)
    expect(gone).toEqual([])
    expect(other.growTo(20_000)).toBe(true)
    expect(gone).toEqual(['slow'])
    expect(inFlight.readBytes()).toBe(140_000 + 70_000 + 20_000)
    slow.release()
    expect(inFlight.readBytes()).toBe(230_000)
    expect(other.growTo(90_001)).toBe(false)
    expect(gone).toEqual(['slow'])
  })

  test('do not give way to themselves', () => {
    at(0)
    const inFlight = createInFlight(100)
    const slow = inFlight.open(() => {
      throw new Error('it gave up')
    })
    const inWork = inFlight.open()
    expect([slow.growTo(50), inWork.growTo(50)]).toEqual([true, true])
    at(60_000)
    expect(slow.growTo(51)).toBe(false)
  })
})
