import { expect, test } from 'vitest'
import { createBodyBuffer } from './body-buffer.ts'

/** Memory of its own, as a socket's reads have. */
function chunkOf(text: string, size: number): Buffer {
  return Buffer.allocUnsafeSlow(size).fill(text)
}

test.each([
  ['as announced', 30_000],
  ['without an announcement', 0],
  ['less than announced', 40_000],
  ['more than announced', 7],
])('chunks are one body: %s', (_, announced) => {
  const body = createBodyBuffer(announced)
  const sizes = [10_000, 1, 0, 9999, 10_000]
  for (const [index, size] of sizes.entries()) body.add(chunkOf(String(index), size))
  const expected = sizes.map((size, index) => String(index).repeat(size)).join('')
  expect(body.finish().toString()).toBe(expected)
})

test('nothing came', () => {
  expect(createBodyBuffer(100).finish()).toHaveLength(0)
})

test('memory of a chunk is given back where the chunk has it for itself', () => {
  const body = createBodyBuffer(0)
  const alone = chunkOf('a', 16_384)
  const shared = chunkOf('b', 32_768).subarray(0, 16_384)
  const neighbour = Buffer.from('pooled')
  for (const chunk of [alone, shared, neighbour]) body.add(chunk)
  expect(alone).toHaveLength(0)
  expect(shared).toHaveLength(16_384)
  expect(neighbour.toString()).toBe('pooled')
  expect(body.finish()).toHaveLength(2 * 16_384 + 6)
})

test('an announced length takes no memory before something has come', () => {
  const body = createBodyBuffer(64 * 1024 * 1024)
  expect(body.finish().buffer.byteLength).toBe(0)
  body.add(chunkOf('a', 10))
  expect(body.finish().buffer.byteLength).toBe(1024 * 1024)
})
