import { describe, expect, test } from 'vitest'
import { scanTraces } from './scan-traces.ts'
import { decodeTraces, encodeLogsJson, encodeTraces, oracle } from './testing/oracle.ts'
import { KEYS } from './testing/random-request.ts'
import { readSpans } from './testing/read-spans.ts'
import { sampleRequest } from './testing/sample-request.ts'
import {
  anyValue,
  bytesField,
  fixed32Field,
  fixed64Field,
  keyValue,
  message,
  varintField,
  write,
} from './testing/wire-writer.ts'
import { transcodeJson } from './transcode.ts'

const { ExportMetricsServiceRequest } = oracle.collector.metrics.v1

const TRACE_ID = '0AF7651916CD43DD8448EB211C80319C'
const SPAN_ID = 'b7ad6b7169203331'
const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')

function transcode(signal: 'traces' | 'metrics' | 'logs', json: unknown): Uint8Array {
  return transcodeJson(signal, Buffer.from(JSON.stringify(json)))
}

describe('traces', () => {
  test('a request of an SDK', () => {
    const body = transcode('traces', sampleRequest)
    expect(decodeTraces(body)).toEqual(decodeTraces(encodeTraces(sampleRequest)))
  })

  test('is scanned as the JSON is', () => {
    const body = Buffer.from(JSON.stringify(sampleRequest))
    const json = scanTraces(body, 'json', KEYS)
    const protobuf = scanTraces(transcodeJson('traces', body), 'protobuf', KEYS)
    if (json.kind !== 'scanned' || protobuf.kind !== 'scanned') throw new Error('malformed')
    expect(json.scan.spans).toHaveLength(3)
    expect(readSpans(protobuf.scan.spans, KEYS)).toEqual(json.scan.spans)
  })

  /** The first span of a request that has only this one. */
  const transcodeSpan = (span: object): object => {
    const request = { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }
    return decodeTraces(transcode('traces', request)).resourceSpans[0]!.scopeSpans[0]!.spans[0]!
  }

  test('ids in either case, of the span and of its links', () => {
    const ids = { traceId: TRACE_ID, spanId: SPAN_ID }
    expect(transcodeSpan({ ...ids, parentSpanId: '', links: [ids] })).toMatchObject({
      traceId: base64(TRACE_ID),
      spanId: base64(SPAN_ID),
      links: [{ traceId: base64(TRACE_ID), spanId: base64(SPAN_ID) }],
    })
  })

  test('enums as numbers, known or not, and by name', () => {
    expect(transcodeSpan({ kind: 3, status: { code: 2 } })).toMatchObject({
      kind: 3,
      status: { code: 2 },
    })
    expect(transcodeSpan({ kind: 77 })).toMatchObject({ kind: 77 })
    const named = { kind: 'SPAN_KIND_SERVER', status: { code: 'STATUS_CODE_ERROR' } }
    expect(transcodeSpan(named)).toMatchObject({ kind: 2, status: { code: 2 } })
  })

  test('integers as text and as numbers', () => {
    expect(
      transcodeSpan({
        startTimeUnixNano: '18446744073709551615',
        endTimeUnixNano: 1_764_000_000_000_000_000,
        attributes: [
          { key: 'a', value: { intValue: '-9223372036854775808' } },
          { key: 'b', value: { intValue: 7 } },
        ],
      }),
    ).toMatchObject({
      startTimeUnixNano: '18446744073709551615',
      endTimeUnixNano: '1764000000000000000',
      attributes: [
        { key: 'a', value: { intValue: '-9223372036854775808' } },
        { key: 'b', value: { intValue: '7' } },
      ],
    })
  })

  test('values of every kind, zeros among them', () => {
    const values = [
      { stringValue: '' },
      { boolValue: false },
      { intValue: '0' },
      { doubleValue: 0 },
      { doubleValue: 1e-7 },
      { bytesValue: 'AP8=' },
      { arrayValue: { values: [{ stringValue: 'a' }, { arrayValue: { values: [{}] } }] } },
      { kvlistValue: { values: [{ key: 'k', value: { boolValue: true } }] } },
      {},
    ]
    const attributes = values.map((value, index) => ({ key: `key ${index}`, value }))
    expect(transcodeSpan({ attributes })).toMatchObject({ attributes })
  })

  test('NaN and the infinities', () => {
    const names = ['NaN', 'Infinity', '-Infinity']
    const attributes = names.map((doubleValue) => ({ key: 'k', value: { doubleValue } }))
    expect(transcodeSpan({ attributes })).toMatchObject({
      attributes: [NaN, Infinity, -Infinity].map((doubleValue) => ({
        key: 'k',
        value: { doubleValue },
      })),
    })
  })

  test('an attribute that is called like an id is none', () => {
    const attributes = [{ key: 'traceId', value: { stringValue: 'not hex' } }]
    expect(transcodeSpan({ attributes })).toMatchObject({ attributes })
  })

  test('null members are absent, unknown ones are left out', () => {
    expect(transcodeSpan({ name: null, spanId: null, events: null, unknown: { a: [1] } })).toEqual(
      transcodeSpan({}),
    )
  })
})

describe('metrics', () => {
  const times = { startTimeUnixNano: '1764000000000000000', timeUnixNano: '1764000060000000000' }
  const attributes = [{ key: 'a', value: { stringValue: 'b' } }]
  const exemplar = {
    timeUnixNano: '1764000030000000000',
    asInt: '-5',
    filteredAttributes: attributes,
  }

  test.each<[string, object]>([
    ['gauge', { gauge: { dataPoints: [{ ...times, attributes, asDouble: 0 }] } }],
    [
      'sum',
      {
        sum: {
          dataPoints: [{ ...times, attributes, asInt: '0', flags: 1 }],
          aggregationTemporality: 2,
          isMonotonic: true,
        },
      },
    ],
    [
      'histogram',
      {
        histogram: {
          dataPoints: [
            {
              ...times,
              attributes,
              count: '3',
              sum: 0,
              min: 0,
              max: 0,
              bucketCounts: ['1', '0', '18446744073709551615'],
              explicitBounds: [-1, 0.5],
              exemplars: [exemplar],
            },
          ],
          aggregationTemporality: 1,
        },
      },
    ],
    [
      'exponential histogram',
      {
        exponentialHistogram: {
          dataPoints: [
            {
              ...times,
              attributes,
              count: '7',
              sum: 0,
              min: 0,
              max: 0,
              scale: -3,
              zeroCount: '1',
              zeroThreshold: 0.001,
              positive: { offset: -2, bucketCounts: ['1', '2'] },
              negative: { offset: 4, bucketCounts: ['3'] },
            },
          ],
          aggregationTemporality: 2,
        },
      },
    ],
    [
      'summary',
      {
        summary: {
          dataPoints: [
            {
              ...times,
              attributes,
              count: '2',
              sum: 9.5,
              quantileValues: [{ quantile: 0.5, value: 4 }],
            },
          ],
        },
      },
    ],
  ])('a %s', (name, data) => {
    const metric = { name, description: 'a text', unit: '{USD}', ...data }
    const scope = { name: 'acme.http', version: '1.2.3' }
    const request = { resourceMetrics: [{ scopeMetrics: [{ scope, metrics: [metric] }] }] }
    const decoded = ExportMetricsServiceRequest.decode(transcode('metrics', request))
    expect(ExportMetricsServiceRequest.toObject(decoded, { longs: String })).toEqual(request)
  })

  test('ids of exemplars, and infinities where numbers stand', () => {
    const exemplars = [{ traceId: TRACE_ID, spanId: SPAN_ID, asDouble: 'NaN' }]
    const point = { explicitBounds: ['-Infinity', 0, 'Infinity'], min: 'Infinity', exemplars }
    const metrics = [{ histogram: { dataPoints: [point] } }]
    const body = transcode('metrics', { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] })
    const decoded = ExportMetricsServiceRequest.decode(body)
    const options = { longs: String, bytes: String }
    expect(ExportMetricsServiceRequest.toObject(decoded, options)).toMatchObject({
      resourceMetrics: [
        {
          scopeMetrics: [
            {
              metrics: [
                {
                  histogram: {
                    dataPoints: [
                      {
                        explicitBounds: [-Infinity, 0, Infinity],
                        min: Infinity,
                        exemplars: [
                          { traceId: base64(TRACE_ID), spanId: base64(SPAN_ID), asDouble: NaN },
                        ],
                      },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    })
  })
})

test('logs', () => {
  // By the numbers of the published .proto: the oracle cannot decode logs.
  const expected = write([
    message(
      1,
      message(1, keyValue(1, 'service.name', anyValue.string('shop'))),
      message(
        2,
        message(1, bytesField(1, 'acme.http'), bytesField(2, '1.2.3')),
        message(
          2,
          fixed64Field(1, 1_764_000_000_000_000_001n),
          varintField(2, 9),
          bytesField(3, 'INFO'),
          message(5, anyValue.map(keyValue(1, 'spent', anyValue.double(0.5)))),
          keyValue(6, 'team', anyValue.string('search')),
          varintField(7, 3),
          fixed32Field(8, 1),
          bytesField(9, Buffer.from(TRACE_ID, 'hex')),
          bytesField(10, Buffer.from(SPAN_ID, 'hex')),
          fixed64Field(11, 1_764_000_000_000_000_002n),
          bytesField(12, 'budget.crossed'),
        ),
        bytesField(3, 'https://a.test/2'),
      ),
      bytesField(3, 'https://a.test/1'),
    ),
  ])
  const json = encodeLogsJson({
    hrTime: [1_764_000_000, 1],
    hrTimeObserved: [1_764_000_000, 2],
    severityNumber: 9,
    severityText: 'INFO',
    eventName: 'budget.crossed',
    body: { spent: 0.5 },
    attributes: { team: 'search' },
    droppedAttributesCount: 3,
    spanContext: { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 },
    resource: { attributes: { 'service.name': 'shop' }, schemaUrl: 'https://a.test/1' },
    instrumentationScope: { name: 'acme.http', version: '1.2.3', schemaUrl: 'https://a.test/2' },
  })
  expect(Buffer.from(transcodeJson('logs', json))).toEqual(expected)
})

describe('an empty request', () => {
  test.each(['traces', 'metrics', 'logs'] as const)('%s', (signal) => {
    expect(transcodeJson(signal, Buffer.from('{}'))).toHaveLength(0)
  })
})

describe('what is no request throws', () => {
  test.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['not JSON', '{"resourceSpans":'],
    ['null', 'null'],
    ['a list', '[]'],
    ['text', '"resourceSpans"'],
    ['no UTF-8', Buffer.from('{"a":"\xff"}', 'latin1')],
    ['resourceSpans is no list', '{"resourceSpans":{}}'],
    ['an item is no object', '{"resourceSpans":[5]}'],
    ['an id is no hex', '{"resourceSpans":[{"scopeSpans":[{"spans":[{"spanId":"zz"}]}]}]}'],
    ['an id of half a byte', '{"resourceSpans":[{"scopeSpans":[{"spans":[{"spanId":"abc"}]}]}]}'],
  ])('%s', (_, body) => {
    expect(() => transcodeJson('traces', Buffer.from(body))).toThrow(/./)
  })
})
