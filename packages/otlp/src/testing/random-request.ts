import * as fc from 'fast-check'
import type { NewAttribute, ScanKeys } from '../scan.ts'
import {
  anyValue,
  bytesField,
  doubleField,
  fixed32Field,
  fixed64Field,
  keyValue,
  message,
  varintField,
  type Branch,
  type Field,
} from './wire-writer.ts'

/**
 * Random trace requests that are valid protobuf, but as no encoder would write them: fields in any
 * order, messages that are there twice, unknown fields everywhere, padded varints.
 */

export const KEYS: ScanKeys = {
  marks: ['test.mark', 'test.other.mark'],
  span: ['test.model', 'test.tokens', 'test.größe'],
  shared: ['service.name', 'test.team'],
  own: ['out.total', 'out.status'],
}

/** Wanted ones of each kind, some that only look like them, and any others. */
const keys = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...Object.values(KEYS).flat()) },
  { weight: 2, arbitrary: fc.constantFrom('test.mode1', 'test.mark.', 'Test.mark', '', 'out.') },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
)

/** Most are short; the others bring a length near to where its varint takes a byte more. */
const texts = fc.oneof(
  { weight: 60, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  { weight: 10, arbitrary: fc.integer({ min: 60, max: 127 }).map((n) => 'x'.repeat(n)) },
  { weight: 4, arbitrary: fc.integer({ min: 330, max: 345 }).map((n) => '€'.repeat(n)) },
  { weight: 4, arbitrary: fc.integer({ min: 16_200, max: 16_384 }).map((n) => 'y'.repeat(n)) },
)

const int64s = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const uint64s = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const someBytes = fc.uint8Array({ maxLength: 20 })
const widths = fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 5 }))

/** Numbers that no OTLP message uses, up to the largest that there is. */
const unknownNumbers = fc.constantFrom(100, 4000, 2 ** 29 - 1)
const unknownFields: fc.Arbitrary<Field> = fc.oneof(
  fc
    .tuple(unknownNumbers, uint64s, fc.integer({ min: 1, max: 10 }))
    .map(([number, value, width]) => varintField(number, value, width)),
  fc.tuple(unknownNumbers, uint64s).map(([number, value]) => fixed64Field(number, value)),
  fc.tuple(unknownNumbers, someBytes, widths).map((args) => bytesField(...args)),
  unknownNumbers.map((number) => fixed32Field(number, 0x0a0a0a0a)),
)

const { values } = fc.letrec<{ values: Field; attributes: Branch }>((tie) => ({
  values: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    texts.map(anyValue.string),
    fc.boolean().map(anyValue.bool),
    int64s.map(anyValue.int),
    fc.integer().map(anyValue.int),
    fc.double().map(anyValue.double),
    someBytes.map(anyValue.bytes),
    fc.array(tie('values'), { maxLength: 3 }).map((items) => anyValue.list(...items)),
    fc.array(tie('attributes'), { maxLength: 3 }).map((items) => anyValue.map(...items)),
  ),
  attributes: fc.tuple(keys, tie('values')).map(([key, value]) => keyValue(1, key, value)),
}))

/** In any order, with unknown fields between them, and with a padded tag and length. */
function disguise(branch: Branch): fc.Arbitrary<Branch> {
  return fc
    .tuple(fc.array(unknownFields, { maxLength: 1 }), widths, widths)
    .chain(([unknown, tagWidth, lengthWidth]) => {
      const fields = [...branch.fields, ...unknown]
      return fc
        .shuffledSubarray(fields, { minLength: fields.length })
        .map((shuffled) => ({ ...branch, fields: shuffled, tagWidth, lengthWidth }))
    })
}

function attributes(number: number): fc.Arbitrary<Branch> {
  const whole = fc.tuple(keys, values).map(([key, value]) => keyValue(number, key, value))
  const hollow = fc.tuple(keys, fc.boolean()).map(([key, hasValue]): Branch => {
    const parts = hasValue ? [message(2)] : []
    return { ...message(number, bytesField(1, key), ...parts), key }
  })
  const keyless = values.map((value) => message(number, message(2, value)))
  return fc
    .oneof({ weight: 20, arbitrary: whole }, hollow, keyless)
    .chain((branch) => disguise(branch))
}

function ids(length: number): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.uint8Array({ minLength: length, maxLength: length }) },
    fc.constant(new Uint8Array(length)),
    fc.uint8Array({ maxLength: 20 }),
  )
}

/** Up to `maxLength` messages made of some of `parts`. */
function messages(
  number: number,
  maxLength: number,
  ...parts: readonly fc.Arbitrary<readonly Field[]>[]
): fc.Arbitrary<Branch[]> {
  const one = fc
    .tuple(...parts)
    .map((fields) => message(number, ...fields.flat()))
    .chain((branch) => disguise(branch))
  return fc.array(one, { maxLength })
}

function several(field: fc.Arbitrary<Field>, maxLength: number): fc.Arbitrary<Field[]> {
  return fc.array(field, { maxLength })
}

const events = messages(
  11,
  1,
  several(
    uint64s.map((time) => fixed64Field(1, time)),
    1,
  ),
  several(
    texts.map((name) => bytesField(2, name)),
    1,
  ),
  several(attributes(3), 2),
)

const spans = messages(
  2,
  4,
  several(
    ids(16).map((id) => bytesField(1, id)),
    2,
  ),
  several(
    ids(8).map((id) => bytesField(2, id)),
    2,
  ),
  several(
    ids(8).map((id) => bytesField(4, id)),
    2,
  ),
  several(
    texts.map((name) => bytesField(5, name)),
    2,
  ),
  several(
    fc.integer({ min: 0, max: 5 }).map((kind) => varintField(6, kind)),
    1,
  ),
  several(
    uint64s.map((time) => fixed64Field(7, time)),
    2,
  ),
  several(
    uint64s.map((time) => fixed64Field(8, time)),
    2,
  ),
  several(attributes(9), 6),
  events,
  several(
    fc.nat().map((flags) => fixed32Field(16, flags)),
    1,
  ),
)

/** Scopes and resources: up to two, which is to merge them. */
const scopes = messages(
  1,
  2,
  several(
    texts.map((name) => bytesField(1, name)),
    2,
  ),
  several(
    texts.map((version) => bytesField(2, version)),
    1,
  ),
  several(attributes(3), 3),
)
const resources = messages(1, 2, several(attributes(1), 4))

const schemaUrls = several(
  texts.map((url) => bytesField(3, url)),
  1,
)
const scopeSpans = messages(2, 2, scopes, spans, schemaUrls)

/** The fields of an `ExportTraceServiceRequest`. */
export const requests: fc.Arbitrary<Field[]> = messages(1, 3, resources, scopeSpans, schemaUrls)
  .chain((branches) => disguise(message(1, ...branches)))
  .map(({ fields }) => [...fields])

/** What a patch adds, as the caller says it and as the bytes that it has to become. */
export const newAttributes: fc.Arbitrary<{ said: NewAttribute; written: Branch }> = fc.oneof(
  fc.tuple(keys, texts).map(([key, value]) => ({
    said: { key, value },
    written: keyValue(9, key, anyValue.string(value)),
  })),
  fc.tuple(keys, fc.double()).map(([key, value]) => ({
    said: { key, value },
    written: keyValue(9, key, doubleField(4, value)),
  })),
  fc.tuple(keys, int64s).map(([key, value]) => ({
    said: { key, value },
    written: keyValue(9, key, varintField(3, value)),
  })),
)
