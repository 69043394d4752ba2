import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { CODING_NAMES, findDecompress } from './decompress.ts'

const BODY = Buffer.from('again and again and again and again')
const PACKED = [
  ['gzip', gzipSync(BODY)],
  ['deflate', deflateSync(BODY)],
  // Without zlib's head and checksum, as some senders mean `deflate`.
  ['deflate', deflateRawSync(BODY)],
  ['deflate', deflateRawSync(BODY, { level: 0 })],
  ['zstd', zstdCompressSync(BODY)],
] as const

describe.each(PACKED)('%s', (coding, packed) => {
  const decompress = findDecompress(coding)!

  test('unpacks up to the limit, and no further', async () => {
    expect(await decompress(packed, BODY.length)).toEqual({ kind: 'body', body: BODY })
    expect(await decompress(packed, BODY.length - 1)).toEqual({ kind: 'too_large' })
  })

  test('tells what is cut off', async () => {
    const cut = await decompress(packed.subarray(0, -1), 1000)
    expect(cut).toEqual({ kind: 'corrupt', message: expect.stringContaining(`no ${coding}`) })
  })
})

test('what comes out has to find room, next to what came in', async () => {
  const body = Buffer.alloc(1_000_000)
  const packed = gzipSync(body)
  const asked: number[] = []
  const growTo = (bytes: number): boolean => {
    asked.push(bytes)
    return bytes <= 500_000
  }
  expect(await findDecompress('gzip')!(packed, body.length, { growTo })).toEqual({
    kind: 'no_room',
  })
  expect(asked.slice(0, -1).every((bytes) => bytes <= 500_000)).toBe(true)
  expect(asked.at(-1)).toBeGreaterThan(500_000)
  expect(asked.at(-1)).toBeLessThan(700_000)
})

test('what is no such data, and no such coding', async () => {
  for (const coding of CODING_NAMES) {
    for (const bytes of [Buffer.alloc(0), Buffer.from('this is plain')]) {
      expect((await findDecompress(coding)!(bytes, 1000)).kind).toBe('corrupt')
    }
  }
  expect(findDecompress('br')).toBeUndefined()
})
