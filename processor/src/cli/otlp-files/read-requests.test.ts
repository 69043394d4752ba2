import { Readable } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createByteReader, takeLine } from './byte-reader.ts'
import { decompress } from './decompress.ts'
import { findFraming, readRequests } from './read-requests.ts'

/** What a file says, read in pieces of some bytes: the text of each request, or why it is bad. */
async function read(file: Uint8Array, pieceBytes: number): Promise<string[]> {
  const pieces = Array.from({ length: Math.ceil(file.length / pieceBytes) }, (_, index) =>
    file.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  )
  const reader = createByteReader(decompress(Readable.from(pieces)))
  const items: string[] = []
  for await (const item of readRequests(reader, 0, await findFraming(reader))) {
    const { name } = item
    items.push(
      item.kind === 'bad'
        ? `${name}! ${item.reason}`
        : `${name}: ${item.encoding} ${Buffer.from(item.bytes).toString()}`,
    )
  }
  return items
}

function frame(message: string | Uint8Array): Buffer {
  const bytes = Buffer.from(message)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

const LINES = '{"a":1}\n\n{"b":2}\n'
const AS_LINES = ['line 1: json {"a":1}', 'line 3: json {"b":2}']
const AS_REQUESTS = ['request 1: protobuf \n\u0003abc', 'request 2: protobuf \n\u0001x']
const LONG = `{"long":"${'x'.repeat(300_000)}"}`

const FILES: [name: string, file: Uint8Array, expected: readonly string[]][] = [
  ['nothing', Buffer.from(''), []],
  ['lines', Buffer.from(LINES), AS_LINES],
  ['a last line without end', Buffer.from(LINES.trimEnd()), AS_LINES],
  ['lines, gzip', gzipSync(LINES), AS_LINES],
  [
    'lines, gzip in two members',
    Buffer.concat([gzipSync('{"a":1}\n'), gzipSync('\n{"b":2}')]),
    AS_LINES,
  ],
  ['lines, Zstandard', zstdCompressSync(LINES), AS_LINES],
  [
    'lines, Zstandard in frames of the exporter',
    Buffer.concat([zstdCompressSync('{"a":1}\n'), zstdCompressSync('\n{"b":2}\n')]),
    AS_LINES,
  ],
  ['a long line', Buffer.from(`${LONG}\n{}`), [`line 1: json ${LONG}`, 'line 2: json {}']],
  ['one request over lines', Buffer.from('{\n "a": 1\n}\n'), [': json { "a": 1\n}\n']],
  ['one protobuf request', Buffer.from('\n\u0003abc'), [': protobuf \n\u0003abc']],
  ['protobuf with lengths', Buffer.concat([frame('\n\u0003abc'), frame('\n\u0001x')]), AS_REQUESTS],
  [
    'compressed protobuf with lengths',
    Buffer.concat([frame(zstdCompressSync('\n\u0003abc')), frame(zstdCompressSync('\n\u0001x'))]),
    AS_REQUESTS,
  ],
  [
    'compressed JSON with lengths',
    Buffer.concat([frame(zstdCompressSync('{"a":1}')), frame(zstdCompressSync(LONG))]),
    ['request 1: json {"a":1}', `request 2: json ${LONG}`],
  ],
  [
    'protobuf with varints',
    Buffer.concat([
      Buffer.from([0xd2, 0x01, 0x0a, 0xcf, 0x01]),
      Buffer.from('y'.repeat(207)),
      Buffer.from([3, 0x0a, 1]),
      Buffer.from('x'),
    ]),
    [`request 1: protobuf \n\ufffd\u0001${'y'.repeat(207)}`, 'request 2: protobuf \n\u0001x'],
  ],
  [
    'a last request that is cut off',
    Buffer.concat([frame('\n\u0003abc'), frame('\n\u0001x').subarray(0, 6)]),
    [AS_REQUESTS[0]!, 'request 2! the file ends within it'],
  ],
  [
    'a frame of Zstandard that is broken',
    Buffer.concat([
      frame('\n\u0003abc'),
      frame(Buffer.from('28b52ffd2001ffffff', 'hex')),
      frame('\n\u0001x'),
    ]),
    [
      AS_REQUESTS[0]!,
      expect.stringMatching(/^request 2! Zstandard: /),
      'request 3: protobuf \n\u0001x',
    ],
  ],
]

describe.each([1, 7, 1 << 20])('in pieces of %i bytes', (pieceBytes) => {
  test.each(FILES)('%s', async (_, file, expected) => {
    expect(await read(file, pieceBytes)).toEqual(expected)
  })
})

test('a compressed stream that ends within a frame', async () => {
  const file = zstdCompressSync(LINES)
  await expect(read(file.subarray(0, -5), 64)).rejects.toThrow('it ends within a Zstandard frame')
  await expect(read(gzipSync(LINES).subarray(0, -9), 64)).rejects.toThrow('unexpected end of file')
})

test('a line that is too long is passed over', async () => {
  const reader = createByteReader(Readable.from([Buffer.from(`a\n${LONG}\nb\n${LONG}`)]))
  const lines = []
  for (;;) {
    const line = await takeLine(reader, 100_000)
    if (line === undefined) break
    lines.push(typeof line === 'string' ? line : Buffer.from(line).toString())
  }
  expect(lines).toEqual(['a', 'too_long', 'b', 'too_long'])
})

test('what was taken is counted and digested', async () => {
  const reader = createByteReader(Readable.from([Buffer.from('ab'), Buffer.from('c')]))
  await reader.take(3)
  expect(reader.offset).toBe(3)
  // FIPS 180-2, appendix B.1.
  expect(reader.digest()).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})
