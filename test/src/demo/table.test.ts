import { expect, test } from 'vitest'
import { formatTable } from './table.ts'

const ROWS = [
  { name: 'long name', count: 7, cost: '10.5' },
  { name: 'b', count: 1200, cost: '0.00000444' },
  { name: 'c', count: 0, cost: '3' },
]

test('text begins, numbers end, and decimal points stand below each other', () => {
  const table = formatTable(
    [
      { heading: 'name', align: 'left', read: ({ name }) => name },
      { heading: 'count', align: 'right', read: ({ count }) => String(count) },
      { heading: 'USD', align: 'decimal', read: ({ cost }) => cost },
      { heading: 'name', align: 'left', read: ({ name }) => name },
    ],
    ROWS,
  )
  expect(table).toEqual([
    'name       count          USD  name',
    'long name      7  10.5         long name',
    'b           1200   0.00000444  b',
    'c              0   3           c',
  ])
})

test('a table without rows is its headings', () => {
  expect(formatTable([{ heading: 'USD', align: 'decimal', read: String }], [])).toEqual(['USD'])
})
