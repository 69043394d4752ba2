import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'

function readFaults(text: string): string[] {
  const read = readConfig(text, {})
  return read.kind === 'config' ? [] : read.faults.map(({ path, message }) => `${path}: ${message}`)
}

test('more dimensions than may be', () => {
  const names = Array.from({ length: 23 }, (_, index) => `d${index}: a`)
  expect(readFaults(`dimensions: {${names.join(', ')}}`)).toEqual([
    'dimensions: 33 dimensions, built-in ones included; at most 32',
  ])
})

test('budgets that do not fit together, and routes to nowhere', () => {
  const budget = 'limit: {amount: "1"}, window: {period: day}'
  expect(readFaults(`budgets: [{id: a, parent: b, ${budget}}]`)).toEqual([
    'budgets[0]: its parent "b" does not exist',
  ])
  expect(readFaults('alerts: {routes: [{channel: x}]}')).toEqual([
    'alerts.routes[0].channel: there is no channel "x"',
  ])
  expect(readFaults(`budgets: [{id: A, ${budget}}]`)).toEqual([
    'budgets[0].id: an id is up to 64 of a-z, 0-9, `-`, `_` and `.`',
  ])
})
