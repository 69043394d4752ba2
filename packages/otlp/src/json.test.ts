import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAttributeBlock } from './encode-attributes.ts'
import type { NewAttribute, Scan, ScanKeys } from './scan.ts'
import { scanTraces } from './scan-traces.ts'
import { writeJson } from './testing/json-writer.ts'
import { encodeTraces } from './testing/oracle.ts'
import { jsonRequests } from './testing/random-json-request.ts'
import { KEYS } from './testing/random-request.ts'
import { readSpans } from './testing/read-spans.ts'
import { sampleRequest } from './testing/sample-request.ts'

function scan(body: string | Uint8Array, keys: ScanKeys = KEYS): Scan {
  const result = scanTraces(Buffer.from(body), 'json', keys)
  if (result.kind !== 'scanned') throw new Error(result.reason)
  return result.scan
}

/** Gives all marked spans the same attributes. */
function patchAll(text: string, attributes: readonly NewAttribute[], keys?: ScanKeys): string {
  const { spans, patch } = scan(text, keys)
  return Buffer.from(patch(spans.map((span) => ({ span, attributes })))).toString()
}

const MARK = '{"key":"test.mark","value":{"stringValue":"yes"}}'
const ADDED = [{ key: 'new', value: 'text' }]
const ADDED_TEXT = ',{"key":"new","value":{"stringValue":"text"}}'

const requestOf = (span: string): string =>
  `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`

/** The one marked span of a request that has these members beside its mark. */
function scanSpan(members: string) {
  const { spans } = scan(requestOf(`{${members},"attributes":[${MARK}]}`))
  expect(spans).toHaveLength(1)
  return spans[0]!
}

describe('values', () => {
  test.each<[string, string, unknown]>([
    ['text', '{"stringValue":"Gr\\u00f6\\u00dfe €"}', 'Größe €'],
    ['empty text', '{"stringValue":""}', ''],
    ['long text', `{"stringValue":"${'€'.repeat(400)}"}`, '€'.repeat(341)],
    ['true', '{"boolValue":true}', true],
    ['false', '{"boolValue":false}', false],
    ['an integer', '{"intValue":"-12"}', -12],
    ['an integer as a number', '{"intValue":12}', 12],
    ['an integer as 1e3', '{"intValue":1e3}', 1000],
    ['2^53', '{"intValue":"9007199254740992"}', 9_007_199_254_740_992n],
    ['-2^63', '{"intValue":"-9223372036854775808"}', -9_223_372_036_854_775_808n],
    ['2^63, which is too large', '{"intValue":"9223372036854775808"}', undefined],
    ['an integer that is none', '{"intValue":"12.5"}', undefined],
    ['a double', '{"doubleValue":0.1}', 0.1],
    ['a double as text', '{"doubleValue":"-1.5e3"}', -1500],
    ['no number', '{"doubleValue":"NaN"}', NaN],
    ['infinity', '{"doubleValue":"-Infinity"}', -Infinity],
    ['a double that is empty text', '{"doubleValue":""}', undefined],
    ['a double that is white space', '{"doubleValue":" "}', undefined],
    ['a double that is hex', '{"doubleValue":"0x10"}', undefined],
    ['a list', '{"arrayValue":{"values":[{"stringValue":"a"},{"intValue":"2"}]}}', ['a', 2]],
    ['an empty list', '{"arrayValue":{}}', []],
    ['a list of lists', '{"arrayValue":{"values":[{"arrayValue":{}},{"intValue":1}]}}', [1]],
    ['a map', '{"kvlistValue":{"values":[]}}', undefined],
    ['bytes', '{"bytesValue":"AAE="}', undefined],
    ['nothing', '{}', undefined],
    ['null', 'null', undefined],
    ['null members', '{"stringValue":null,"intValue":"3"}', 3],
  ])('%s', (_, value, expected) => {
    const attribute = `{"key":"test.model","value":${value}}`
    const { spans } = scan(requestOf(`{"attributes":[${MARK},${attribute}]}`))
    expect(spans[0]?.attributes.get('test.model')).toEqual(expected)
  })

  test('the first attribute of a key counts, even without a value', () => {
    const attributes = `${MARK},{"key":"test.model"},{"key":"test.model","value":{"intValue":1}}`
    const { spans } = scan(requestOf(`{"attributes":[${attributes}]}`))
    expect(spans[0]?.attributes).toEqual(new Map([['test.mark', 'yes']]))
  })
})

test('what the scanning side writes itself is not read, whoever asks for it', () => {
  const own = '{"key":"out.total","value":{"doubleValue":1}}'
  const text = requestOf(`{"attributes":[${own},${MARK}]}`)
  const { spans } = scan(text, { ...KEYS, span: ['out.total'] })
  expect(spans[0]?.attributes).toEqual(new Map([['test.mark', 'yes']]))
})

describe('members of a span', () => {
  test('ids in upper case', () => {
    const members = '"traceId":"0AF7651916CD43DD8448EB211C80319C","spanId":"B7AD6B7169203331"'
    expect(scanSpan(members)).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
    })
  })

  test.each(['""', '"b7ad"', '"0000000000000000"', '"g7ad6b7169203331"', 'null', '7'])(
    'the id %s is none',
    (id) => {
      expect(scanSpan(`"spanId":${id},"parentSpanId":${id}`)).toMatchObject({
        spanId: '',
        parentSpanId: '',
      })
    },
  )

  test.each<[string, bigint]>([
    ['"1764000000123456789"', 1_764_000_000_123_456_789n],
    ['"18446744073709551615"', 2n ** 64n - 1n],
    // A double has no better one for ...789.
    ['1764000000123456789', 1_764_000_000_123_456_768n],
    ['1e3', 1000n],
    ['null', 0n],
  ])('the time %s', (time, expected) => {
    expect(scanSpan(`"startTimeUnixNano":${time}`).startTimeUnixNano).toBe(expected)
  })

  test.each(['"18446744073709551616"', '1e300', '"-1"', '-1', '1.5', '"1e3"', '""', 'true', '{}'])(
    'the time %s is malformed',
    (time) => {
      const body = Buffer.from(requestOf(`{"endTimeUnixNano":${time},"attributes":[${MARK}]}`))
      expect(scanTraces(body, 'json', KEYS)).toEqual({
        kind: 'malformed',
        reason: 'endTimeUnixNano is no time',
      })
    },
  )
})

describe('malformed', () => {
  test.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['not JSON', '{"resourceSpans":[}'],
    ['two values', '{} {}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '5'],
    ['a byte order mark', '\ufeff{}'],
    ['no UTF-8', Buffer.from('{"a":"\xff"}', 'latin1')],
    ['UTF-16', Buffer.from('{}', 'utf16le')],
    ['resourceSpans is no list', '{"resourceSpans":{}}'],
    ['an item is no object', '{"resourceSpans":[null]}'],
    ['a resource is no object', '{"resourceSpans":[{"resource":[]}]}'],
    ['a span is no object', requestOf('7')],
    ['an attribute is no object', requestOf('{"attributes":["test.mark"]}')],
  ])('%s', (_, body) => {
    expect(scanTraces(Buffer.from(body), 'json', KEYS)).toEqual({
      kind: 'malformed',
      reason: expect.stringMatching(/./),
    })
  })
})

test.each(['{}', '{"resourceSpans":null}', '{"resourceSpans":[]}', ' {"resourceSpans":[{}]}\n'])(
  '%s has no spans',
  (text) => {
    const { spanCount, patch } = scan(text)
    expect(spanCount).toBe(0)
    expect(Buffer.from(patch([])).toString()).toBe(text)
  },
)

describe('a patch', () => {
  test.each<[string, string]>([
    ['forms of numbers', `{"a":[1e3,1.0,-0,1E+2,12345678901234567890],"attributes":[${MARK}]}`],
    ['order of members', `{"spanId":"","attributes":[${MARK}],"traceId":""}`],
    ['escapes in names', `{"\\u0061ttributes":[${MARK}]}`],
    ['escapes in text', `{"name":"\\"]}\\\\","x":"\\ud83d\\u00e9\\/","attributes":[${MARK}]}`],
    ['the last of several members', `{"attributes":[],"attributes":[${MARK}]}`],
    ['text beyond ASCII', `{"name":"文字 😀 é","attributes":[${MARK}]}`],
    ['white space', `\t{ "attributes" :\r\n[ ${MARK}\n] , "name":"" } `],
    ['brackets in text', `{"name":"[{","attributes":[{"key":"}]"},${MARK}]}`],
    ['lists that are null', `{"events":null,"attributes":[${MARK}],"links":null}`],
  ])('keeps %s', (_, span) => {
    const behind = span.lastIndexOf(MARK) + MARK.length
    const expected = span.slice(0, behind) + ADDED_TEXT + span.slice(behind)
    expect(patchAll(requestOf(span), ADDED)).toBe(requestOf(expected))
  })

  test('goes by the last of several lists, whatever the others hold', () => {
    const patched = patchAll(
      `{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[${MARK}]},7,{}],"spans":[{},{"attributes":[${MARK}]}]}]}]}`,
      ADDED,
    )
    expect(patched).toBe(
      `{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[${MARK}]},7,{}],"spans":[{},{"attributes":[${MARK}${ADDED_TEXT}]}]}]}]}`,
    )
  })

  test('steps over texts of any length, with escapes at their end and behind it', () => {
    for (let length = 55; length < 75; length++) {
      for (const end of ['', '\\"', '\\\\', '\\\\\\"', '\\"]}\\"']) {
        const text = `"name":"${'x'.repeat(length)}${end}"`
        const patched = patchAll(requestOf(`{${text},"attributes":[${MARK}],${text}}`), ADDED)
        const expected = requestOf(`{${text},"attributes":[${MARK}${ADDED_TEXT}],${text}}`)
        expect(patched, `${length} and ${end}`).toBe(expected)
      }
    }
  })

  test('keeps a request that is printed over many lines', () => {
    const text = JSON.stringify(sampleRequest, undefined, 2)
    const patched = patchAll(text, ADDED, { ...KEYS, own: [] })
    expect(patched.split(ADDED_TEXT)).toHaveLength(4)
    expect(patched.replaceAll(ADDED_TEXT, '')).toBe(text)
  })

  test('replaces ours, wherever they stand', () => {
    const own = '{"value":{"doubleValue":1},"\\u006bey":"out.total"}'
    const patched = patchAll(requestOf(`{"attributes":[${own}, ${MARK} ,${own}],"kind":3}`), ADDED)
    expect(patched).toBe(requestOf(`{"attributes":[${MARK}${ADDED_TEXT}],"kind":3}`))
  })

  test.each<[NewAttribute['value'], string]>([
    ['a "quoted" €', '{"stringValue":"a \\"quoted\\" €"}'],
    [0.0238275, '{"doubleValue":0.0238275}'],
    [-Infinity, '{"doubleValue":"-Infinity"}'],
    [NaN, '{"doubleValue":"NaN"}'],
    [2n ** 63n - 1n, '{"intValue":"9223372036854775807"}'],
    [-1n, '{"intValue":"-1"}'],
  ])('writes %s', (value, expected) => {
    expect(patchAll(requestOf(`{"attributes":[${MARK}]}`), [{ key: 'new', value }])).toBe(
      requestOf(`{"attributes":[${MARK},{"key":"new","value":${expected}}]}`),
    )
  })

  test('refuses a span of another request, and one span twice', () => {
    const text = requestOf(`{"attributes":[${MARK}]}`)
    const { spans, patch } = scan(text)
    const ours = { span: spans[0]!, attributes: [] }
    const other = { span: scan(text).spans[0]!, attributes: [] }
    expect(() => patch([other])).toThrow('a span of another request')
    expect(() => patch([ours, ours])).toThrow('patched twice')
  })
})

/** Members of a parsed request, as far as a patch changes it. */
interface ParsedAttribute {
  key?: string
}
interface ParsedRequest {
  resourceSpans?:
    | {
        scopeSpans?: { spans?: { attributes?: ParsedAttribute[] | null }[] | null }[] | null
      }[]
    | null
}

describe('random requests', () => {
  const choices = fc.array(fc.nat({ max: 1_000_000 }), { minLength: 20, maxLength: 200 })

  test('a patch adds its text and changes no other', () => {
    const property = fc.property(jsonRequests, choices, (request, chosen) => {
      const text = writeJson(request, chosen)
      const patched = patchAll(text, ADDED, { ...KEYS, own: [] })
      expect(patched.replaceAll(ADDED_TEXT, '')).toBe(text)
    })
    fc.assert(property, { numRuns: 500 })
  })

  test('a block stands before the attributes of a span', () => {
    const attributes = ['{"key":"test.mark","value":{"intValue":1}}']
    const body = (all: readonly string[]): string =>
      `{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[${all.join(',')}]}]}]}]}`
    const { spans, patch } = scan(body(attributes))
    const block = createAttributeBlock([{ key: 'a', value: 'b' }])
    const patched = patch([{ span: spans[0]!, block, attributes: [{ key: 'c', value: 4n }] }])
    const added = [
      '{"key":"a","value":{"stringValue":"b"}}',
      '{"key":"c","value":{"intValue":"4"}}',
    ]
    expect(Buffer.from(patched).toString()).toBe(body([...attributes, ...added]))
  })

  test('parsed, a patched request has the new attributes in place of ours', () => {
    const property = fc.property(jsonRequests, choices, (request, chosen) => {
      const text = writeJson(request, chosen)
      const expected = JSON.parse(text) as ParsedRequest
      const spans = (expected.resourceSpans ?? [])
        .flatMap(({ scopeSpans }) => scopeSpans ?? [])
        .flatMap((scopeSpans) => scopeSpans.spans ?? [])
      for (const span of spans) {
        const attributes = span.attributes ?? []
        if (!attributes.some(({ key }) => KEYS.marks.includes(key ?? ''))) continue
        const kept = attributes.filter(({ key }) => !KEYS.own.includes(key ?? ''))
        span.attributes = [...kept, JSON.parse(ADDED_TEXT.slice(1)) as ParsedAttribute]
      }
      expect(JSON.parse(patchAll(text, ADDED))).toEqual(expected)
    })
    fc.assert(property, { numRuns: 500 })
  })

  test('are read as the same request in protobuf is', () => {
    const property = fc.property(jsonRequests, choices, (request, chosen) => {
      const result = scanTraces(encodeTraces(request), 'protobuf', KEYS)
      const { spans, spanCount } = scan(writeJson(request, chosen))
      expect(result).toMatchObject({ kind: 'scanned', scan: { spanCount } })
      if (result.kind === 'scanned') expect(spans).toEqual(readSpans(result.scan.spans, KEYS))
    })
    fc.assert(property, { numRuns: 500 })
  })
})
