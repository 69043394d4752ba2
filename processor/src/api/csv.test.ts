import { expect, test } from 'vitest'
import { writeCsv } from './csv.ts'

test('commas, quotes and line ends are quoted, and lines end with CRLF', () => {
  expect(
    writeCsv(
      ['a', 'b'],
      [
        ['x,y', 'say "hi"'],
        ['1\n2', 3n],
        ['', ' padded'],
      ],
    ),
  ).toBe('a,b\r\n"x,y","say ""hi"""\r\n"1\n2",3\r\n," padded"\r\n')
})

test.each([
  ['=1+1', "'=1+1"],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ['+1 2', "'+1 2"],
  ['-cmd', "'-cmd"],
  ['@sum', "'@sum"],
  ['\t=1', `"'\t=1"`],
  ['-0.25', '-0.25'],
  ['0.25', '0.25'],
  ['a=b', 'a=b'],
])('the cell %j', (text, written) => {
  expect(writeCsv(['h'], [[text]])).toBe(`h\r\n${written}\r\n`)
})
