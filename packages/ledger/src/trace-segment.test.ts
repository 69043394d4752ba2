import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRecentTraces, type RecentTraces } from './recent-traces.ts'
import { hashSpan, hashText, hashTrace } from './trace-ids.ts'
import { findBlock, visitBlock, writeSegment } from './trace-segment.ts'

function listRecent(recent: RecentTraces, trace: number): [number, number][] {
  const found: [number, number][] = []
  recent.visit(trace, (sequence, span) => found.push([sequence, span]))
  return found
}

/** Few traces, some of which lie next to each other in the table. */
const added = fc.array(
  fc.tuple(fc.constantFrom(1, 2, 33, 65, 2 ** 53 - 1, 2 ** 40), fc.nat({ max: 2 ** 32 - 1 })),
  { maxLength: 32 },
)

test('recent traces, and a segment of them, name what was added and not undone', () => {
  fc.assert(
    fc.property(added, added, added, (first, undone, last) => {
      const recent = createRecentTraces(128)
      const oracle = new Map<number, [number, number][]>()
      let sequence = 10
      for (const [trace, span] of first) {
        recent.add(trace, span, (sequence += 3))
        oracle.set(trace, [[sequence, span], ...(oracle.get(trace) ?? [])])
      }
      for (const [trace, span] of undone) recent.add(trace, span, sequence + 1)
      recent.shrinkTo(first.length)
      for (const [trace, span] of last) {
        recent.add(trace, span, (sequence += 3))
        oracle.set(trace, [[sequence, span], ...(oracle.get(trace) ?? [])])
      }
      expect(recent.size()).toBe(first.length + last.length)
      const { segment, blocks } = writeSegment(recent)
      for (const trace of [1, 2, 3, 33, 65, 2 ** 40, 2 ** 53 - 1]) {
        const wanted = oracle.get(trace) ?? []
        expect(listRecent(recent, trace)).toEqual(wanted)
        const block = findBlock(segment, trace)
        const found: [number, number][] = []
        if (block !== undefined) visitBlock(blocks[block]!, trace, (...each) => found.push(each))
        expect(found).toEqual(wanted)
      }
    }),
  )
})

test('a segment of many blocks has every trace, and its filter keeps nearly all others out', () => {
  const recent = createRecentTraces(4_096)
  const ids = Array.from({ length: 4_096 }, () => hashTrace(randomBytes(16)))
  for (const [at, trace] of ids.entries()) recent.add(trace, at, at + 1)
  const { segment, blocks } = writeSegment(recent)
  expect(blocks).toHaveLength(64)
  for (const [at, trace] of ids.entries()) {
    const found: unknown[] = []
    visitBlock(blocks[findBlock(segment, trace)!]!, trace, (...each) => found.push(each))
    expect(found).toEqual([[at + 1, at]])
  }
  const others = Array.from({ length: 4_096 }, () => hashTrace(randomBytes(16)))
  const wrong = others.filter((trace) => findBlock(segment, trace) !== undefined)
  // About 1 in 100; 5 in 100 would be a filter that does not filter.
  expect(wrong.length).toBeLessThan(200)
})

test('ids that differ in one byte have other hashes', () => {
  const traces = Array.from({ length: 16 }, (_, at) =>
    hashTrace(new Uint8Array(16).fill(1, at, at + 1)),
  )
  const spans = Array.from({ length: 8 }, (_, at) =>
    hashSpan(new Uint8Array(8).fill(1, at, at + 1)),
  )
  expect(new Set(traces).size).toBe(16)
  expect(new Set(spans).size).toBe(8)
  expect(new Set(['', 'a', 'b', 'ab', 'ba'].map(hashText)).size).toBe(5)
  expect(traces.every((trace) => Number.isSafeInteger(trace) && trace > 0)).toBe(true)
})
