/**
 * Bytes from outside that are wrong on purpose or by accident. Whatever they are, a scan says
 * `scanned` or `malformed`, soon; and what was scanned can be patched and scanned again.
 */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Encoding } from './scan.ts'
import { scanTraces } from './scan-traces.ts'
import { encodeTraces } from './testing/oracle.ts'
import { KEYS, requests } from './testing/random-request.ts'
import { readSpans } from './testing/read-spans.ts'
import { sampleRequest } from './testing/sample-request.ts'
import { tag, varint, write } from './testing/wire-writer.ts'
import { transcodeJson } from './transcode.ts'

function expectAnAnswer(body: Uint8Array, encoding: Encoding): void {
  const result = scanTraces(body, encoding, KEYS)
  if (result.kind === 'malformed') {
    expect(result.reason).not.toBe('')
    return
  }
  const { spans, spanCount, patch } = result.scan
  const before = readSpans(spans, KEYS)
  const attributes = [{ key: 'out.total', value: 0.5 }]
  const patched = patch(spans.map((span) => ({ span, attributes })))
  const again = scanTraces(patched, encoding, KEYS)
  expect(again).toMatchObject({ kind: 'scanned', scan: { spanCount } })
  if (again.kind === 'scanned') expect(readSpans(again.scan.spans, KEYS)).toEqual(before)
}

/** One way to spoil bytes; `at` is a fraction of their length. */
type Mutation = (body: Buffer) => Buffer

const positions = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })

function mutations(chunks: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Mutation> {
  const at = (body: Buffer, position: number): number => Math.floor(position * body.length)
  return fc.oneof(
    fc.tuple(positions, fc.nat({ max: 7 })).map(([position, bit]): Mutation => (body) => {
      const flipped = Buffer.from(body)
      if (body.length > 0) flipped[at(body, position)]! ^= 1 << bit
      return flipped
    }),
    positions.map(
      (position): Mutation =>
        (body) =>
          body.subarray(0, at(body, position)),
    ),
    positions.map(
      (position): Mutation =>
        (body) =>
          body.subarray(at(body, position)),
    ),
    fc.tuple(positions, chunks, fc.boolean()).map(([position, chunk, replace]): Mutation => {
      return (body) => {
        const start = at(body, position)
        const end = replace ? start + chunk.length : start
        return Buffer.concat([body.subarray(0, start), chunk, body.subarray(end)])
      }
    }),
    fc.tuple(positions, positions).map(([from, to]): Mutation => (body) => {
      const copied = body.subarray(at(body, Math.min(from, to)), at(body, Math.max(from, to)))
      return Buffer.concat([body.subarray(0, at(body, to)), copied, body.subarray(at(body, to))])
    }),
  )
}

function spoil(body: Uint8Array, steps: readonly Mutation[]): Buffer {
  return steps.reduce<Buffer>((bytes, step) => step(bytes), Buffer.from(body))
}

describe('protobuf', () => {
  const hostileChunks = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 12 }),
    fc.constantFrom(
      varint(2 ** 31),
      varint(2 ** 32 - 1),
      varint(2n ** 63n),
      varint(-1),
      Buffer.alloc(12, 0x80),
      Buffer.alloc(40, 0xff),
      Buffer.alloc(40, tag(1, 3)[0]),
      Buffer.concat([tag(1, 2), varint(2n ** 53n - 1n)]),
    ),
  )
  const steps = fc.array(mutations(hostileChunks), { minLength: 1, maxLength: 4 })

  test('a spoiled request of an SDK', () => {
    const body = encodeTraces(sampleRequest)
    const property = fc.property(steps, (some) => expectAnAnswer(spoil(body, some), 'protobuf'))
    fc.assert(property, { numRuns: 5000 })
  })

  test('spoiled random requests', () => {
    const property = fc.property(requests, steps, (request, some) =>
      expectAnAnswer(spoil(write(request), some), 'protobuf'),
    )
    fc.assert(property, { numRuns: 500 })
  })

  test('any bytes', () => {
    const property = fc.property(fc.uint8Array(), (body) => expectAnAnswer(body, 'protobuf'))
    fc.assert(property, { numRuns: 2000 })
  })

  test('a value nested in itself 5000 times', () => {
    let value: Uint8Array = Buffer.alloc(0)
    const wrap = (number: number): void => {
      value = Buffer.concat([tag(number, 2), varint(value.length), value])
    }
    for (let level = 0; level < 5000; level++) {
      wrap(1)
      wrap(5)
    }
    const key = Buffer.concat([tag(1, 2), varint(9), Buffer.from('test.mark')])
    wrap(2)
    value = Buffer.concat([key, value])
    for (const number of [9, 2, 2, 1]) wrap(number)

    const result = scanTraces(value, 'protobuf', KEYS)
    if (result.kind !== 'scanned') throw new Error(result.reason)
    // Lists in lists are not read.
    expect(result.scan.spans[0]?.attributes.get('test.mark')).toEqual([])
  })

  test('a hundred thousand empty resources', () => {
    const body = Buffer.alloc(200_000, Buffer.of(0x0a, 0))
    expect(scanTraces(body, 'protobuf', KEYS)).toMatchObject({ scan: { spanCount: 0 } })
  })
})

describe('JSON', () => {
  const text = JSON.stringify(sampleRequest)
  const hostileChunks = fc
    .constantFrom('"', '\\', '\\u', '{', '[', ']', '}', ',', 'null', '1e999', '-', '\ufeff', '"a":')
    .map((chunk) => Buffer.from(chunk))
  const chunks = fc.oneof(hostileChunks, fc.uint8Array({ minLength: 1, maxLength: 4 }))
  const steps = fc.array(mutations(chunks), { minLength: 1, maxLength: 3 })

  test('a spoiled request of an SDK', () => {
    const body = Buffer.from(text)
    const property = fc.property(steps, (some) => expectAnAnswer(spoil(body, some), 'json'))
    fc.assert(property, { numRuns: 3000 })
  })

  test('a request with some other value in one of its places', () => {
    const parts = text.split(/(?<=[:[])(?=["{[\dt])/)
    const property = fc.property(fc.nat({ max: parts.length - 2 }), fc.json(), (index, value) => {
      // The value, and an unknown member that takes what stood there.
      const tail = parts[index]!.endsWith(':') ? `${value},"unknown":` : `${value},`
      const changed = parts.with(index, parts[index]! + tail).join('')
      expect(() => JSON.parse(changed)).not.toThrow()
      expectAnAnswer(Buffer.from(changed), 'json')
    })
    fc.assert(property, { numRuns: 2000 })
  })

  test.each([
    ['lists', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('a value nested in itself 100000 times: %s', (_, open, close) => {
    const nested = `${open.repeat(100_000)}0${close.repeat(100_000)}`
    const value = `{"arrayValue":{"values":[${nested}]},"other":${nested}}`
    const span = `{"attributes":[{"key":"test.mark","value":${value}}]}`
    const body = `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`
    expectAnAnswer(Buffer.from(body), 'json')
  })

  test('a number of a million digits is refused or stepped over, not computed', () => {
    const digits = '9'.repeat(1_000_000)
    const requestWith = (member: string): Buffer =>
      Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[{${member},"attributes":[
        {"key":"test.mark","value":{"intValue":"${digits}"}}]}]}]}]}`)
    expect(scanTraces(requestWith(`"endTimeUnixNano":"${digits}"`), 'json', KEYS)).toEqual({
      kind: 'malformed',
      reason: 'endTimeUnixNano is no time',
    })
    const result = scanTraces(requestWith('"name":"a"'), 'json', KEYS)
    expect(result).toMatchObject({ scan: { spans: [{ attributes: new Map() }] } })
  })

  test('to protobuf: spoiled requests become bytes or an error', () => {
    const property = fc.property(steps, (some) => {
      try {
        expect(transcodeJson('traces', spoil(Buffer.from(text), some))).toBeInstanceOf(Uint8Array)
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
      }
    })
    fc.assert(property, { numRuns: 1000 })
  })
})
