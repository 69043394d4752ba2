import { describe, expect, test } from 'vitest'
import {
  decodeExportResponse,
  decodeRetryAfterMs,
  encodeExportResponse,
  encodeStatus,
  RPC_CODES,
  type PartialSuccess,
} from './response.ts'
import { decodeLogsResponse, oracle } from './testing/oracle.ts'
import { bytesField, message, varintField, write, type Field } from './testing/wire-writer.ts'

const { ExportTraceServiceResponse } = oracle.collector.trace.v1
const { ExportMetricsServiceResponse } = oracle.collector.metrics.v1

const ORACLES = {
  traces: (body: Uint8Array): object =>
    ExportTraceServiceResponse.toObject(ExportTraceServiceResponse.decode(body), { longs: Number }),
  metrics: (body: Uint8Array): object =>
    ExportMetricsServiceResponse.toObject(ExportMetricsServiceResponse.decode(body), {
      longs: Number,
    }),
  logs: decodeLogsResponse,
}

const SIGNALS = [
  ['traces', 'rejectedSpans'],
  ['metrics', 'rejectedDataPoints'],
  ['logs', 'rejectedLogRecords'],
] as const

describe.each(SIGNALS)('the response for %s', (signal, rejectedName) => {
  const partial: PartialSuccess = { rejected: 3n, message: 'too old' }

  test('without partial success has no members', () => {
    expect(encodeExportResponse('protobuf', signal, undefined)).toHaveLength(0)
    expect(Buffer.from(encodeExportResponse('json', signal, undefined)).toString()).toBe('{}')
  })

  test('with partial success, as protobuf', () => {
    expect(ORACLES[signal](encodeExportResponse('protobuf', signal, partial))).toEqual({
      partialSuccess: { [rejectedName]: 3, errorMessage: 'too old' },
    })
  })

  test('with partial success, as JSON', () => {
    const body = Buffer.from(encodeExportResponse('json', signal, partial)).toString()
    expect(body).toBe(`{"partialSuccess":{"${rejectedName}":"3","errorMessage":"too old"}}`)
  })

  test('is read from JSON', () => {
    const read = (partialSuccess: object): PartialSuccess | undefined =>
      decodeExportResponse('json', signal, Buffer.from(JSON.stringify({ partialSuccess })))
    expect(read({ [rejectedName]: '3', errorMessage: 'too old' })).toEqual(partial)
    expect(read({ [rejectedName]: 3 })).toEqual({ rejected: 3n, message: '' })
    expect(read({ errorMessage: 'a warning' })).toEqual({ rejected: 0n, message: 'a warning' })
    expect(read({ rejected: 3 })).toBeUndefined()
  })

  test('is read from protobuf', () => {
    const read = (...fields: readonly Field[]): PartialSuccess | undefined =>
      decodeExportResponse('protobuf', signal, write([message(1, ...fields)]))
    expect(read(varintField(1, 3), bytesField(2, 'too old'))).toEqual(partial)
    const many = 2n ** 60n + 1n
    expect(read(varintField(1, many))).toEqual({ rejected: many, message: '' })
    expect(read(bytesField(2, 'a warning'))).toEqual({ rejected: 0n, message: 'a warning' })
    expect(read()).toBeUndefined()
  })
})

describe('an answer that cannot be read counts as success', () => {
  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"partialSuccess":null}',
    '{"partialSuccess":{"rejectedSpans":"x"}}',
  ])('JSON: %s', (body) => {
    expect(decodeExportResponse('json', 'traces', Buffer.from(body))).toBeUndefined()
  })

  test.each(['', '0a', '0aff', '<html>'])('protobuf: %s', (body) => {
    const bytes = Buffer.from(body, body.startsWith('<') ? 'latin1' : 'hex')
    expect(decodeExportResponse('protobuf', 'traces', bytes)).toBeUndefined()
  })
})

const RETRY_INFO_URL = 'type.googleapis.com/google.rpc.RetryInfo'

/** A `google.rpc.Status` with RetryInfo, by the numbers of its published .proto. */
function statusBytes(...duration: readonly Field[]): Buffer {
  const retryInfo = message(2, message(1, ...duration))
  return write([
    varintField(1, 8),
    bytesField(2, 'busy'),
    message(3, bytesField(1, 'type.googleapis.com/google.rpc.Help'), bytesField(2, 'not read')),
    message(3, bytesField(1, RETRY_INFO_URL), retryInfo),
  ])
}

describe('a status', () => {
  test('as protobuf', () => {
    const status = encodeStatus('protobuf', RPC_CODES.INVALID_ARGUMENT, 'no request')
    expect(Buffer.from(status).toString('hex')).toBe('0803' + '120a' + '6e6f2072657175657374')
  })

  test('as JSON', () => {
    const status = encodeStatus('json', RPC_CODES.UNAVAILABLE, 'say "later"', 1500)
    expect(JSON.parse(Buffer.from(status).toString())).toEqual({ code: 14, message: 'say "later"' })
  })

  test.each<[number, Field[]]>([
    [1500, [varintField(1, 1), varintField(2, 500_000_000)]],
    [30_000, [varintField(1, 30)]],
    [0.6, [varintField(2, 1_000_000)]],
    [0, []],
    [-5, []],
  ])('that asks for %f ms', (afterMs, duration) => {
    const expected = write([
      varintField(1, 8),
      bytesField(2, 'busy'),
      message(3, bytesField(1, RETRY_INFO_URL), message(2, message(1, ...duration))),
    ])
    const status = encodeStatus('protobuf', RPC_CODES.RESOURCE_EXHAUSTED, 'busy', afterMs)
    expect(Buffer.from(status)).toEqual(expected)
  })
})

describe('the delay that a status asks for', () => {
  test.each<[string, Uint8Array, number | undefined]>([
    ['seconds and nanos', statusBytes(varintField(1, 1), varintField(2, 500_000_000)), 1500],
    ['seconds', statusBytes(varintField(1, 30)), 30_000],
    ['nanos', statusBytes(varintField(2, 1_000_000)), 1],
    ['none', statusBytes(), 0],
    ['no details', write([varintField(1, 8), bytesField(2, 'busy')]), undefined],
    ['an empty body', new Uint8Array(), undefined],
    ['no protobuf', Buffer.from('<html>'), undefined],
    [
      'details that are no RetryInfo',
      write([message(3, bytesField(1, RETRY_INFO_URL), bytesField(2, '<html>'))]),
      undefined,
    ],
  ])('%s', (_, status, expected) => {
    expect(decodeRetryAfterMs(status)).toBe(expected)
  })
})
