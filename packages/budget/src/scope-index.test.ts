import { array, assert, constantFrom, dictionary, oneof, property } from 'fast-check'
import { expect, test } from 'vitest'
import { createScope } from './budget.ts'
import { createScopeIndex } from './scope-index.ts'

const VALUES = constantFrom('a', 'b', 'c', 'ab', 'x'.repeat(300))
const PATTERNS = array(oneof(VALUES, constantFrom('a*', '*', '*b')), { minLength: 1 })
const SCOPES = array(dictionary(constantFrom('team', 'user', 'model'), PATTERNS))
const LABELS = dictionary(constantFrom('team', 'user', 'model', 'other'), VALUES)

test('no scope that matches is missed, and the order is that of the list', () => {
  const isComplete = property(SCOPES, LABELS, (scopes, labels) => {
    const budgets = scopes.map((scope) => ({ scope, each: [] }))
    const found = createScopeIndex(budgets)(labels)
    const matching = budgets.flatMap((budget, position) =>
      createScope(budget)(labels) === undefined ? [] : [position],
    )
    expect(found.filter((position) => matching.includes(position))).toEqual(matching)
    expect(found).toEqual(found.toSorted((a, b) => a - b))
  })
  assert(isComplete)
})

test('of ten thousand teams, one is looked at', () => {
  const teams = Array.from({ length: 10_000 }, (_, index) => ({
    scope: { provider: ['openai'], team: [`team-${index}`] },
  }))
  const budgets = [{ scope: {} }, ...teams, { scope: { team: ['team-1*'] } }]
  expect(createScopeIndex(budgets)({ provider: 'openai', team: 'team-7' })).toEqual([0, 8, 10_001])
})
