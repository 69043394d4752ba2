import { expect, test } from 'vitest'
import { toStream } from '../testing/run-verb.ts'
import { readLines, type Line } from './lines.ts'

async function split(chunks: readonly (string | Uint8Array)[], maxBytes = 10): Promise<Line[]> {
  const lines: Line[] = []
  for await (const some of readLines(toStream(chunks), maxBytes)) lines.push(...some)
  return lines
}

const text = (line: string): Line => ({ kind: 'text', text: line })

test('lines do not depend on how the stream is cut', async () => {
  const expected = [text('one'), text('zwölf'), text('three')]
  const bytes = Buffer.from('one\nzwölf\n\n  \nthree')
  expect(await split([bytes])).toEqual(expected)
  expect(await split([...bytes].map((byte) => Buffer.from([byte])))).toEqual(expected)
  expect(await split(['one\nzw', 'ölf\n\n', '  \nthree', '\n'])).toEqual(expected)
})

test('a line at the limit is read, one above it is skipped to its end', async () => {
  const long = ['0123456789\n', '01234567', '89a', 'b'.repeat(100), '\nnext']
  expect(await split(long)).toEqual([text('0123456789'), { kind: 'too_long' }, text('next')])
})

test('what is not UTF-8 is told', async () => {
  expect(await split([Buffer.from([0xff, 0x0a]), 'ok'])).toEqual([{ kind: 'not_utf8' }, text('ok')])
})

test('an empty stream has no lines', async () => {
  expect(await split([])).toEqual([])
})
