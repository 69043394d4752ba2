import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scanRelatives, type IsWanted } from './scan-relatives.ts'
import { scanTraces } from './scan-traces.ts'
import { KEYS, requests } from './testing/random-request.ts'
import { write } from './testing/wire-writer.ts'
import { createTraceSet } from './trace-set.ts'
import { transcodeJson } from './transcode.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const OTHER = '4bf92f3577b34da6a3ce929d0e0e4736'

const span = (traceId: string, spanId: string, more: object = {}) => ({
  traceId,
  spanId,
  name: `span ${spanId}`,
  startTimeUnixNano: '1785542400000000001',
  endTimeUnixNano: '1785542401000000002',
  attributes: [{ key: 'http.route', value: { stringValue: '/' } }],
  ...more,
})

const service = (stringValue: string) => ({
  attributes: [
    { key: 'host.name', value: { stringValue: 'here' } },
    { key: 'service.name', value: { stringValue } },
  ],
})

const REQUEST = Buffer.from(
  JSON.stringify({
    resourceSpans: [
      {
        resource: service('shop'),
        scopeSpans: [
          {
            scope: { name: 'http' },
            spans: [
              span(TRACE, 'b7ad6b7169203331', { parentSpanId: '00f067aa0ba902b7', name: 'POST' }),
              span(OTHER, 'b7ad6b7169203332'),
              span('0'.repeat(32), 'b7ad6b7169203333'),
              span(TRACE, '0'.repeat(16)),
            ],
          },
        ],
      },
      { scopeSpans: [{ spans: [span(TRACE, '00f067aa0ba902b7', { name: '' })] }] },
    ],
  }),
)

const ENCODED = [
  ['json', REQUEST],
  ['protobuf', transcodeJson('traces', REQUEST)],
] as const

const times = {
  startTimeUnixNano: 1_785_542_400_000_000_001n,
  endTimeUnixNano: 1_785_542_401_000_000_002n,
}

describe.each(ENCODED)('in %s', (encoding, body) => {
  test('spans of wanted traces, with their parents and services', () => {
    const traces = createTraceSet(1)
    traces.add(TRACE)
    expect(scanRelatives(body, encoding, () => true, traces)).toEqual([
      {
        traceId: TRACE,
        spanId: 'b7ad6b7169203331',
        parentSpanId: '00f067aa0ba902b7',
        name: 'POST',
        ...times,
        service: 'shop',
      },
      {
        traceId: TRACE,
        spanId: '00f067aa0ba902b7',
        parentSpanId: '',
        name: '',
        ...times,
        service: '',
      },
    ])
  })

  test('it is asked about those with both ids alone', () => {
    const asked: string[] = []
    const isWanted: IsWanted = (traceId, spanId) => {
      asked.push(`${traceId} ${spanId}`)
      return false
    }
    expect(scanRelatives(body, encoding, isWanted)).toEqual([])
    expect(asked).toEqual([
      `${TRACE} b7ad6b7169203331`,
      `${OTHER} b7ad6b7169203332`,
      `${TRACE} 00f067aa0ba902b7`,
    ])
  })

  test('a request that ends in the middle gives what is before', () => {
    for (let length = 0; length < body.length; length += 7) {
      const found = scanRelatives(body.subarray(0, length), encoding, () => true)
      expect(found.length).toBeLessThanOrEqual(3)
    }
  })
})

test('of any request, it reads what a scan reads', () => {
  fc.assert(
    fc.property(requests, (request) => {
      const body = write(request)
      const result = scanTraces(body, 'protobuf', KEYS)
      if (result.kind !== 'scanned') throw new Error(result.reason)
      const relatives = scanRelatives(body, 'protobuf', () => true)
      const known = new Set(relatives.map((each) => tell(each)))
      const missing = result.scan.spans.filter(
        (each) => each.traceId !== '' && each.spanId !== '' && !known.has(tell(each)),
      )
      expect(missing).toEqual([])
    }),
    { numRuns: 200 },
  )
})

function tell(each: Omit<ReturnType<typeof scanRelatives>[number], 'service'>): string {
  const { traceId, spanId, parentSpanId, name, startTimeUnixNano, endTimeUnixNano } = each
  return [traceId, spanId, parentSpanId, name, startTimeUnixNano, endTimeUnixNano].join('|')
}
