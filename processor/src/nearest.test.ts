import { expect, test } from 'vitest'
import { findNearest } from './nearest.ts'

const KNOWN = ['receivers', 'forward', 'ledger', 'maxRequestSize', 'api']

test.each([
  ['recievers', 'receivers'],
  ['receiver', 'receivers'],
  ['foward', 'forward'],
  ['max_request_size', 'maxRequestSize'],
  ['MAX-REQUEST-SIZE', 'maxRequestSize'],
  ['apo', 'api'],
])('%s was meant to be %s', (name, expected) => {
  expect(findNearest(name, KNOWN)).toBe(expected)
})

test.each(['prices', 'x', '', 'budgets', 'r'.repeat(100_000)])('nothing is near %s', (name) => {
  expect(findNearest(name, KNOWN)).toBeUndefined()
})
