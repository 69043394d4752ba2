import { isAscii } from 'node:buffer'
import { patchJsonSpans, type JsonSpanPatch } from './json-patch.ts'
import { cutText } from './read-text.ts'
import { RelativeSpan } from './relative-span.ts'
import type {
  Attributes,
  AttributeValue,
  ScanKeys,
  ScannedScope,
  ScannedSpan,
  ScanResult,
  SpanPatch,
} from './scan.ts'
import { listJsonRelatives } from './scan-relatives.ts'
import { MalformedError } from './wire.ts'

/**
 * OTLP/JSON. Values come from `JSON.parse`; a patch looks up in the bytes the few places
 * that change, so all others keep their order and the form of their numbers.
 *
 * Times and integers that were written as numbers (OTLP wants strings) are read as doubles.
 */
export function scanJsonTraces(body: Uint8Array, keys: ScanKeys): ScanResult {
  const own = new Set(keys.own)
  const walk: Walk = {
    marks: new Set(keys.marks),
    own,
    ofSpan: new Set([...keys.span, ...keys.marks].filter((key) => !own.has(key))),
    ofShared: new Set(keys.shared),
    spans: [],
    places: [],
    spanCount: 0,
  }
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  let root: JsonObject
  try {
    root = asObject(JSON.parse(decodeText(bytes)), 'the request')
    visitRequest(walk, root)
  } catch (error) {
    const bad =
      error instanceof MalformedError || error instanceof SyntaxError || error instanceof TypeError
    if (!bad) throw error
    return { kind: 'malformed', reason: error.message }
  }
  const { spans, spanCount } = walk
  return {
    kind: 'scanned',
    scan: {
      spans,
      spanCount,
      relatives: (traces, except) => {
        const places = placesOf(walk)
        const numbers = new Set(except.flatMap((span) => places.get(span)?.number ?? []))
        return listJsonRelatives(root, { traces, except: numbers })
      },
      patch: (patches) => patchJson(bytes, walk, root, patches),
    },
  }
}

/** Nearly all JSON is ASCII, which needs no decoding: half the time of what it takes. */
function decodeText(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1')
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
}

type JsonObject = Readonly<Record<string, unknown>>

/** Where a marked span is: its number in the request, and which of its attributes are ours. */
interface Place {
  readonly number: number
  readonly cuts: readonly number[]
}

interface Walk {
  readonly marks: ReadonlySet<string>
  readonly own: ReadonlySet<string>
  /** The keys that are read from spans, and from scopes and resources. */
  readonly ofSpan: ReadonlySet<string>
  readonly ofShared: ReadonlySet<string>
  readonly spans: ScannedSpan[]
  /** Of each of `spans`, by index. */
  readonly places: Place[]
  spanCount: number
}

function visitRequest(walk: Walk, request: JsonObject): void {
  for (const resourceSpans of objectsIn(request, 'resourceSpans')) {
    const resource = readAttributes(memberOf(resourceSpans, 'resource'), walk.ofShared)
    for (const scopeSpans of objectsIn(resourceSpans, 'scopeSpans')) {
      const scope = readScope(memberOf(scopeSpans, 'scope'), walk.ofShared)
      for (const span of objectsIn(scopeSpans, 'spans')) visitSpan(walk, span, scope, resource)
    }
  }
}

function visitSpan(walk: Walk, json: JsonObject, scope: ScannedScope, resource: Attributes): void {
  const number = walk.spanCount++
  const attributes = objectsIn(json, 'attributes')
  if (!attributes.some(({ key }) => walk.marks.has(key as string))) return
  walk.spans.push({
    traceId: readId(json['traceId'], 32),
    spanId: readId(json['spanId'], 16),
    parentSpanId: readId(json['parentSpanId'], 16),
    name: readText(json['name']),
    startTimeUnixNano: readTime(json['startTimeUnixNano'], 'startTimeUnixNano'),
    endTimeUnixNano: readTime(json['endTimeUnixNano'], 'endTimeUnixNano'),
    attributes: readAttributes(json, walk.ofSpan),
    scope,
    resource,
  })
  walk.places.push({ number, cuts: findCuts(walk, attributes) })
}

function findCuts({ own }: Walk, attributes: readonly JsonObject[]): readonly number[] {
  return attributes.flatMap(({ key }, index) => (own.has(key as string) ? [index] : []))
}

function readScope(scope: JsonObject, wanted: ReadonlySet<string>): ScannedScope {
  return {
    name: readText(scope['name']),
    version: readText(scope['version']),
    attributes: readAttributes(scope, wanted),
  }
}

function readAttributes(holder: JsonObject, wanted: ReadonlySet<string>): Attributes {
  const attributes = new Map<string, AttributeValue>()
  const seen = new Set<string>()
  for (const { key, value } of objectsIn(holder, 'attributes')) {
    if (typeof key !== 'string' || seen.has(key) || !wanted.has(key)) continue
    seen.add(key)
    const read = readAnyValue(value, true)
    if (read !== undefined) attributes.set(key, read)
  }
  return attributes
}

function readAnyValue(json: unknown, lists: boolean): AttributeValue | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const value = json as JsonObject
  const { stringValue, boolValue, intValue, doubleValue, arrayValue } = value
  if (typeof stringValue === 'string') return cutText(stringValue)
  if (typeof boolValue === 'boolean') return boolValue
  if (typeof intValue === 'number') return intValue
  if (typeof intValue === 'string') return readInt64(intValue)
  if (typeof doubleValue === 'number') return doubleValue
  if (typeof doubleValue === 'string') return readDouble(doubleValue)
  if (lists && typeof arrayValue === 'object' && arrayValue !== null) {
    return objectsIn(arrayValue as JsonObject, 'values')
      .map((item) => readAnyValue(item, false))
      .filter((item) => item !== undefined)
  }
  return undefined
}

function readInt64(text: string): number | bigint | undefined {
  if (!/^-?\d{1,19}$/.test(text)) return undefined
  const value = BigInt(text)
  if (BigInt.asIntN(64, value) !== value) return undefined
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** Text is how proto3 writes NaN and the infinities; it allows it for every number. */
function readDouble(text: string): number | undefined {
  if (text === 'NaN') return NaN
  return /^-?(Infinity|\d+(\.\d+)?([eE][+-]?\d+)?)$/.test(text) ? Number(text) : undefined
}

function memberOf(holder: JsonObject, name: string): JsonObject {
  const member = holder[name] ?? {}
  return asObject(member, name)
}

function objectsIn(holder: JsonObject, name: string): readonly JsonObject[] {
  const list = holder[name] ?? []
  if (!Array.isArray(list)) throw new MalformedError(`${name} is not a list`)
  for (const item of list) {
    // The text is made only where it is needed: this runs for every attribute.
    if (!isObject(item)) throw new MalformedError(`an item of ${name} is not an object`)
  }
  return list as readonly JsonObject[]
}

function asObject(value: unknown, what: string): JsonObject {
  if (!isObject(value)) throw new MalformedError(`${what} is not an object`)
  return value
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readText(value: unknown): string {
  return typeof value === 'string' ? cutText(value) : ''
}

/** Hex in either case, as OTLP/JSON says; an id of zeros or of another length is none. */
function readId(value: unknown, digits: number): string {
  if (typeof value !== 'string' || value.length !== digits) return ''
  const id = value.toLowerCase()
  return /^[0-9a-f]+$/.test(id) && !/^0+$/.test(id) ? id : ''
}

function readTime(value: unknown, what: string): bigint {
  if (value === undefined || value === null) return 0n
  const isDigits = typeof value === 'string' && /^\d{1,20}$/.test(value)
  if (isDigits || (typeof value === 'number' && Number.isInteger(value))) {
    const time = BigInt(value)
    if (BigInt.asUintN(64, time) === time) return time
  }
  throw new MalformedError(`${what} is no time`)
}

function placesOf({ spans, places }: Walk): ReadonlyMap<SpanPatch['span'], Place> {
  return new Map(spans.map((span, index) => [span, places[index]!]))
}

function patchJson(
  bytes: Buffer,
  walk: Walk,
  root: object,
  patches: readonly SpanPatch[],
): Uint8Array {
  const places = placesOf(walk)
  const byNumber = new Map<number, JsonSpanPatch>()
  for (const { span, block, attributes } of patches) {
    const { number, cuts } = places.get(span) ?? locateRelative(walk, root, span)
    if (byNumber.has(number)) throw new Error(`span ${span.spanId} is patched twice`)
    byNumber.set(number, { attributes: [...(block?.attributes ?? []), ...attributes], cuts })
  }
  return patchJsonSpans(bytes, byNumber)
}

function locateRelative(walk: Walk, root: object, span: SpanPatch['span']): Place {
  const place = RelativeSpan.placeOf(span)
  if (place?.kind !== 'json' || place.root !== root) {
    throw new Error('a patch for a span of another request')
  }
  const { number, json } = place
  return { number, cuts: findCuts(walk, objectsIn(json as JsonObject, 'attributes')) }
}
