import * as fc from 'fast-check'
import { KEYS } from './random-request.ts'

/**
 * Random trace requests as objects of OTLP/JSON, without ids of odd length and without what one
 * encoding cannot say, so that the oracle can encode the same request as protobuf.
 */

const keys = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...Object.values(KEYS).flat()) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
)
const texts = fc.oneof(
  { weight: 20, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.integer({ min: 330, max: 345 }).map((n) => '€'.repeat(n)) },
)
const int64s = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)
const uint64s = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String)
const base64 = fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('base64'))

const { values } = fc.letrec<{ values: object }>((tie) => ({
  values: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ stringValue: texts }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: int64s }),
    fc.record({ intValue: fc.integer().map(String) }),
    fc.record({ doubleValue: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
    fc.record({ doubleValue: fc.constantFrom('NaN', 'Infinity', '-Infinity') }),
    fc.record({ bytesValue: base64 }),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie('values'), { maxLength: 3 }) }) }),
    fc
      .array(fc.record({ key: keys, value: tie('values') }), { maxLength: 2 })
      .map((items) => ({ kvlistValue: { values: items } })),
    fc.constant({}),
  ),
}))

const attributes = fc.array(fc.record({ key: keys, value: values }), { maxLength: 6 })

function ids(bytes: number): fc.Arbitrary<string> {
  const digits = fc.constantFrom(...'0123456789abcdefABCDEF'.split(''))
  const valid = fc.string({ unit: digits, minLength: 2 * bytes, maxLength: 2 * bytes })
  return fc.oneof({ weight: 8, arbitrary: valid }, fc.constantFrom('', '00'.repeat(bytes), 'a1'))
}

/** Each member is there, or `null`, or missing. */
function optional<T extends object>(members: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  const nullable = Object.entries(members).map(([name, member]) => [
    name,
    fc.option(member as fc.Arbitrary<unknown>, { freq: 12 }),
  ])
  const model = Object.fromEntries(nullable) as Record<string, fc.Arbitrary<unknown>>
  return fc.record(model, { requiredKeys: [] })
}

const spans = optional({
  traceId: ids(16),
  spanId: ids(8),
  parentSpanId: ids(8),
  name: texts,
  kind: fc.integer({ min: 0, max: 5 }),
  startTimeUnixNano: uint64s,
  endTimeUnixNano: uint64s,
  attributes,
  events: fc.array(optional({ name: texts, timeUnixNano: uint64s, attributes }), { maxLength: 1 }),
  status: optional({ code: fc.integer({ min: 0, max: 2 }), message: texts }),
})

const scopeSpans = optional({
  scope: optional({ name: texts, version: texts, attributes }),
  spans: fc.array(spans, { maxLength: 4 }),
  schemaUrl: texts,
})

export const jsonRequests = optional({
  resourceSpans: fc.array(
    optional({
      resource: optional({ attributes, droppedAttributesCount: fc.nat() }),
      scopeSpans: fc.array(scopeSpans, { maxLength: 3 }),
    }),
    { maxLength: 3 },
  ),
})
