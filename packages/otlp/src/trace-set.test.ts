import { expect, test } from 'vitest'
import { createTraceSet } from './trace-set.ts'

const idOf = (number: number): string => number.toString(16).padStart(32, '0')

/** The id at an odd place, between bytes that do not belong to it. */
function place(traceId: string): DataView {
  const bytes = Buffer.from(`ffffff${traceId}ff`, 'hex')
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

test('what was added is there, as text and as bytes, and nothing else', () => {
  const traces = createTraceSet(1024)
  expect(traces.isEmpty()).toBe(true)
  const added = Array.from({ length: 500 }, (_, index) => idOf(index * 7 + 1))
  for (const traceId of added) traces.add(traceId)
  expect(traces.isEmpty()).toBe(false)
  expect(added.filter((id) => !traces.has(id) || !traces.hasAt(place(id), 3))).toEqual([])
  const others = added.map((id) => `8${id.slice(1)}`)
  expect(others.filter((id) => traces.has(id) || traces.hasAt(place(id), 3))).toEqual([])
})

test.each([0, 8, 16, 24])('ids that differ from hex digit %i on are two', (digit) => {
  const traces = createTraceSet(1)
  const traceId = '0123456789abcdef0123456789abcdef'
  traces.add(traceId)
  expect(traces.has(`${traceId.slice(0, digit)}f${traceId.slice(digit + 1)}`)).toBe(false)
})

test('of a full bucket the one that was not added for longest gives way', () => {
  const traces = createTraceSet(1)
  for (let number = 1; number <= 8; number++) traces.add(idOf(number))
  traces.add(idOf(1))
  traces.add(idOf(9))
  const left = Array.from({ length: 9 }, (_, index) => index + 1).filter((number) =>
    traces.has(idOf(number)),
  )
  expect(left).toEqual([1, 3, 4, 5, 6, 7, 8, 9])
})

test('an id that was removed is none, and the others stay', () => {
  const set = createTraceSet(1)
  const ids = Array.from({ length: 8 }, (_, index) => idOf(index + 1))
  for (const id of ids) set.add(id)
  set.remove(ids[3]!)
  set.remove('f'.repeat(32))
  expect(ids.filter((id) => set.has(id))).toEqual(ids.toSpliced(3, 1))
})
