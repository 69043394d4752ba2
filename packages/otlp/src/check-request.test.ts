import { describe, expect, test } from 'vitest'
import { findRequestFault } from './check-request.ts'

const METRICS = '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"a"}]}]}]}'

describe('a request that is passed on unread', () => {
  test.each([
    ['metrics', METRICS],
    ['logs', '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]},{}]}], "later": 1}'],
    ['traces', '{}'],
    ['profiles', '{"resourceProfiles":[{"scopeProfiles":[{"profiles":[{}]}]}],"dictionary":{}}'],
    ['metrics', '{"resourceMetrics":null}'],
  ] as const)('%s in JSON: %s', (signal, text) => {
    expect(findRequestFault(signal, 'json', Buffer.from(text))).toBeUndefined()
  })

  test.each([
    ['logs', '[]', 'the request is not an object'],
    ['profiles', '{"resourceProfiles":{}}', 'resourceProfiles is not a list'],
    ['metrics', '{"resourceMetrics":{}}', 'resourceMetrics is not a list'],
    ['logs', '{"resourceLogs":[1]}', 'an item of resourceLogs is not an object'],
    ['metrics', '{"resourceMetrics":[{"scopeMetrics":7}]}', 'scopeMetrics is not a list'],
    [
      'metrics',
      '{"resourceMetrics":[{"scopeMetrics":[{"metrics":["a"]}]}]}',
      'an item of metrics is not an object',
    ],
  ] as const)('%s in JSON, malformed: %s', (signal, text, fault) => {
    expect(findRequestFault(signal, 'json', Buffer.from(text))).toBe(fault)
  })

  test('JSON that is cut off or not UTF-8', () => {
    expect(findRequestFault('metrics', 'json', Buffer.from(METRICS.slice(0, -1)))).toMatch(/JSON/)
    expect(findRequestFault('logs', 'json', Buffer.from([0x7b, 0xff, 0x7d]))).toMatch(/utf-8/i)
  })

  // Field 1 of the request, 2 of what is in it, 2 of that: an item, with field 1: a string.
  const item = [0x0a, 1, 0x61]
  const request = [0x0a, 7, 0x12, 5, 0x12, 3, ...item]

  test.each([
    ['nothing', []],
    ['one item', request],
    ['unknown fields', [...request, 0xc0, 0x3e, 1]],
    ['what is inside of an item', [0x0a, 6, 0x12, 4, 0x12, 2, 0x0a, 0]],
  ])('in protobuf: %s', (_, bytes) => {
    expect(findRequestFault('metrics', 'protobuf', Buffer.from(bytes))).toBeUndefined()
  })

  test.each([
    ['text', [...Buffer.from('no OTLP')], 'wire type 6 is not supported'],
    ['cut off', request.slice(0, -1), 'a length runs past the end of its message'],
    // Item and all above it end where they should, but the string in the item does not.
    [
      'an inner length beyond the outer',
      [0x0a, 7, 0x12, 5, 0x12, 3, 0x0a, 9, 0x61],
      'a length runs past the end of its message',
    ],
  ])('in protobuf, malformed: %s', (_, bytes, fault) => {
    expect(findRequestFault('logs', 'protobuf', Buffer.from(bytes))).toBe(fault)
  })
})
