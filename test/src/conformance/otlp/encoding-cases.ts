/** What may stand in a request: kinds of values, forms of JSON, odd protobuf, unknown fields. */
import assert from 'node:assert/strict'
import { ENCODINGS, MEDIA_TYPES, type Case, type Encoding } from './case.ts'
import { checkAccepted, checkForwarded, checkRefused } from './checks.ts'
import { callExport } from './grpc-client.ts'
import { send } from './http-client.ts'
import {
  field,
  fixed64Field,
  makeJsonSpan,
  makeSpan,
  makeTraces,
  VALUES,
  varint,
  varintField,
  wrap,
  wrapJson,
  type Both,
} from './messages.ts'

function post(encoding: Encoding, body: Uint8Array | string) {
  return { headers: { 'content-type': MEDIA_TYPES[encoding] }, body }
}

function accepts(id: string, encoding: Encoding, body: Uint8Array | string): Case {
  return {
    id,
    run: async (target) => checkAccepted(await send(target, post(encoding, body)), encoding),
  }
}

function refuses(id: string, encoding: Encoding, body: Uint8Array | string): Case {
  return {
    id,
    run: async (target) => checkRefused(await send(target, post(encoding, body)), encoding, 400),
  }
}

/** Every kind of value is taken, and arrives as it was. */
const values = Object.entries(VALUES).flatMap(([name, value]) => [
  ...ENCODINGS.map((encoding): Case => {
    const id = `value/${encoding}/${name}`
    return {
      id,
      needs: 'sink',
      run: async (target) => {
        const body = makeTraces(encoding, id, value)
        checkAccepted(await send(target, post(encoding, body)), encoding)
        await checkForwarded(target.sink!, id, value)
      },
    }
  }),
  {
    id: `value/grpc/${name}`,
    needs: 'sink',
    run: async (target) => {
      const id = `value/grpc/${name}`
      const { code, details } = await callExport(target, {
        body: makeTraces('protobuf', id, value),
      })
      assert.deepEqual([code, details], [0, ''])
      await checkForwarded(target.sink!, id, value)
    },
  } satisfies Case,
])

/** Other ways of writing a value in JSON, and the value that is meant. */
const LENIENT: Readonly<Record<string, [json: unknown, meant: Both]>> = {
  'int-as-number': [{ intValue: 42 }, VALUES['int']!],
  'negative-int-as-number': [{ intValue: -1 }, VALUES['negative-int']!],
  'double-as-string': [{ doubleValue: '0.1' }, VALUES['double']!],
}

const lenient = Object.entries(LENIENT).map(([name, [json, meant]]): Case => {
  const id = `json/${name}`
  return {
    id,
    needs: 'sink',
    run: async (target) => {
      const body = makeTraces('json', id, { json, protobuf: meant.protobuf })
      checkAccepted(await send(target, post('json', body)), 'json')
      await checkForwarded(target.sink!, id, meant)
    },
  }
})

const span = makeJsonSpan('json')
const json = (changes: object): Buffer => wrapJson([{ ...span, ...changes }])
const text = json({}).toString()

const jsonForms = [
  accepts('json/ids-in-upper-case', 'json', json({ traceId: 'ABCDEF'.repeat(5).concat('AB') })),
  accepts('json/no-ids', 'json', wrapJson([{ name: 'without ids' }])),
  accepts('json/empty-parent', 'json', json({ parentSpanId: '' })),
  accepts('json/enum-as-number', 'json', json({ kind: 5, status: { code: 2 } })),
  accepts('json/enum-of-the-future', 'json', json({ kind: 99 })),
  accepts('json/times-as-numbers', 'json', json({ startTimeUnixNano: 1, endTimeUnixNano: 2 })),
  accepts(
    'json/unknown-in-request',
    'json',
    text.replace('{', '{"future":{"deep":[1,{"a":null}]},'),
  ),
  accepts('json/unknown-in-span', 'json', json({ future: [{ nested: { deeper: 'x' } }] })),
  accepts(
    'json/null-members',
    'json',
    json({ attributes: null, status: null, parentSpanId: null }),
  ),
  accepts('json/white-space', 'json', JSON.stringify(JSON.parse(text), null, '\t').concat('\r\n ')),
  accepts(
    'json/escaped-name',
    'json',
    text.replace('resourceSpans', String.raw`resource\u0053pans`),
  ),
  accepts(
    'json/escaped-text',
    'json',
    json({ name: 'A' })
      .toString()
      .replace('"A"', String.raw`"\u0041\n\ud835\udd4f"`),
  ),
  accepts('json/empty-lists', 'json', '{"resourceSpans":[]}'),
  accepts('json/empty-envelopes', 'json', '{"resourceSpans":[{},{"scopeSpans":[{}]}]}'),
  accepts(
    'json/other-order',
    'json',
    wrapJson([Object.fromEntries(Object.entries(span).reverse())]),
  ),
  refuses('json/nothing', 'json', ''),
  refuses('json/list', 'json', '[]'),
  refuses('json/string', 'json', '"resourceSpans"'),
  refuses('json/number', 'json', '42'),
  refuses('json/trailing-text', 'json', `${text} more`),
  refuses('json/trailing-comma', 'json', text.replace(/}$/, ',}')),
  refuses('json/single-quotes', 'json', text.replaceAll('"', "'")),
  refuses('json/bare-nan', 'json', json({ kind: 1 }).toString().replace('"kind":1', '"kind":NaN')),
  refuses('json/list-is-text', 'json', '{"resourceSpans":"x"}'),
  refuses('json/span-is-number', 'json', '{"resourceSpans":[{"scopeSpans":[{"spans":[1]}]}]}'),
  refuses('json/protobuf-inside', 'json', makeTraces('protobuf', 'mislabelled')),
]

const unknownMembers = ['request', 'span'].map((place): Case => {
  const id = `json/keeps-unknown-in-${place}`
  const member = '"future":{"deep":[1.0,{"a":null}]}'
  return {
    id,
    needs: 'sink',
    run: async (target) => {
      const plain = json({ name: id }).toString()
      const at = place === 'request' ? 1 : plain.indexOf('"traceId"')
      const body = `${plain.slice(0, at)}${member},${plain.slice(at)}`
      checkAccepted(await send(target, post('json', body)), 'json')
      const forwarded = await target.sink!.find(Buffer.from(id))
      assert(forwarded.body.includes(member), 'the unknown member is lost')
    },
  }
})

const known = makeSpan('protobuf')
const whole = wrap(known)
const resource = field(1, field(1, field(1, 'service.name'), field(2, field(1, 'shop'))))

const protobufForms = [
  accepts('protobuf/no-ids', 'protobuf', wrap(field(5, 'without ids'))),
  accepts('protobuf/empty-envelopes', 'protobuf', Buffer.concat([field(1), field(1, field(2))])),
  accepts(
    'protobuf/enum-of-the-future',
    'protobuf',
    wrap(Buffer.concat([known, varintField(6, 99n)])),
  ),
  accepts(
    'protobuf/repeated-singular',
    'protobuf',
    wrap(Buffer.concat([field(5, 'first'), known])),
  ),
  accepts(
    'protobuf/resource-after-spans',
    'protobuf',
    field(1, field(2, field(2, known)), resource),
  ),
  accepts(
    'protobuf/long-length',
    'protobuf',
    Buffer.concat([
      // The length of 2 bytes, written in 4.
      Buffer.from([0x0a, 0x82, 0x80, 0x80, 0x00]),
      field(2),
    ]),
  ),
  refuses('protobuf/cut-in-length', 'protobuf', Buffer.from([0x0a, 0xff])),
  refuses('protobuf/length-beyond-end', 'protobuf', Buffer.from([0x0a, 0x7f, 0x01])),
  refuses('protobuf/inner-length-beyond-outer', 'protobuf', Buffer.from([0x0a, 2, 0x12, 9])),
  refuses(
    'protobuf/endless-varint',
    'protobuf',
    Buffer.from([0x08, ...Array<number>(11).fill(0xff)]),
  ),
  refuses('protobuf/field-zero', 'protobuf', Buffer.concat([whole, Buffer.from([0x02, 0])])),
  refuses('protobuf/wire-type-seven', 'protobuf', Buffer.concat([whole, Buffer.from([0x0f])])),
  refuses('protobuf/group-not-begun', 'protobuf', Buffer.concat([whole, Buffer.from([0x0c])])),
  refuses('protobuf/json-inside', 'protobuf', text),
]

/** Fields that no version of OTLP has: ignored by whoever reads, kept by whoever passes on. */
const UNKNOWN: Readonly<Record<string, Buffer>> = {
  message: field(1000, field(3, 'from the future')),
  varint: varintField(1001, 123_456_789_012n),
  fixed64: fixed64Field(1002, 0x0123_4567_89ab_cdefn),
  fixed32: Buffer.concat([varint(BigInt(1003 * 8 + 5)), Buffer.from([1, 2, 3, 4])]),
}

const unknownFields = Object.entries(UNKNOWN).flatMap(([name, unknown]) => {
  const bodies = {
    span: (id: string) => wrap(makeSpan(id, undefined, unknown)),
    request: (id: string) => Buffer.concat([wrap(makeSpan(id)), unknown]),
  }
  return Object.entries(bodies).flatMap(([place, make]): Case[] => {
    const accepted = `protobuf/unknown-${name}-in-${place}`
    const kept = `protobuf/keeps-${name}-in-${place}`
    const run = async (target: Parameters<Case['run']>[0]): Promise<void> => {
      checkAccepted(await send(target, post('protobuf', make(kept))), 'protobuf')
      const forwarded = await target.sink!.find(Buffer.from(kept))
      assert(forwarded.body.includes(unknown), 'the unknown field is lost')
    }
    return [accepts(accepted, 'protobuf', make(accepted)), { id: kept, needs: 'sink', run }]
  })
})

export const ENCODING_CASES: readonly Case[] = [
  ...values,
  ...lenient,
  ...jsonForms,
  ...unknownMembers,
  ...protobufForms,
  ...unknownFields,
]
