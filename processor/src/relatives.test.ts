import { describe, expect, test } from 'vitest'
import { createRelativeReader, type RelativeReader } from './relatives.ts'
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
  const before = createRequest([TRACE_TWO, '00f067aa0ba902c1'])
  expect(reader.read(before, [])).toEqual({ spans: [], relatives: [] })
  const request = createRequest(
    [TRACE_ONE, entry.spanId],
    [TRACE_ONE, '00f067aa0ba902c2'],
    [TRACE_TWO, '00f067aa0ba902c3'],
  )
  expect(reader.read(request, [entry]).relatives).toEqual([
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
  expect(reader.read(later, []).relatives.map(({ spanId }) => spanId)).toEqual(['00f067aa0ba902c4'])
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
  const known = reader.read(request, []).relatives.map(({ traceId }) => Number(traceId))
  expect(known).toContain(1)
  expect(known).toContain(12)
  expect(known.length).toBe(8)
})

describe('what came before the first operation of its trace', () => {
  const entry = createEntry({})
  const early = createRequest([TRACE_ONE, '00f067aa0ba902c1'], [TRACE_TWO, '00f067aa0ba902c2'])
  const request = createRequest([TRACE_ONE, entry.spanId], [TRACE_ONE, '00f067aa0ba902c3'])
  const read = (reader: RelativeReader) =>
    reader.read(request, [entry]).relatives.map(({ spanId }) => spanId)

  test('is found with the operation, after the spans of its request, and once', () => {
    const reader = createRelativeReader()
    reader.read(early, [])
    expect(reader.read(request, [entry]).spans).toHaveLength(1)
    expect(read(reader)).toEqual(['00f067aa0ba902c3'])
  })

  test('is found again where the ledger did not take it', () => {
    const reader = createRelativeReader()
    reader.read(early, [])
    for (let time = 0; time < 2; time++) {
      // The request itself was sent before, too.
      expect(read(reader).slice(0, 2)).toEqual(['00f067aa0ba902c3', '00f067aa0ba902c1'])
      reader.forget([entry])
    }
  })

  test('is let go after a minute', () => {
    let nowMs = 0
    const reader = createRelativeReader(undefined, () => nowMs)
    reader.read(early, [])
    nowMs = 60_000
    expect(read(reader)).toEqual(['00f067aa0ba902c3'])
  })
})
