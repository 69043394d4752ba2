import { expect, test } from 'vitest'
import { formatTable, showText } from './table.ts'

test('numbers stand at the right, decimal points below each other', () => {
  const table = formatTable(
    [
      { name: 'model', align: 'left' },
      { name: 'USD', align: 'decimal' },
      { name: 'n', align: 'right' },
    ],
    [
      ['gpt', '10.5', '3'],
      ['a-longer-name', '2', '1200'],
    ],
  )
  expect(table).toBe(
    [
      'model           USD     n', //
      'gpt            10.5     3',
      'a-longer-name   2    1200',
    ].join('\n'),
  )
})

test('what a sender wrote does not steer the terminal', () => {
  expect(showText('a\u001b[31mb\r\n\u202e')).toBe('a\\u{1b}[31mb\\u{d}\\u{a}\\u{202e}')
  expect(showText('x'.repeat(100))).toBe(`${'x'.repeat(59)}…`)
})
