import { scanTraces } from '@spancost/otlp'
import { describe, expect, test } from 'vitest'
import { createRelativeReader, type ReadRequest, type RelativeReader } from './relatives.ts'
import { createEntry, TRACE_ONE, TRACE_TWO } from './testing/api.ts'

const KEYS = { marks: ['mark'], span: [], shared: [], own: [] }

/** A request as it was read; its spans with a mark stand for operations. */
function createRequest(
  ...ids: readonly (readonly [traceId: string, spanId: string, isMarked?: boolean])[]
): ReadRequest {
  const spans = ids.map(([traceId, spanId, isMarked = false]) => ({
    traceId,
    spanId,
    parentSpanId: '00f067aa0ba902b1',
    name: 'n'.repeat(300),
    startTimeUnixNano: '5',
    endTimeUnixNano: '7',
    attributes: isMarked ? [{ key: 'mark', value: { boolValue: true } }] : [],
  }))
  const body = Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }))
  const result = scanTraces(body, 'json', KEYS)
  if (result.kind === 'malformed') throw new Error(result.reason)
  const { scan } = result
  const found = scan.spans.map((span) => {
    const { traceId, spanId } = span
    return { span, entry: createEntry({ traceId, spanId }) }
  })
  return { body, encoding: 'json', scan, found }
}

test('other spans of a trace with an operation, in its request and in later ones', () => {
  const reader = createRelativeReader()
  const before = createRequest([TRACE_TWO, '00f067aa0ba902c1'])
  expect(reader.read(before)).toEqual({ spans: [], relatives: [] })
  const request = createRequest(
    [TRACE_ONE, '00f067aa0ba902c0', true],
    [TRACE_ONE, '00f067aa0ba902c2'],
    [TRACE_TWO, '00f067aa0ba902c3'],
  )
  expect(reader.read(request).relatives).toEqual([
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
  expect(reader.read(later).relatives.map(({ spanId }) => spanId)).toEqual(['00f067aa0ba902c4'])
})

test('only the newest traces are remembered, and those that are used stay', () => {
  const reader = createRelativeReader(1)
  const traces = Array.from({ length: 12 }, (_, index) => `${index + 1}`.padStart(32, '0'))
  for (const traceId of traces) {
    for (const id of [traceId, traces[0]!]) {
      reader.read(createRequest([id, '00f067aa0ba902c0', true]))
    }
  }
  const request = createRequest(...traces.map((id) => [id, '00f067aa0ba902c1'] as const))
  const known = reader.read(request).relatives.map(({ traceId }) => Number(traceId))
  expect(known).toContain(1)
  expect(known).toContain(12)
  expect(known.length).toBe(8)
})

describe('what came before the first operation of its trace', () => {
  const early = createRequest([TRACE_ONE, '00f067aa0ba902c1'], [TRACE_TWO, '00f067aa0ba902c2'])
  const request = createRequest(
    [TRACE_ONE, '00f067aa0ba902c0', true],
    [TRACE_ONE, '00f067aa0ba902c3'],
  )
  const read = (reader: RelativeReader) =>
    reader.read(request).relatives.map(({ spanId }) => spanId)

  test('is found with the operation, after the spans of its request, and once', () => {
    const reader = createRelativeReader()
    reader.read(early)
    expect(reader.read(request).spans).toHaveLength(1)
    expect(read(reader)).toEqual(['00f067aa0ba902c3'])
  })

  test('is found again where the ledger did not take it', () => {
    const reader = createRelativeReader()
    reader.read(early)
    for (let time = 0; time < 2; time++) {
      // The request itself was sent before, too.
      expect(read(reader).slice(0, 2)).toEqual(['00f067aa0ba902c3', '00f067aa0ba902c1'])
      reader.forget([{ traceId: TRACE_ONE }])
    }
  })

  test('is let go after a minute', () => {
    let nowMs = 0
    const reader = createRelativeReader(undefined, () => nowMs)
    reader.read(early)
    nowMs = 60_000
    expect(read(reader)).toEqual(['00f067aa0ba902c3'])
  })
})
