import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Encoding, Scan, ScannedRelative } from './scan.ts'
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

const ALL_TRACES = { has: () => true, hasAt: () => true }
const MARKED_BY_ROUTE = { marks: ['http.route'], span: [], shared: [], own: [] }

function scanOf(body: Uint8Array, encoding: Encoding, keys = KEYS): Scan {
  const result = scanTraces(body, encoding, keys)
  if (result.kind !== 'scanned') throw new Error(result.reason)
  return result.scan
}

describe.each(ENCODED)('in %s', (encoding, body) => {
  test('spans of wanted traces, with their parents and services', () => {
    const traces = createTraceSet(1)
    traces.add(TRACE)
    expect(scanOf(body, encoding).relatives(traces, [])).toEqual([
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

  test('only those with both ids, and none of those that are left out', () => {
    const { spans, relatives } = scanOf(body, encoding, MARKED_BY_ROUTE)
    const listIds = (except: typeof spans) =>
      relatives(ALL_TRACES, except).map(({ traceId, spanId }) => `${traceId} ${spanId}`)
    const [first, second, third] = [
      `${TRACE} b7ad6b7169203331`,
      `${OTHER} b7ad6b7169203332`,
      `${TRACE} 00f067aa0ba902b7`,
    ]
    expect(listIds([])).toEqual([first, second, third])
    expect(listIds([spans[1]!])).toEqual([first, third])
    expect(listIds(spans.toReversed())).toEqual([])
  })
})

test('a fault where the scan does not look ends the list', () => {
  const [, [, good]] = ENCODED
  const body = Buffer.from(good)
  // The first byte of the first resource's attributes becomes a group, which OTLP does not have.
  const at = body.indexOf(Buffer.from('host.name')) - 4
  body[at] = 0x0b
  const { relatives } = scanOf(body, 'protobuf')
  expect(relatives(ALL_TRACES, [])).toEqual([])
})

test('of any request, it reads what a scan reads', () => {
  fc.assert(
    fc.property(requests, (request) => {
      const { spans, relatives } = scanOf(write(request), 'protobuf')
      const known = new Set(relatives(ALL_TRACES, []).map((each) => tell(each)))
      const missing = spans.filter(
        (each) => each.traceId !== '' && each.spanId !== '' && !known.has(tell(each)),
      )
      expect(missing).toEqual([])
    }),
    { numRuns: 200 },
  )
})

function tell(each: Omit<ScannedRelative, 'service'>): string {
  const { traceId, spanId, parentSpanId, name, startTimeUnixNano, endTimeUnixNano } = each
  return [traceId, spanId, parentSpanId, name, startTimeUnixNano, endTimeUnixNano].join('|')
}
