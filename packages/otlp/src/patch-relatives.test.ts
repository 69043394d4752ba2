import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Scan } from './scan.ts'
import { scanTraces } from './scan-traces.ts'
import { decodeTraces, type PlainSpan } from './testing/oracle.ts'
import { KEYS, requests } from './testing/random-request.ts'
import { write } from './testing/wire-writer.ts'
import { transcodeJson } from './transcode.ts'

const ALL_TRACES = { has: () => true, hasAt: () => true }

function scanOf(body: Uint8Array, encoding: 'json' | 'protobuf'): Scan {
  const result = scanTraces(body, encoding, KEYS)
  if (result.kind !== 'scanned') throw new Error(result.reason)
  return result.scan
}

/** Adds `added`, a number of its own, to every span: to marked ones last, so out of order. */
function patchEverything(body: Uint8Array, encoding: 'json' | 'protobuf'): Uint8Array {
  const { spans, patch, relatives } = scanOf(body, encoding)
  const others = relatives(ALL_TRACES, spans)
  return patch(
    [...others, ...spans].map((span, index) => ({
      span,
      attributes: [{ key: 'added', value: BigInt(index) }],
    })),
  )
}

const head = (spanId: string) =>
  `"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "${spanId}"`
const stale = '{"key": "out.total", "value": {"doubleValue": 1}}'
const route = '{"key": "http.route", "value": {"stringValue": "/"}}'
const mark = '{"key": "test.mark", "value": {"stringValue": "yes"}}'
const added = (number: number) => `{"key":"added","value":{"intValue":"${number}"}}`

const SPANS = [
  `{${head('b7ad6b7169203331')} }`,
  `{${head('b7ad6b7169203332')}, "attributes": [${mark}]}`,
  `{${head('b7ad6b7169203333')}, "attributes": null, "name": "x"}`,
  `{${head('b7ad6b7169203334')}, "attributes": [ ]}`,
  `{${head('b7ad6b7169203335')}, "attributes": [${route} ]}`,
  `{${head('b7ad6b7169203336')}, "attributes": [${stale}, ${route}]}`,
]
const PATCHED = [
  `{${head('b7ad6b7169203331')},"attributes":[${added(0)}] }`,
  `{${head('b7ad6b7169203332')}, "attributes": [${mark},${added(5)}]}`,
  `{${head('b7ad6b7169203333')}, "attributes": [${added(1)}], "name": "x"}`,
  `{${head('b7ad6b7169203334')}, "attributes": [${added(2)} ]}`,
  `{${head('b7ad6b7169203335')}, "attributes": [${route},${added(3)} ]}`,
  `{${head('b7ad6b7169203336')}, "attributes": [${route},${added(4)}]}`,
]
const requestOf = (spans: readonly string[]): Buffer =>
  Buffer.from(`{"resourceSpans": [{"scopeSpans": [{"spans": [${spans.join(', ')}]}]}]}`)

describe('spans that nothing marks, among those that are', () => {
  test('in JSON', () => {
    const patched = patchEverything(requestOf(SPANS), 'json')
    expect(Buffer.from(patched).toString()).toBe(requestOf(PATCHED).toString())
  })

  test('in protobuf', () => {
    const patched = patchEverything(transcodeJson('traces', requestOf(SPANS)), 'protobuf')
    expect(Buffer.from(patched)).toEqual(Buffer.from(transcodeJson('traces', requestOf(PATCHED))))
  })

  test('of other bytes are refused, and so is one twice', () => {
    const bodies = { json: requestOf(SPANS), protobuf: transcodeJson('traces', requestOf(SPANS)) }
    for (const encoding of ['json', 'protobuf'] as const) {
      const scan = scanOf(bodies[encoding], encoding)
      const one = { span: scan.relatives(ALL_TRACES, [])[0]!, attributes: [] }
      expect(() => scan.patch([one, one])).toThrow('patched twice')
      for (const other of ['json', 'protobuf'] as const) {
        const [foreign] = scanOf(bodies[other], other).relatives(ALL_TRACES, [])
        const patch = { span: foreign!, attributes: [] }
        expect(() => scan.patch([patch])).toThrow('a span of another request')
      }
    }
  })
})

test('any request is what it was, with what was added', () => {
  fc.assert(
    fc.property(requests, (request) => {
      const body = write(request)
      const before = listSpans(body)
      const after = listSpans(patchEverything(body, 'protobuf'))
      for (const [index, { attributes, ...rest }] of after.entries()) {
        const { attributes: old, ...others } = before[index]!
        expect(rest).toEqual(others)
        const isPatched = attributes.some(({ key }) => key === 'added')
        const kept = old.filter(({ key }) => !isPatched || !KEYS.own.includes(key ?? ''))
        expect(attributes.filter(({ key }) => key !== 'added')).toEqual(kept)
        if (isPatched) expect(attributes.at(-1)?.key).toBe('added')
      }
      const unmarked = before.filter((span) => !isMarked(span))
      const touched = after.filter((span) => span.attributes.some(({ key }) => key === 'added'))
      expect(touched.length).toBeGreaterThanOrEqual(before.length - unmarked.length)
    }),
    { numRuns: 300 },
  )
})

function listSpans(body: Uint8Array): readonly PlainSpan[] {
  return decodeTraces(body).resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans),
  )
}

function isMarked({ attributes }: PlainSpan): boolean {
  return attributes.some(({ key }) => KEYS.marks.includes(key ?? ''))
}
