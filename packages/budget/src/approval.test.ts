import { describe, expect, test } from 'vitest'
import { takeStep, type ApprovalLevel } from './approval.ts'
import type { Limit } from './budget.ts'

const USD = 10n ** 18n
const LEVELS: readonly ApprovalLevel[] = [
  { role: 'project_manager', upToAtto: 1_000n * USD, alertAtPercent: 80 },
  { role: 'department_head', upToAtto: 10_000n * USD, alertAtPercent: 85 },
  { role: 'finance_director', alertAtPercent: 90 },
]
const MANAGER = { name: 'mia', roles: ['project_manager'] }
const HEAD = { name: 'hana', roles: ['department_head'] }
const DIRECTOR = { name: 'dora', roles: ['finance_director'] }

function ask(limit: Limit) {
  return { id: 'search', limit, requestedBy: 'rob', owner: 'olga' }
}
const usd = (amount: bigint) => ask({ measure: 'cost', amount: amount * USD })

describe('approving', () => {
  test.each([
    [1_000n, MANAGER, 80],
    [1_001n, HEAD, 85],
    [10_000n, HEAD, 85],
    [10_001n, DIRECTOR, 90],
  ] as const)('%s USD takes the right rank', (amount, actor, alertAtPercent) => {
    expect(takeStep('approve', 'pending', usd(amount), actor, LEVELS)).toMatchObject({
      kind: 'done',
      life: 'approved',
      level: { alertAtPercent },
    })
  })

  test('compares other currencies in USD, by the newest rate', () => {
    const rate = (num: bigint) => ({
      since: '2026-11-01',
      from: '2026-11-01',
      usd: { num, den: 1n },
    })
    const euros = (amount: bigint) =>
      ask({
        measure: 'cost',
        amount: amount * USD,
        foreign: { currency: 'EUR', rates: [rate(USD), rate(125n * 10n ** 16n)] },
      })
    expect(takeStep('approve', 'pending', euros(800n), MANAGER, LEVELS).kind).toBe('done')
    expect(takeStep('approve', 'pending', euros(801n), MANAGER, LEVELS).kind).toBe('refused')
  })

  test('is refused for lack of rank, and says who could', () => {
    expect(takeStep('approve', 'pending', usd(1_001n), MANAGER, LEVELS)).toEqual({
      kind: 'refused',
      reason:
        '"search" needs department_head or finance_director or admin; "mia" has project_manager',
      isRank: true,
    })
    const nobody = { name: 'nobody', roles: [] }
    expect(takeStep('approve', 'pending', usd(1n), nobody, [])).toEqual({
      kind: 'refused',
      reason: '"search" needs admin; "nobody" has no role',
      isRank: true,
    })
  })

  test('of what is not money takes a level without an upper end', () => {
    const calls = ask({ measure: 'operations', amount: 10n })
    expect(takeStep('approve', 'pending', calls, HEAD, LEVELS).kind).toBe('refused')
    expect(takeStep('approve', 'pending', calls, DIRECTOR, LEVELS).kind).toBe('done')
  })

  test("one's own request is refused, for an admin too", () => {
    const rob = { name: 'rob', roles: ['admin'] }
    expect(takeStep('approve', 'pending', usd(1n), rob, LEVELS)).toEqual({
      kind: 'refused',
      reason: '"rob" asked for "search"; somebody else has to approve it',
      isRank: true,
    })
    expect(takeStep('reject', 'pending', usd(1n), rob, LEVELS)).toEqual({
      kind: 'done',
      life: 'rejected',
    })
  })
})

describe('a life', () => {
  test.each([
    ['approve', 'approved'],
    ['approve', 'rejected'],
    ['approve', 'closed'],
    ['reject', 'approved'],
    ['close', 'closed'],
    ['close', 'rejected'],
  ] as const)('has no step to %s what is %s', (step, life) => {
    expect(takeStep(step, life, usd(1n), DIRECTOR, LEVELS).kind).toBe('refused')
  })

  test('ends by its owner or by whoever could approve it', () => {
    const olga = { name: 'olga', roles: [] }
    expect(takeStep('close', 'approved', usd(5_000n), olga, LEVELS).kind).toBe('done')
    expect(takeStep('close', 'approved', usd(5_000n), MANAGER, LEVELS).kind).toBe('refused')
    expect(takeStep('close', 'approved', usd(5_000n), HEAD, LEVELS).kind).toBe('done')
  })
})
