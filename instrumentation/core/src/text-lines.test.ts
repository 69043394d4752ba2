import { expect, test } from 'vitest'
import { createJsonLineReader } from './text-lines.ts'

function readLines(parts: readonly (Uint8Array | string)[], wanted = Infinity): readonly string[] {
  const lines: string[] = []
  const reader = createJsonLineReader((line) => lines.push(line) < wanted)
  for (const part of parts) reader.receive(part)
  reader.end()
  return lines
}

test.each([
  ['a line without an end', ['{"a":1}\n{"b":2}'], ['{"a":1}', '{"b":2}']],
  ['empty lines and those of Windows', ['{}\r\n\n \n{}\r\n'], ['{}\r', '{}\r']],
  ['a line in pieces', ['{"a"', ':1', '}\n{', '}'], ['{"a":1}', '{}']],
  ['nothing', [''], []],
  ['spaces before a line', ['  ', '\t{}'], ['  \t{}']],
  ['what is no object', ['[1]\n{}'], []],
  ['what ends to be objects', ['{}\nno\n{}'], ['{}']],
])('%s', (_, parts, lines) => {
  expect(readLines(parts)).toEqual(lines)
})

test('characters may be cut between two parts', () => {
  const bytes = new TextEncoder().encode('{"a":"ü🐈"}\n')
  expect(readLines([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(['{"a":"ü🐈"}'])
})

test('it stops where no further line is wanted', () => {
  expect(readLines(['{"a":1}\n{"b":2}\n', '{}\n'], 1)).toEqual(['{"a":1}'])
})

test('a line without an end is not collected for ever', () => {
  const part = `{${' '.repeat(1024 * 1024)}`
  const parts = Array.from({ length: 18 }, () => part)
  expect(readLines([...parts, '\n{}\n'])).toEqual([])
})
