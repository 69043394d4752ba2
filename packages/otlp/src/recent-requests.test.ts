import { expect, test } from 'vitest'
import { createRecentRequests } from './recent-requests.ts'

const [ONE, TWO] = ['a'.repeat(32), '1'.repeat(32)]

/** Spans as `trace:span`, as a JSON body. */
function writeJson(...spans: readonly string[]): Buffer {
  const written = spans.map((span) => {
    const [traceId, spanId] = span.split(':')
    return { traceId, spanId, name: span }
  })
  return Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: written }] }] }))
}

/** The same as protobuf: two ids of a span are 28 bytes, and each message around it has a length. */
function writeProtobuf(traceId: string, spanId: string): Buffer {
  const trace = Buffer.from(traceId, 'hex')
  const span = Buffer.concat([Buffer.from([10, 16]), trace, Buffer.from([18, 8]), toBytes(spanId)])
  const wrap = (tag: number, content: Buffer) =>
    Buffer.concat([Buffer.from([tag, content.length]), content])
  return wrap(10, wrap(18, wrap(18, span)))
}

const toBytes = (hex: string): Buffer => Buffer.from(hex, 'hex')
const [A, B, C] = ['b'.repeat(16), 'c'.repeat(16), 'd'.repeat(16)] as const
/** Nobody wants it. */
const D = 'e'.repeat(16)

function find(recent: ReturnType<typeof createRecentRequests>, ...traceIds: readonly string[]) {
  return recent.find(new Set(traceIds), (_, spanId) => spanId !== D).map(({ spanId }) => spanId)
}

test('spans of the traces that are asked for, of requests in both encodings, in their order', () => {
  const recent = createRecentRequests({ maxBytes: 10_000, maxAgeMs: 1_000 })
  recent.add(writeJson(`${ONE}:${A}`, `${TWO}:${B}`, `${ONE}:${D}`), 'json')
  recent.add(writeProtobuf(ONE, C), 'protobuf')
  recent.add(writeProtobuf(TWO, A), 'protobuf')
  recent.add(writeProtobuf(TWO, D), 'protobuf')
  expect(find(recent, ONE)).toEqual([A, C])
  // Asked for before or not.
  expect(find(recent, ONE)).toEqual([A, C])
  expect(find(recent, TWO)).toEqual([B, A])
  expect(find(recent, ONE, TWO)).toEqual([A, B, C, A])
  expect(find(recent, 'f'.repeat(32))).toEqual([])
})

test('the oldest are let go where they do not fit, and all of them after their time', () => {
  let nowMs = 0
  const recent = createRecentRequests({ maxBytes: 1_200, maxAgeMs: 1_000 }, () => nowMs)
  for (const spanId of [A, B, C]) recent.add(writeProtobuf(ONE, spanId), 'protobuf')
  expect(find(recent, ONE)).toEqual([B, C])
  nowMs = 999
  recent.add(writeProtobuf(ONE, A), 'protobuf')
  expect(find(recent, ONE)).toEqual([C, A])
  nowMs = 1_000
  expect(find(recent, ONE)).toEqual([A])
})

test('a request that is larger than all that may be kept is not', () => {
  const recent = createRecentRequests({ maxBytes: 100, maxAgeMs: 1_000 })
  recent.add(writeProtobuf(ONE, A), 'protobuf')
  expect(find(recent, ONE)).toEqual([])
})

test('what is malformed ends the list of its request', () => {
  const recent = createRecentRequests({ maxBytes: 10_000, maxAgeMs: 1_000 })
  recent.add(Buffer.from([10, 200]), 'protobuf')
  recent.add(Buffer.from('{'), 'json')
  recent.add(writeProtobuf(ONE, A), 'protobuf')
  expect(find(recent, ONE)).toEqual([A])
})
