import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAttributeBlock } from './encode-attributes.ts'
import type { NewAttribute, Scan, ScanKeys } from './scan.ts'
import { scanTraces } from './scan-traces.ts'
import { decodeTraces, type PlainAttribute, type PlainRequest } from './testing/oracle.ts'
import { KEYS, newAttributes, requests } from './testing/random-request.ts'
import { hasKey, listSpans, patchTree } from './testing/request-tree.ts'
import {
  anyValue,
  bytesField,
  keyValue,
  message,
  write,
  type Branch,
  type Field,
} from './testing/wire-writer.ts'

function scan(body: Uint8Array, keys: ScanKeys = KEYS): Scan {
  const result = scanTraces(body, 'protobuf', keys)
  if (result.kind !== 'scanned') throw new Error(result.reason)
  return result.scan
}

/** Gives all marked spans the same attributes. */
function patchAll(body: Uint8Array, attributes: readonly NewAttribute[], keys?: ScanKeys): Buffer {
  const { spans, patch } = scan(body, keys)
  return Buffer.from(patch(spans.map((span) => ({ span, attributes }))))
}

const mark = keyValue(9, 'test.mark', anyValue.string('yes'))

function requestOf(...spans: readonly Field[][]): Buffer {
  return write([message(1, message(2, ...spans.map((fields) => message(2, ...fields))))])
}

/** The attributes of the first span, as the oracle reads them. */
function attributesIn(body: Uint8Array): PlainAttribute[] {
  return decodeTraces(body).resourceSpans[0]!.scopeSpans[0]!.spans[0]!.attributes
}

const text = (key: string, stringValue: string): PlainAttribute => ({ key, value: { stringValue } })

describe('bytes', () => {
  test('an attribute goes behind the last one, and the three lengths above grow', () => {
    // resource_spans { scope_spans { span { attribute m = "v"; kind 3 } } }
    const body = Buffer.from('0a10' + '120e' + '120c' + '4a08' + '0a016d12030a0176' + '3003', 'hex')
    const keys = { marks: ['m'], span: [], shared: [], own: [] }
    const patched = patchAll(body, [{ key: 'k', value: 5n }], keys)
    expect(patched.toString('hex')).toBe(
      '0a19' + '1217' + '1215' + '4a080a016d12030a0176' + '4a070a016b12021805' + '3003',
    )
  })

  test('a patch of no spans gives equal bytes', () => {
    const body = requestOf([mark], [mark])
    expect(Buffer.from(scan(body).patch([]))).toEqual(body)
  })

  test('the scanned bytes stay as they are, and a patch can be made again', () => {
    const body = requestOf([mark, bytesField(5, 'a name')])
    const copy = Buffer.from(body)
    const { spans, patch } = scan(body)
    const patches = [{ span: spans[0]!, attributes: [{ key: 'new', value: 'text' }] }]
    const first = patch(patches)
    expect(body).toEqual(copy)
    expect(patch(patches)).toEqual(first)
  })

  test('a block stands before the attributes of a span', () => {
    const body = requestOf([mark], [mark])
    const one: NewAttribute = { key: 'a.name', value: 'ünlike' }
    const other: NewAttribute = { key: 'a.count', value: -3n }
    const more: NewAttribute = { key: 'a.total', value: 0.5 }
    const block = createAttributeBlock([one, other])
    const { spans, patch } = scan(body)
    const patched = patch(spans.map((span) => ({ span, block, attributes: [more] })))
    expect(Buffer.from(patched)).toEqual(patchAll(body, [one, other, more]))
  })

  test('attributes may take far more than their request', () => {
    const body = requestOf([mark], [mark, mark])
    const values = ['x'.repeat(3000), 'é'.repeat(3000), 'z'.repeat(40_000)]
    const patched = patchAll(
      body,
      values.map((value) => ({ key: 'new', value })),
    )
    expect(attributesIn(patched)).toEqual([
      text('test.mark', 'yes'),
      ...values.map((value) => text('new', value)),
    ])
  })

  test('nobody else has the memory of the output', () => {
    const body = requestOf([mark])
    const added = [{ key: 'new', value: 1 }]
    const { spans, patch } = scan(body)
    const [one, other] = [0, 1].map(() => patch([{ span: spans[0]!, attributes: added }]))
    expect(new Set([body.buffer, one?.buffer, other?.buffer]).size).toBe(3)
  })

  test('the request may be a part of a larger buffer', () => {
    const body = requestOf([mark])
    const inside = Buffer.concat([Buffer.alloc(7, 0xff), body, Buffer.alloc(7, 0xff)])
    const added = [{ key: 'new', value: 1 }]
    expect(patchAll(inside.subarray(7, 7 + body.length), added)).toEqual(patchAll(body, added))
  })
})

describe('attributes', () => {
  test.each<[string, NewAttribute['value'], object]>([
    ['text', 'Größe €', { stringValue: 'Größe €' }],
    ['empty text', '', { stringValue: '' }],
    ['a double', 0.0238275, { doubleValue: 0.0238275 }],
    ['a double that is whole', 3, { doubleValue: 3 }],
    ['no number', NaN, { doubleValue: NaN }],
    ['an integer', 340n, { intValue: '340' }],
    ['a negative integer', -1n, { intValue: '-1' }],
    ['the largest integer', 2n ** 63n - 1n, { intValue: '9223372036854775807' }],
    ['the smallest integer', -(2n ** 63n), { intValue: '-9223372036854775808' }],
  ])('%s', (_, value, expected) => {
    const patched = patchAll(requestOf([mark]), [{ key: 'new', value }])
    expect(attributesIn(patched)).toEqual([
      text('test.mark', 'yes'),
      { key: 'new', value: expected },
    ])
  })

  test('all of ours are replaced, wherever they stand', () => {
    const own = keyValue(9, 'out.total', anyValue.double(1))
    const other = keyValue(9, 'other', anyValue.string('kept'))
    const patched = patchAll(requestOf([own, mark, own, other, own]), [
      { key: 'out.total', value: 'new' },
      { key: 'out.extra', value: 'newer' },
    ])
    expect(attributesIn(patched)).toEqual([
      text('test.mark', 'yes'),
      text('other', 'kept'),
      text('out.total', 'new'),
      text('out.extra', 'newer'),
    ])
  })

  test('a patch with nothing in it still takes ours away', () => {
    const own = keyValue(9, 'out.status', anyValue.string('old'))
    const patched = patchAll(requestOf([own, mark]), [])
    expect(patched).toEqual(requestOf([mark]))
  })
})

describe('mistakes of the caller', () => {
  const body = requestOf([mark])
  const { spans, patch } = scan(body)
  const ours = { span: spans[0]!, attributes: [] }

  test('a span of another request', () => {
    const span = scan(body).spans[0]!
    expect(() => patch([{ span, attributes: [] }])).toThrow('a span of another request')
  })

  test('one span twice', () => {
    expect(() => patch([ours, ours])).toThrow('patched twice')
  })
})

describe('where a length takes a byte more', () => {
  test.each([127, 16_383, 2_097_151])('%i', (boundary) => {
    const filler = 'x'.repeat(boundary)
    // Each of the three lengths passes the boundary at a size of its own.
    for (let below = 80; below >= 0; below--) {
      const name = bytesField(5, filler.slice(0, boundary - below))
      const request = [message(1, message(2, message(2, name, mark)))]
      const added = keyValue(9, 'new', anyValue.string('value'))
      const expected = write(patchTree(request, new Map([[listSpans(request)[0]!, [added]]]), []))
      const patched = patchAll(write(request), [{ key: 'new', value: 'value' }])
      expect(patched.equals(expected), `${below} below`).toBe(true)
    }
  })
})

/** For each of the marked spans: what it gets, or null where it is left alone. */
const choices = fc.array(fc.option(fc.array(newAttributes, { maxLength: 4 })), {
  minLength: 8,
  maxLength: 8,
})

test('random requests are patched to the byte, and the oracle reads what was added', () => {
  const property = fc.property(requests, choices, (request, chosen) => {
    const body = write(request)
    const marked = listSpans(request).filter((span) => hasKey(span, KEYS.marks))
    const chosenFor = (index: number) => chosen[index % chosen.length] ?? undefined

    const { spans, patch } = scan(body)
    expect(spans).toHaveLength(marked.length)
    const patched = patch(
      spans.flatMap((span, index) => {
        const added = chosenFor(index)
        return added === undefined ? [] : [{ span, attributes: added.map(({ said }) => said) }]
      }),
    )

    const additions = new Map<Field, Branch[]>()
    for (const [index, span] of marked.entries()) {
      const added = chosenFor(index)
      if (added !== undefined)
        additions.set(
          span,
          added.map(({ written }) => written),
        )
    }
    expect(Buffer.compare(patched, write(patchTree(request, additions, KEYS.own)))).toBe(0)

    const plain = decodeTraces(body)
    for (const [index, span] of markedIn(plain).entries()) {
      const added = chosenFor(index)
      if (added === undefined) continue
      const kept = span.attributes.filter(({ key }) => !KEYS.own.includes(key ?? ''))
      span.attributes = [...kept, ...added.map(({ said }) => toPlain(said))]
    }
    expect(decodeTraces(patched)).toEqual(plain)
  })
  fc.assert(property, { numRuns: 500 })
})

function markedIn(request: PlainRequest) {
  return request.resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    .filter(({ attributes }) => attributes.some(({ key }) => KEYS.marks.includes(key ?? '')))
}

function toPlain({ key, value }: NewAttribute): PlainAttribute {
  if (typeof value === 'string') return { key, value: { stringValue: value } }
  if (typeof value === 'number') return { key, value: { doubleValue: value } }
  return { key, value: { intValue: String(value) } }
}
