import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scanTraces } from './scan-traces.ts'
import { expectedSpans } from './testing/expected-spans.ts'
import { decodeTraces } from './testing/oracle.ts'
import { KEYS, requests } from './testing/random-request.ts'
import { readSpans, type ReadSpan } from './testing/read-spans.ts'
import { listSpans, mergeRepeated } from './testing/request-tree.ts'
import {
  anyValue,
  bytesField,
  doubleField,
  fixed64Field,
  keyValue,
  leaf,
  message,
  tag,
  varint,
  varintField,
  write,
  type Field,
} from './testing/wire-writer.ts'

function scanSpans(...request: readonly Field[]): readonly ReadSpan[] {
  const result = scanTraces(write(request), 'protobuf', KEYS)
  if (result.kind !== 'scanned') throw new Error(result.reason)
  return readSpans(result.scan.spans, KEYS)
}

const mark = keyValue(9, 'test.mark', anyValue.string('yes'))

/** The one marked span of a request that has `fields` beside its mark. */
function scanSpan(...fields: readonly Field[]): ReadSpan {
  const spans = scanSpans(message(1, message(2, message(2, ...fields, mark))))
  expect(spans).toHaveLength(1)
  return spans[0]!
}

/** What is read of an attribute whose `KeyValue` value has these fields. */
function readValue(...value: readonly Field[]) {
  return scanSpan(keyValue(9, 'test.model', ...value)).attributes.get('test.model')
}

const shortDouble = leaf(tag(4, 1), Buffer.alloc(7))
const traceId = Buffer.from('0AF7651916CD43DD8448EB211C80319C', 'hex')
const spanId = Buffer.from('B7AD6B7169203331', 'hex')

test('a whole request', () => {
  const spans = scanSpans(
    message(
      1,
      message(1, keyValue(1, 'service.name', anyValue.string('shop'))),
      message(
        2,
        message(
          1,
          bytesField(1, 'acme.http'),
          bytesField(2, '1.2.3'),
          keyValue(3, 'test.team', anyValue.string('search')),
          keyValue(3, 'test.model', anyValue.string('not read from scopes')),
        ),
        message(2, bytesField(5, 'without a mark')),
        message(
          2,
          bytesField(1, traceId),
          bytesField(2, spanId),
          bytesField(4, Buffer.from('00f067aa0ba902b7', 'hex')),
          bytesField(5, 'chat gpt-5'),
          varintField(6, 3),
          fixed64Field(7, 1_764_000_000_123_456_789n),
          fixed64Field(8, 1_764_000_001_000_000_000n),
          mark,
          keyValue(9, 'test.tokens', anyValue.int(1200)),
          keyValue(9, 'not.wanted', anyValue.string('left alone')),
          keyValue(9, 'out.total', anyValue.double(1)),
        ),
      ),
    ),
  )
  expect(spans).toEqual([
    {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      parentSpanId: '00f067aa0ba902b7',
      name: 'chat gpt-5',
      startTimeUnixNano: 1_764_000_000_123_456_789n,
      endTimeUnixNano: 1_764_000_001_000_000_000n,
      attributes: new Map<string, unknown>([
        ['test.mark', 'yes'],
        ['test.tokens', 1200],
      ]),
      scope: {
        name: 'acme.http',
        version: '1.2.3',
        attributes: new Map([['test.team', 'search']]),
      },
      resource: new Map([['service.name', 'shop']]),
    },
  ])
})

test('an empty request has no spans', () => {
  const result = scanTraces(new Uint8Array(), 'protobuf', KEYS)
  expect(result).toMatchObject({ kind: 'scanned', scan: { spanCount: 0, spans: [] } })
})

test('a span without any field but its mark', () => {
  const empty = new Map()
  expect(scanSpan()).toEqual({
    traceId: '',
    spanId: '',
    parentSpanId: '',
    name: '',
    startTimeUnixNano: 0n,
    endTimeUnixNano: 0n,
    attributes: new Map([['test.mark', 'yes']]),
    scope: { name: '', version: '', attributes: empty },
    resource: empty,
  })
})

describe('marks', () => {
  const event = message(11, keyValue(3, 'test.mark', anyValue.string('of an event')))
  const link = message(13, keyValue(4, 'test.mark', anyValue.string('of a link')))
  const inside = keyValue(9, 'a.map', anyValue.map(keyValue(1, 'test.mark', anyValue.int(1))))

  test('of events, links, maps and resources are none of the span', () => {
    const resource = message(1, keyValue(1, 'test.mark', anyValue.string('of a resource')))
    const span = message(2, event, link, inside)
    expect(scanSpans(message(1, resource, message(2, span)))).toEqual([])
  })

  test('count with any value, and with none', () => {
    const hollow = message(9, bytesField(1, 'test.mark'))
    const [span] = scanSpans(message(1, message(2, message(2, hollow))))
    expect(span?.attributes).toEqual(new Map())
  })
})

test.each<[string, Field[]]>([
  ['a key of another length', [keyValue(9, 'test.mark.', anyValue.int(1))]],
  ['an attribute without a value', [message(9, bytesField(1, 'test.model'))]],
  ['a tag of two bytes', [varintField(16, 1), bytesField(100, 'unknown')]],
  ['a tag of five bytes', [varintField(2 ** 29 - 1, 1)]],
  ['a padded length', [bytesField(5, 'name', 5)]],
  ['a text of 20 kB', [bytesField(5, 'x'.repeat(20_000))]],
])('a span without a mark has none, whatever else it has: %s', (_, fields) => {
  expect(scanSpans(message(1, message(2, message(2, ...fields))))).toEqual([])
  // Behind all that, a mark is found.
  expect(scanSpans(message(1, message(2, message(2, ...fields, mark))))).toHaveLength(1)
})

test('a fault in the fields of a span without a mark is found', () => {
  for (const bytes of [[0x0a, 1], [0x0a], [0x0c, 0], [0x02, 0], [0x39, 0, 0], [0x30, 0x80]]) {
    const broken = message(2, leaf(Uint8Array.from(bytes)))
    const body = write([message(1, message(2, broken, message(2)))])
    expect(scanTraces(body, 'protobuf', KEYS)).toMatchObject({ kind: 'malformed' })
  }
})

test('texts that were read before, and others of their length', () => {
  const texts = Array.from({ length: 3000 }, (_, index) => `model-${index % 1500}-${index % 2}`)
  const read = texts.map((text) => readValue(anyValue.string(text)))
  expect(read).toEqual(texts)
})

test('what the scanning side writes itself is not read, whoever asks for it', () => {
  const span = message(2, mark, keyValue(9, 'out.total', anyValue.double(1)))
  const body = write([message(1, message(2, span))])
  const result = scanTraces(body, 'protobuf', { ...KEYS, span: ['out.total'] })
  if (result.kind !== 'scanned') throw new Error(result.reason)
  const [read] = readSpans(result.scan.spans, KEYS)
  expect(read?.attributes).toEqual(new Map([['test.mark', 'yes']]))
})

describe('order', () => {
  const resource = message(1, keyValue(1, 'service.name', anyValue.string('shop')))
  const scope = message(1, bytesField(1, 'acme.http'))

  test('the resource and the scope may stand behind the spans', () => {
    const [span] = scanSpans(message(1, message(2, message(2, mark), scope), resource))
    expect(span?.scope.name).toBe('acme.http')
    expect(span?.resource).toEqual(new Map([['service.name', 'shop']]))
  })

  test('resources and scopes that are there twice are merged', () => {
    const again = message(1, bytesField(2, '2.0'))
    const team = message(1, keyValue(1, 'test.team', anyValue.string('search')))
    const [span] = scanSpans(message(1, resource, message(2, scope, message(2, mark), again), team))
    expect(span?.scope).toMatchObject({ name: 'acme.http', version: '2.0' })
    expect(span?.resource).toEqual(
      new Map([
        ['service.name', 'shop'],
        ['test.team', 'search'],
      ]),
    )
  })

  test('a value may stand before its key', () => {
    const span = scanSpan(
      message(9, message(2, anyValue.string('gpt-5')), bytesField(1, 'test.model')),
    )
    expect(span.attributes.get('test.model')).toBe('gpt-5')
  })

  test('of a key that is there twice the last counts', () => {
    const value = message(2, anyValue.string('gpt-5'))
    const [one, other] = [bytesField(1, 'test.model'), bytesField(1, 'other')]
    expect(scanSpan(message(9, other, value, one)).attributes.get('test.model')).toBe('gpt-5')
    expect(scanSpan(message(9, one, value, other)).attributes.has('test.model')).toBe(false)
  })

  test.each([
    ['text', [anyValue.string('first')], 'first'],
    ['a map', [anyValue.map()], undefined],
    ['an empty value', [], undefined],
  ])('the first attribute of a key counts: %s', (_, value, expected) => {
    const later = keyValue(9, 'test.model', anyValue.string('later'))
    const span = scanSpan(keyValue(9, 'test.model', ...value), later)
    expect(span.attributes.get('test.model')).toBe(expected)
  })

  test('the first attribute of a key counts in resources too', () => {
    const hollow = message(1, message(1, bytesField(1, 'service.name')))
    const [span] = scanSpans(message(1, hollow, resource, message(2, message(2, mark))))
    expect(span?.resource).toEqual(new Map())
  })

  test('the last of a field that is there twice counts', () => {
    const span = scanSpan(
      bytesField(1, traceId),
      bytesField(2, spanId),
      bytesField(5, 'first'),
      fixed64Field(7, 1n),
      bytesField(1, Buffer.alloc(16, 7)),
      bytesField(2, 'short'),
      bytesField(5, 'last'),
      fixed64Field(7, 2n),
    )
    expect(span).toMatchObject({
      traceId: '07'.repeat(16),
      spanId: '',
      name: 'last',
      startTimeUnixNano: 2n,
    })
  })
})

describe('ids', () => {
  test.each([0, 1, 7, 9, 16])('a span id of %i bytes is none', (length) => {
    const id = Buffer.alloc(length, 1)
    expect(scanSpan(bytesField(2, id), bytesField(4, id))).toMatchObject({
      spanId: '',
      parentSpanId: '',
    })
  })

  test.each([0, 8, 15, 17])('a trace id of %i bytes is none', (length) => {
    expect(scanSpan(bytesField(1, Buffer.alloc(length, 1))).traceId).toBe('')
  })

  test('zeros are none', () => {
    expect(scanSpan(bytesField(1, Buffer.alloc(16)), bytesField(2, Buffer.alloc(8)))).toMatchObject(
      { traceId: '', spanId: '' },
    )
  })
})

describe('values', () => {
  test.each<[string, Field[], unknown]>([
    ['text', [anyValue.string('Größe €')], 'Größe €'],
    ['empty text', [anyValue.string('')], ''],
    ['true', [anyValue.bool(true)], true],
    ['false', [anyValue.bool(false)], false],
    ['true as ten bytes', [varintField(2, -1)], true],
    ['zero', [anyValue.int(0)], 0],
    ['a negative integer', [anyValue.int(-1)], -1],
    ['zero as ten bytes', [varintField(3, 0, 10)], 0],
    ['2^53 - 1', [anyValue.int(2n ** 53n - 1n)], 9_007_199_254_740_991],
    ['2^53', [anyValue.int(2n ** 53n)], 9_007_199_254_740_992n],
    ['-2^63', [anyValue.int(-(2n ** 63n))], -9_223_372_036_854_775_808n],
    ['a double', [anyValue.double(0.1)], 0.1],
    ['no number', [anyValue.double(NaN)], NaN],
    ['a list', [anyValue.list(anyValue.string('a'), anyValue.int(2))], ['a', 2]],
    ['an empty list', [anyValue.list()], []],
    [
      'a list with things that are not read',
      [anyValue.list(anyValue.map(), anyValue.list(), anyValue.bytes(traceId), anyValue.int(1))],
      [1],
    ],
    ['a map', [anyValue.map(keyValue(1, 'a', anyValue.int(1)))], undefined],
    ['bytes', [anyValue.bytes(traceId)], undefined],
    ['nothing', [], undefined],
    ['an unknown kind', [bytesField(100, 'new')], undefined],
    ['two kinds: the last counts', [anyValue.string('a'), anyValue.int(7)], 7],
    ['two kinds, the last a map', [anyValue.string('a'), anyValue.map()], undefined],
    ['two kinds, the last bytes', [anyValue.int(7), anyValue.bytes(traceId)], undefined],
    ['one kind and an unknown field', [anyValue.int(7), varintField(100, 1)], 7],
    ['a known number of another wire type', [varintField(1, 5), doubleField(3, 5)], undefined],
    ['bytes that are no UTF-8', [bytesField(1, Buffer.from([0x61, 0xff]))], 'a\ufffd'],
  ])('%s', (_, value, expected) => {
    expect(readValue(...value)).toEqual(expected)
  })

  test.each([
    ['up to 1024 bytes', 'x'.repeat(1024), 'x'.repeat(1024)],
    ['longer', 'x'.repeat(1025), 'x'.repeat(1024)],
    ['a character of 2 bytes across the limit', `${'x'.repeat(1023)}é`, 'x'.repeat(1023)],
    ['a character of 4 bytes across the limit', `${'x'.repeat(1021)}😀`, 'x'.repeat(1021)],
    ['a character of 4 bytes below the limit', `${'x'.repeat(1020)}😀y`, `${'x'.repeat(1020)}😀`],
  ])('text is cut to 1024 bytes: %s', (_, text, expected) => {
    expect(readValue(anyValue.string(text))).toBe(expected)
    expect(scanSpan(bytesField(5, text)).name).toBe(expected)
  })
})

describe('malformed', () => {
  const inSpan = (...bytes: readonly number[]): Uint8Array =>
    write([message(1, message(2, message(2, mark, leaf(Uint8Array.from(bytes)))))])
  const inRequest = (...bytes: readonly Uint8Array[]): Uint8Array => Buffer.concat(bytes)

  test.each<[string, Uint8Array, string]>([
    ['a length beyond the end', inRequest(tag(1, 2), varint(5)), 'a length runs past the end'],
    ['a length beyond its message', inSpan(0x0a, 1), 'a length runs past the end'],
    ['a length beyond 2^53', inRequest(tag(1, 2), varint(2n ** 53n)), 'above 2^53 - 1'],
    ['a length that does not end', inRequest(tag(1, 2), Buffer.of(0x80)), 'a varint runs past'],
    [
      'a length that is not there, before another message',
      write([message(1, message(2, message(2, mark, leaf(Buffer.of(0x0a))), message(2)))]),
      'a varint runs past the end',
    ],
    ['a length of eleven bytes', inRequest(tag(1, 2), Buffer.alloc(11, 0x80)), 'than ten bytes'],
    ['a number of eleven bytes', inSpan(0x30, ...Buffer.alloc(11, 0x80)), 'than ten bytes'],
    ['a number that does not end', inSpan(0x30, 0xff), 'a varint runs past the end'],
    ['field 0', inSpan(0x02, 0x00), '2 is no tag'],
    ['a field above 2^29 - 1', inRequest(tag(2 ** 29, 2), varint(0)), '4294967298 is no tag'],
    ['a group', inSpan(0x0b, 0x0c), 'wire type 3 is not supported'],
    ['the end of a group', inSpan(0x0c), 'wire type 4 is not supported'],
    ['wire type 6', inSpan(0x0e), 'wire type 6 is not supported'],
    ['a time of seven bytes', inSpan(0x39, ...Buffer.alloc(7)), 'a field runs past the end'],
    ['flags of three bytes', inSpan(0x85, 0x01, 0, 0, 0), 'a field runs past the end'],
    [
      'a double of seven bytes',
      write([message(1, message(2, message(2, mark, keyValue(9, 'test.model', shortDouble))))]),
      'a field runs past the end',
    ],
  ])('%s', (_, body, reason) => {
    expect(scanTraces(body, 'protobuf', KEYS)).toEqual({
      kind: 'malformed',
      reason: expect.stringContaining(reason),
    })
  })

  test('the reason says where', () => {
    // Byte 0 is the tag, byte 1 the length.
    const result = scanTraces(Buffer.of(0x0a, 5), 'protobuf', KEYS)
    expect(result).toMatchObject({ reason: expect.stringContaining('(byte 2)') })
  })

  test('what is not read is not checked', () => {
    const broken = bytesField(1, Buffer.of(0xff))
    const request = [message(1, broken, message(2, broken, message(2, bytesField(11, 'broken'))))]
    const result = scanTraces(write(request), 'protobuf', KEYS)
    expect(result).toMatchObject({ kind: 'scanned', scan: { spanCount: 1 } })
  })
})

test('of two spans asked in turns, each answers for itself', () => {
  const span = (model: string): Field =>
    message(2, keyValue(9, 'test.model', anyValue.string(model)), mark)
  const body = write([message(1, message(2, span('first'), span('second')))])
  const result = scanTraces(body, 'protobuf', KEYS)
  if (result.kind !== 'scanned') throw new Error(result.reason)
  const [first, second] = result.scan.spans
  const models = [first, second, first].map((each) => each?.attributes.get('test.model'))
  expect(models).toEqual(['first', 'second', 'first'])
  expect(second?.attributes.has('test.model')).toBe(true)
  expect(second?.attributes.has('test.tokens')).toBe(false)
  expect(second?.attributes.get('not.wanted')).toBeUndefined()
})

test('random requests are read as the oracle reads them', () => {
  const property = fc.property(requests, (request) => {
    const result = scanTraces(write(request), 'protobuf', KEYS)
    if (result.kind !== 'scanned') throw new Error(result.reason)
    expect(result.scan.spanCount).toBe(listSpans(request).length)
    const decoded = decodeTraces(write(mergeRepeated(request)))
    expect(readSpans(result.scan.spans, KEYS)).toEqual(expectedSpans(decoded, KEYS))
  })
  fc.assert(property, { numRuns: 500 })
})
