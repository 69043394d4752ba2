/**
 * Our schema is written by hand. Here each of its messages passes through the oracle's class of
 * the same message with every field set, so that no number, type or name can be wrong.
 */
import * as fc from 'fast-check'
import type { Field, Type } from 'protobufjs'
import { describe, expect, test } from 'vitest'
import { REQUEST_TYPES } from './messages.ts'
import { encodeLogs, oracle, type OracleType } from './testing/oracle.ts'
import { message, varintField, write } from './testing/wire-writer.ts'

const { root } = REQUEST_TYPES.traces
root.resolveAll()

const { common, resource, trace, metrics, collector } = oracle
const { ExponentialHistogramDataPoint, SummaryDataPoint, ...metricTypes } = metrics.v1
const { Span, Status, ...traceTypes } = trace.v1
const nestedIn = (type: object | undefined): Record<string, OracleType> =>
  type as unknown as Record<string, OracleType>

const ORACLE_TYPES: Record<string, OracleType | undefined> = {
  ExportTraceServiceRequest: collector.trace.v1.ExportTraceServiceRequest,
  ExportMetricsServiceRequest: collector.metrics.v1.ExportMetricsServiceRequest,
  ...common.v1,
  ...resource.v1,
  ResourceSpans: traceTypes.ResourceSpans,
  ScopeSpans: traceTypes.ScopeSpans,
  Span,
  SpanEvent: nestedIn(Span)['Event'],
  SpanLink: nestedIn(Span)['Link'],
  SpanStatus: Status,
  ...metricTypes,
  ExponentialHistogramDataPoint,
  'ExponentialHistogramDataPoint.Buckets': nestedIn(ExponentialHistogramDataPoint)['Buckets'],
  SummaryDataPoint,
  'SummaryDataPoint.ValueAtQuantile': nestedIn(SummaryDataPoint)['ValueAtQuantile'],
}
// What only files use, and enums, which are numbers for us.
for (const name of ['MetricsData', 'AggregationTemporality', 'DataPointFlags']) {
  delete ORACLE_TYPES[name]
}

/** Fields newer than the oracle, by the message that has them. */
const NEWER: Record<string, string[]> = {
  AnyValue: ['stringValueStrindex'],
  KeyValue: ['keyStrindex'],
}

const integers = (min: bigint, max: bigint): fc.Arbitrary<string> =>
  fc.bigInt({ min, max }).filter(Boolean).map(String)
const uint32s = fc.integer({ min: 1, max: 2 ** 32 - 1 })
const int32s = fc.integer().filter(Boolean)
const int64s = integers(-(2n ** 63n), 2n ** 63n - 1n)
const uint64s = integers(1n, 2n ** 64n - 1n)

/**
 * Over their whole range, so that a signed type cannot pass for an unsigned one; without zeros,
 * which are the same as absent.
 */
const SCALARS: Record<string, fc.Arbitrary<unknown>> = {
  string: fc.string({ unit: 'grapheme', minLength: 1 }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  bool: fc.constant(true),
  double: fc.double().filter((value) => value !== 0),
  int32: int32s,
  sint32: int32s,
  uint32: uint32s,
  fixed32: uint32s,
  int64: int64s,
  sfixed64: int64s,
  uint64: uint64s,
  fixed64: uint64s,
}

/** Objects with every field of `type`, and of each oneof any one; `depth` bounds the nesting. */
function fullObjects(type: Type, depth: number): fc.Arbitrary<object> {
  const fields = type.fieldsArray.filter((field) => !NEWER[type.name]?.includes(field.name))
  const alone = fields.filter(({ partOf }) => partOf === null || partOf.isProto3Optional)
  const parts = [fc.record(Object.fromEntries(alone.map((field) => [field.name, valuesOf(field)])))]
  for (const oneof of type.oneofsArray.filter(({ isProto3Optional }) => !isProto3Optional)) {
    const members = oneof.fieldsArray.filter((field) => fields.includes(field))
    const scalars = members.filter(({ resolvedType }) => resolvedType === null)
    const choice = depth > 0 || scalars.length === 0 ? members : scalars
    parts.push(fc.oneof(...choice.map((field) => fc.record({ [field.name]: valuesOf(field) }))))
  }
  return fc.tuple(...parts).map((objects) => Object.assign({}, ...objects) as object)

  function valuesOf(field: Field): fc.Arbitrary<unknown> {
    const one = valueOf(field)
    return field.repeated ? fc.array(one, { minLength: 1, maxLength: 2 }) : one
  }

  function valueOf(field: Field): fc.Arbitrary<unknown> {
    const nested = field.resolvedType
    if (nested === null) return SCALARS[field.type]!
    if ('fields' in nested) return fullObjects(nested, depth - 1)
    return fc.constantFrom(...Object.values(nested.values).filter(Boolean))
  }
}

const PLAIN = { longs: String, bytes: String }

describe.each(Object.entries(ORACLE_TYPES))('%s', (name, theirs) => {
  const ours = root.lookupType(name)
  if (theirs === undefined) throw new Error(`the oracle has no ${name}`)

  test('has the fields that the oracle knows, and no others', () => {
    const known = Object.keys(theirs.prototype).filter((key) => key !== 'toJSON')
    const newer = NEWER[name] ?? []
    expect(ours.fieldsArray.map((field) => field.name).toSorted()).toEqual(
      [...known, ...newer].toSorted(),
    )
  })

  test('reads and writes them as the oracle does', () => {
    const property = fc.property(fullObjects(ours, 3), (object) => {
      const bytes = theirs.encode(theirs.fromObject(object)).finish()
      const expected = theirs.toObject(theirs.decode(bytes), PLAIN)
      const decoded = ours.decode(bytes)
      expect(ours.toObject(decoded, PLAIN)).toEqual(expected)
      const back = ours.encode(decoded).finish()
      expect(theirs.toObject(theirs.decode(back), PLAIN)).toEqual(expected)
    })
    fc.assert(property, { numRuns: 20 })
  })
})

test('fields newer than the oracle', () => {
  // As published: `string_value_strindex = 8` and `key_strindex = 3`, both int32.
  const bytes = write([message(2, varintField(8, 7)), varintField(3, -1)])
  const keyValue = root.lookupType('KeyValue')
  expect(keyValue.toObject(keyValue.decode(bytes))).toEqual({
    value: { stringValueStrindex: 7 },
    keyStrindex: -1,
  })
})

test('a log record', () => {
  const record = {
    hrTime: [1_764_000_000, 1],
    hrTimeObserved: [1_764_000_000, 2],
    severityNumber: 9,
    severityText: 'INFO',
    eventName: 'budget.crossed',
    body: 'half of it is spent',
    attributes: { team: 'search' },
    droppedAttributesCount: 3,
    spanContext: {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: 1,
    },
    resource: { attributes: { 'service.name': 'shop' }, schemaUrl: 'https://a.test/1' },
    instrumentationScope: { name: 'acme.http', version: '1.2.3', schemaUrl: 'https://a.test/2' },
  }
  const decoded = REQUEST_TYPES.logs.decode(encodeLogs(record))
  expect(REQUEST_TYPES.logs.toObject(decoded, PLAIN)).toEqual({
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeLogs: [
          {
            scope: { name: 'acme.http', version: '1.2.3' },
            logRecords: [
              {
                timeUnixNano: '1764000000000000001',
                observedTimeUnixNano: '1764000000000000002',
                severityNumber: 9,
                severityText: 'INFO',
                eventName: 'budget.crossed',
                body: { stringValue: 'half of it is spent' },
                attributes: [{ key: 'team', value: { stringValue: 'search' } }],
                droppedAttributesCount: 3,
                flags: 1,
                traceId: Buffer.from('0af7651916cd43dd8448eb211c80319c', 'hex').toString('base64'),
                spanId: Buffer.from('b7ad6b7169203331', 'hex').toString('base64'),
              },
            ],
            schemaUrl: 'https://a.test/2',
          },
        ],
        schemaUrl: 'https://a.test/1',
      },
    ],
  })
})

test('no message is left out', () => {
  const logs = ['ExportLogsServiceRequest', 'ResourceLogs', 'ScopeLogs', 'LogRecord']
  // Written by hand in response.test.ts: the oracle has no google.rpc, and one name per signal.
  const responses = ['ExportServiceResponse', 'PartialSuccess', 'Status', 'Any']
  const retry = ['RetryInfo', 'Duration']
  const tested = Object.keys(ORACLE_TYPES).filter((name) => !name.includes('.'))
  const names = root.nestedArray.filter((each) => 'fields' in each).map(({ name }) => name)
  expect(names.toSorted()).toEqual([...tested, ...logs, ...responses, ...retry].toSorted())
})
