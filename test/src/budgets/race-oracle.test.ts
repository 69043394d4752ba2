import { expect, test } from 'vitest'
import { boundWithoutHolds, judge, type LoggedCall } from './race-oracle.ts'

const LIMITS = new Map([['top', 100n]])

/** Answered after 10 ms; held for 100 ms, then counted. */
function call(fromMs: number, worst: bigint, cost: bigint | undefined): LoggedCall {
  const end = { fromMs: fromMs + 90, toMs: fromMs + 110 }
  return {
    levels: ['top'],
    asked: { fromMs, toMs: fromMs + 10 },
    isAllowed: true,
    worst,
    held: end,
    ...(cost !== undefined && { spent: { cost, counted: end } }),
  }
}

function refused(fromMs: number, worst: bigint): LoggedCall {
  return { levels: ['top'], asked: { fromMs, toMs: fromMs + 10 }, isAllowed: false, worst }
}

test('a refusal is false where all that could be taken left room', () => {
  // 60 are held until 110 at the latest, then 20 are spent.
  const held = call(0, 60n, 20n)
  expect(judge([held, refused(50, 50n)], LIMITS).falseRefusals).toEqual([])
  expect(judge([held, refused(110, 50n)], LIMITS).falseRefusals).toEqual([])
  expect(judge([held, refused(111, 50n)], LIMITS).falseRefusals).toHaveLength(1)
  expect(judge([held, refused(111, 81n)], LIMITS).falseRefusals).toEqual([])
  // Whoever asked at the same moment may have been first.
  expect(judge([call(205, 60n, 0n), refused(200, 50n)], LIMITS).falseRefusals).toEqual([])
  expect(judge([call(211, 60n, 0n), refused(200, 50n)], LIMITS).falseRefusals).toHaveLength(1)
})

test('a leaked hold is found by the refusals that it causes', () => {
  expect(judge([call(0, 90n, undefined), refused(500, 20n)], LIMITS).falseRefusals).toHaveLength(1)
})

test('more than the limit is found while it is reserved, and when it is spent', () => {
  const { overTaken, overspend } = judge([call(0, 60n, 10n), call(20, 60n, 10n)], LIMITS)
  expect(overTaken).toEqual(['top at 30: 120 of 100'])
  expect(overspend.get('top')).toBe(0n)
  expect(judge([call(0, 60n, 60n), call(200, 60n, 60n)], LIMITS).overspend.get('top')).toBe(20n)
})

test('the bound is the most that began within the longest delay', () => {
  // Each takes 110 ms until it counts: the first two began within that, and so did the last two.
  const calls = [call(0, 9n, 5n), call(110, 9n, 6n), call(221, 9n, 9n)]
  expect(boundWithoutHolds(calls, 'top')).toBe(11n)
  expect(boundWithoutHolds([...calls, call(222, 9n, 3n)], 'top')).toBe(12n)
})
