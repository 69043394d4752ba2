import { expect, test } from 'vitest'
import type { OtlpRequest, Result } from '../consume.ts'
import { fanOut, type Branch } from './fan-out.ts'

const REQUEST: OtlpRequest = { signal: 'traces', encoding: 'json', body: Buffer.from('{}') }
const SIGNAL = new AbortController().signal
const ACCEPTED: Result = { kind: 'accepted' }

function rejecting(rejected: bigint): Result {
  return { kind: 'accepted', partialSuccess: { rejected, message: `${rejected} no` } }
}

function required(endpoint: string, result: Result): Branch {
  return { endpoint, isRequired: true, consume: () => Promise.resolve(result) }
}

function never(): void {
  throw new Error('nothing should be lost')
}

test.each<[name: string, results: Result[], expected: Result]>([
  ['all took it', [ACCEPTED, ACCEPTED], ACCEPTED],
  ['the worst partial success', [rejecting(2n), rejecting(5n), ACCEPTED], rejecting(5n)],
  [
    'one refusal is ours',
    [ACCEPTED, { kind: 'permanent', fault: 'too_large', message: 'big' }],
    { kind: 'permanent', fault: 'too_large', message: 'd1: big' },
  ],
  [
    'it comes again while one may take it',
    [
      { kind: 'permanent', fault: 'refused', message: 'no' },
      { kind: 'retryable', message: 'later', afterMs: 2000 },
    ],
    { kind: 'retryable', message: 'd0: no; d1: later', afterMs: 2000 },
  ],
  [
    'when the slowest is ready',
    [
      { kind: 'retryable', message: 'a', afterMs: 9000, overload: true },
      { kind: 'retryable', message: 'b', afterMs: 1000 },
    ],
    { kind: 'retryable', message: 'd0: a; d1: b', afterMs: 9000 },
  ],
  [
    'overload, where all say so',
    [
      { kind: 'retryable', message: 'a', overload: true },
      { kind: 'retryable', message: 'b', overload: true },
    ],
    { kind: 'retryable', message: 'd0: a; d1: b', overload: true },
  ],
  [
    'the word of a single one stays as it is',
    [{ kind: 'retryable', message: 'a' }],
    { kind: 'retryable', message: 'a' },
  ],
])('%s', async (_, results, expected) => {
  const branches = results.map((result, index) => required(`d${index}`, result))
  expect(await fanOut(branches, never)(REQUEST, SIGNAL)).toEqual(expected)
})

/** A destination that is not required, whose answers a test gives. */
function createAside() {
  const asked: PromiseWithResolvers<Result>[] = []
  const lost: string[] = []
  const branch: Branch = {
    endpoint: 'aside',
    isRequired: false,
    consume: (_, signal) => {
      expect(signal.aborted).toBe(false)
      const one = Promise.withResolvers<Result>()
      asked.push(one)
      return one.promise
    },
  }
  const onLost = (_: OtlpRequest, endpoint: string, message: string): void => {
    lost.push(`${endpoint}: ${message}`)
  }
  return { branch, asked, lost, onLost }
}

test('one that is not required is not waited for, and its refusal is told', async () => {
  const { branch, asked, lost, onLost } = createAside()
  const consume = fanOut([required('main', ACCEPTED), branch], onLost)
  expect(await consume(REQUEST, AbortSignal.abort())).toEqual(ACCEPTED)
  expect(asked).toHaveLength(1)
  expect(lost).toEqual([])
  asked[0]!.resolve({ kind: 'retryable', message: 'later' })
  await asked[0]!.promise
  await Promise.resolve()
  expect(lost).toEqual(['aside: later'])
})

test('it gets nothing that the required ones did not take, as that comes again', async () => {
  const { branch, asked, onLost } = createAside()
  const refused: Result = { kind: 'retryable', message: 'later' }
  await fanOut([required('main', refused), branch], onLost)(REQUEST, SIGNAL)
  expect(asked).toEqual([])
})

test('what waits for it is bounded', async () => {
  const { branch, asked, lost, onLost } = createAside()
  const consume = fanOut([branch], onLost)
  const large = { ...REQUEST, body: new Uint8Array(40 * 1024 * 1024) }
  expect(await consume(large, SIGNAL)).toEqual(ACCEPTED)
  expect(await consume(large, SIGNAL)).toEqual(ACCEPTED)
  expect(asked).toHaveLength(1)
  expect(lost).toEqual(['aside: 41943040 bytes are waiting for it'])
})
