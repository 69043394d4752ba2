import { expect, test } from 'vitest'
import { createRelativeReader } from './relatives.ts'
import { createEntry, TRACE_ONE, TRACE_TWO } from './testing/api.ts'

function createRequest(...ids: readonly (readonly [traceId: string, spanId: string])[]) {
  const spans = ids.map(([traceId, spanId]) => ({
    traceId,
    spanId,
    parentSpanId: '00f067aa0ba902b1',
    name: 'n'.repeat(300),
    startTimeUnixNano: '5',
    endTimeUnixNano: '7',
  }))
  const body = Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }))
  return { body, encoding: 'json' } as const
}

test('other spans of a trace with an operation, in its request and in later ones', () => {
  const reader = createRelativeReader()
  const entry = createEntry({})
  const before = createRequest([TRACE_ONE, '00f067aa0ba902c1'])
  expect(reader.read(before, [])).toEqual([])
  const request = createRequest(
    [TRACE_ONE, entry.spanId],
    [TRACE_ONE, '00f067aa0ba902c2'],
    [TRACE_TWO, '00f067aa0ba902c3'],
  )
  expect(reader.read(request, [entry]).map(({ relative }) => relative)).toEqual([
    {
      traceId: TRACE_ONE,
      spanId: '00f067aa0ba902c2',
      parentSpanId: '00f067aa0ba902b1',
      name: 'n'.repeat(256),
      startTimeUnixNano: 5n,
      endTimeUnixNano: 7n,
      service: '',
    },
  ])
  const later = createRequest([TRACE_ONE, '00f067aa0ba902c4'], [TRACE_TWO, '00f067aa0ba902c3'])
  expect(reader.read(later, []).map(({ relative }) => relative.spanId)).toEqual([
    '00f067aa0ba902c4',
  ])
})

test('only the newest traces are remembered, and those that are used stay', () => {
  const reader = createRelativeReader(1)
  const nothing = createRequest()
  const traces = Array.from({ length: 12 }, (_, index) => `${index + 1}`.padStart(32, '0'))
  for (const traceId of traces) {
    reader.read(nothing, [createEntry({ traceId })])
    reader.read(nothing, [createEntry({ traceId: traces[0]! })])
  }
  const request = createRequest(...traces.map((id) => [id, '00f067aa0ba902c1'] as const))
  const known = reader.read(request, []).map(({ relative }) => Number(relative.traceId))
  expect(known).toContain(1)
  expect(known).toContain(12)
  expect(known.length).toBe(8)
})
