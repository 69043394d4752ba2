/**
 * OTLP requests in both encodings. The protobuf form is written here by hand, field by field, so
 * that it shares nothing with any codec that is tested, and can be made as odd as a case needs.
 */
import type { Encoding, Signal } from './case.ts'

export function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(rest)])
}

function tag(number: number, wireType: number): Buffer {
  return varint(BigInt(number * 8 + wireType))
}

/** A message, a string or bytes. */
export function field(number: number, ...content: (Uint8Array | string)[]): Buffer {
  const value = Buffer.concat(content.map((part) => Buffer.from(part)))
  return Buffer.concat([tag(number, 2), varint(BigInt(value.length)), value])
}

export function varintField(number: number, value: bigint): Buffer {
  return Buffer.concat([tag(number, 0), varint(value)])
}

export function fixed64Field(number: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value))
  return Buffer.concat([tag(number, 1), bytes])
}

function doubleField(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return Buffer.concat([tag(number, 1), bytes])
}

/** One thing in both encodings: a member of a JSON message, and the fields that stand for it. */
export interface Both {
  readonly json: unknown
  readonly protobuf: Uint8Array
}

const TIME_UNIX_NANO = 1_793_613_600_000_000_001n
const TRACE_ID = '5b8efff798038103d269b633813fc60c'
const SPAN_ID = 'eee19b7ec3c1b174'

/** The attribute that a case is about. */
export const KEY = 'conformance.value'

/** A request with one foreign span of this name; `value` is an attribute of it. */
export function makeTraces(encoding: Encoding, name: string, value?: Both): Buffer {
  return encoding === 'json' ? makeJsonTraces(name, value) : wrap(makeSpan(name, value))
}

function makeJsonTraces(name: string, value: Both | undefined): Buffer {
  const span = { ...makeJsonSpan(name), attributes: value && [{ key: KEY, value: value.json }] }
  return wrapJson([span])
}

export function makeJsonSpan(name: string): Readonly<Record<string, unknown>> {
  const time = String(TIME_UNIX_NANO)
  return {
    traceId: TRACE_ID,
    spanId: SPAN_ID,
    name,
    kind: 3,
    startTimeUnixNano: time,
    endTimeUnixNano: time,
  }
}

export function wrapJson(spans: readonly unknown[]): Buffer {
  return Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }))
}

/** The fields of a span; `more` come after them. */
export function makeSpan(name: string, value?: Both, ...more: Uint8Array[]): Buffer {
  return Buffer.concat([
    field(1, Buffer.from(TRACE_ID, 'hex')),
    field(2, Buffer.from(SPAN_ID, 'hex')),
    field(5, name),
    varintField(6, 3n),
    fixed64Field(7, TIME_UNIX_NANO),
    fixed64Field(8, TIME_UNIX_NANO),
    ...(value === undefined ? [] : [field(9, field(1, KEY), field(2, value.protobuf))]),
    ...more,
  ])
}

/** ExportTraceServiceRequest > ResourceSpans > ScopeSpans > Span. */
export function wrap(span: Uint8Array): Buffer {
  return field(1, field(2, field(2, span)))
}

/** A small request of any signal, in which `name` stands. */
export function makeRequest(signal: Signal, encoding: Encoding, name: string): Buffer {
  if (signal === 'traces') return makeTraces(encoding, name)
  const time = String(TIME_UNIX_NANO)
  if (signal === 'metrics') {
    const point = Buffer.concat([fixed64Field(3, TIME_UNIX_NANO), fixed64Field(6, 7n)])
    const metric = { name, gauge: { dataPoints: [{ timeUnixNano: time, asInt: '7' }] } }
    return encoding === 'json'
      ? Buffer.from(
          JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] }),
        )
      : field(1, field(2, field(2, field(1, name), field(5, field(1, point)))))
  }
  const record = { timeUnixNano: time, body: { stringValue: name } }
  return encoding === 'json'
    ? Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }))
    : field(1, field(2, field(2, fixed64Field(1, TIME_UNIX_NANO), field(5, field(1, name)))))
}

/** A request of traces that is exactly so many bytes long, made so by one long attribute. */
export function makeTracesOfSize(encoding: Encoding, bytes: number): Buffer {
  const make = (length: number): Buffer => {
    const text = 'x'.repeat(length)
    return makeTraces(encoding, 'large', { json: { stringValue: text }, protobuf: field(1, text) })
  }
  // Prefixes of lengths near the limit have the same width, so the second guess is exact.
  const guess = bytes - 1024
  return make(guess + bytes - make(guess).length)
}

/** Every kind of AnyValue, and the values in which codecs differ. */
export const VALUES: Readonly<Record<string, Both>> = {
  string: { json: { stringValue: 'häß ✓ 𝕏' }, protobuf: field(1, 'häß ✓ 𝕏') },
  'empty-string': { json: { stringValue: '' }, protobuf: field(1, '') },
  true: { json: { boolValue: true }, protobuf: varintField(2, 1n) },
  false: { json: { boolValue: false }, protobuf: varintField(2, 0n) },
  int: { json: { intValue: '42' }, protobuf: varintField(3, 42n) },
  'negative-int': { json: { intValue: '-1' }, protobuf: varintField(3, -1n) },
  'largest-int': {
    json: { intValue: '9223372036854775807' },
    protobuf: varintField(3, 9223372036854775807n),
  },
  'smallest-int': {
    json: { intValue: '-9223372036854775808' },
    protobuf: varintField(3, -9223372036854775808n),
  },
  double: { json: { doubleValue: 0.1 }, protobuf: doubleField(4, 0.1) },
  zero: { json: { doubleValue: 0 }, protobuf: doubleField(4, 0) },
  nan: { json: { doubleValue: 'NaN' }, protobuf: doubleField(4, Number.NaN) },
  infinity: { json: { doubleValue: 'Infinity' }, protobuf: doubleField(4, Infinity) },
  'negative-infinity': { json: { doubleValue: '-Infinity' }, protobuf: doubleField(4, -Infinity) },
  array: {
    json: {
      arrayValue: { values: [{ stringValue: 'a' }, { intValue: '2' }, { boolValue: true }] },
    },
    protobuf: field(
      5,
      field(1, field(1, 'a')),
      field(1, varintField(3, 2n)),
      field(1, varintField(2, 1n)),
    ),
  },
  map: {
    json: { kvlistValue: { values: [{ key: 'k', value: { stringValue: 'v' } }] } },
    protobuf: field(6, field(1, field(1, 'k'), field(2, field(1, 'v')))),
  },
  bytes: { json: { bytesValue: 'AAEC/w==' }, protobuf: field(7, Buffer.from([0, 1, 2, 0xff])) },
  nothing: { json: {}, protobuf: Buffer.alloc(0) },
}
