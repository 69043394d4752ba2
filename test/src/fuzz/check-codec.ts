/** Holds the code that reads bytes from outside to its promises, without sockets, many times a second. */
import assert from 'node:assert/strict'
import {
  findRequestFault,
  scanTraces,
  transcodeJson,
  type ScannedSpan,
  type ScanResult,
} from '@spancost/otlp'
import { judge } from './envelope.ts'
import type { Input } from './inputs.ts'

const KEYS = {
  marks: ['gen_ai.operation.name', 'gen_ai.provider.name'],
  span: ['gen_ai.request.model', 'gen_ai.response.model', 'gen_ai.usage.input_tokens'],
  shared: ['service.name'],
  own: ['spancost.cost.total'],
}

/** What stands before and behind a request must not matter; it differs between two readings. */
const MARGINS = [
  Buffer.from('0a010a0a0280ff'.repeat(64), 'hex'),
  Buffer.from('{"a":"gen_ai.operation.name","b":[1,2]}}}]]'.repeat(12)),
]

/** Throws where a promise is broken. */
export function checkCodec({ signal, encoding, body }: Input): void {
  const opinion = judge(signal, encoding, body)
  if (encoding === 'json') checkTranscoding(signal, body)
  const fault = findRequestFault(signal, encoding, body)
  if (opinion === 'bad') assert.notEqual(fault, undefined, 'taken though it is no request')
  if (opinion === 'good') assert.equal(fault, undefined)
  if (signal !== 'traces') return

  const [result, other] = MARGINS.map((margin) => {
    const padded = Buffer.concat([margin, body, margin])
    return scanTraces(padded.subarray(margin.length, margin.length + body.length), encoding, KEYS)
  }) as [ScanResult, ScanResult]
  assert.deepEqual(strip(result), strip(other), 'bytes outside of the request matter')
  if (opinion === 'bad') assert.equal(result.kind, 'malformed', 'read though it is no request')
  if (opinion === 'good') assert.equal(result.kind, 'scanned')
  if (result.kind === 'scanned') checkPatch(result, encoding)
}

/** What a scan says; how its spans keep that is their own affair. */
function strip(result: ScanResult): unknown {
  if (result.kind === 'malformed') return result.kind
  return { spanCount: result.scan.spanCount, spans: result.scan.spans.map(readSpan) }
}

function readSpan(span: ScannedSpan): unknown {
  const { traceId, spanId, parentSpanId, name, startTimeUnixNano, endTimeUnixNano } = span
  const { attributes, resource, scope } = span
  return {
    ids: [traceId, spanId, parentSpanId],
    name,
    times: [startTimeUnixNano, endTimeUnixNano],
    attributes: [...KEYS.marks, ...KEYS.span].map((key) => attributes.get(key)),
    resource: KEYS.shared.map((key) => resource.get(key)),
    scope: [scope.name, scope.version, ...KEYS.shared.map((key) => scope.attributes.get(key))],
  }
}

const ALL_TRACES = { has: () => true, hasAt: () => true }

/** What was scanned can be patched, and then says the same. */
function checkPatch(result: Extract<ScanResult, { kind: 'scanned' }>, encoding: Input['encoding']) {
  const { spans, spanCount, patch, relatives } = result.scan
  const attributes = [{ key: 'spancost.cost.total', value: 0.5 }]
  const all = [...spans, ...relatives(ALL_TRACES, spans)]
  const patched = patch(all.map((span) => ({ span, attributes })))
  const again = scanTraces(patched, encoding, KEYS)
  const expected = { spanCount, spans: spans.map(readSpan) }
  assert.deepEqual(strip(again), expected, 'a patch changed what a scan sees')
}

/** JSON for a next hop over gRPC: an Error is an answer, running out of stack is none. */
function checkTranscoding(signal: Input['signal'], body: Buffer): void {
  let bytes: Uint8Array
  try {
    bytes = transcodeJson(signal, body)
  } catch (error) {
    assert(
      error instanceof Error && !/call stack|out of memory/i.test(error.message),
      String(error),
    )
    return
  }
  assert.equal(findRequestFault(signal, 'protobuf', bytes), undefined, 'transcoded to no request')
}
