import { findElements, findLastMember, replaceRanges, type TextEdit } from './json-text.ts'
import { cutText } from './read-text.ts'
import type {
  Attributes,
  AttributeValue,
  NewAttribute,
  ScanKeys,
  ScannedScope,
  ScannedSpan,
  ScanResult,
  SpanPatch,
} from './scan.ts'
import { MalformedError } from './wire.ts'

/**
 * OTLP/JSON. Values come from `JSON.parse`; a patch looks up in the text the few places
 * that change, so all others keep their order and the form of their numbers.
 *
 * Times and integers that were written as numbers (OTLP wants strings) are read as doubles.
 */
export function scanJsonTraces(body: Uint8Array, keys: ScanKeys): ScanResult {
  const own = new Set(keys.own)
  const walk: Walk = {
    marks: new Set(keys.marks),
    ofSpan: new Set([...keys.span, ...keys.marks].filter((key) => !own.has(key))),
    ofShared: new Set(keys.shared),
    spans: [],
    places: new Map(),
    spanCount: 0,
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
    visitRequest(walk, asObject(JSON.parse(text), 'the request'))
  } catch (error) {
    const bad =
      error instanceof MalformedError || error instanceof SyntaxError || error instanceof TypeError
    if (!bad) throw error
    return { kind: 'malformed', reason: error.message }
  }
  const { spans, spanCount, places } = walk
  return {
    kind: 'scanned',
    scan: { spans, spanCount, patch: (patches) => patchJson(text, places, own, patches) },
  }
}

type JsonObject = Readonly<Record<string, unknown>>

/** Indexes: which resourceSpans, which scopeSpans in it, which span in that. */
type Place = readonly [resourceSpans: number, scopeSpans: number, span: number]

interface Walk {
  readonly marks: ReadonlySet<string>
  /** The keys that are read from spans, and from scopes and resources. */
  readonly ofSpan: ReadonlySet<string>
  readonly ofShared: ReadonlySet<string>
  readonly spans: ScannedSpan[]
  readonly places: Map<ScannedSpan, Place>
  spanCount: number
}

function visitRequest(walk: Walk, request: JsonObject): void {
  for (const [i, resourceSpans] of objectsIn(request, 'resourceSpans').entries()) {
    const resource = readAttributes(memberOf(resourceSpans, 'resource'), walk.ofShared)
    for (const [j, scopeSpans] of objectsIn(resourceSpans, 'scopeSpans').entries()) {
      const scope = readScope(memberOf(scopeSpans, 'scope'), walk.ofShared)
      for (const [k, span] of objectsIn(scopeSpans, 'spans').entries()) {
        walk.spanCount++
        visitSpan(walk, span, scope, resource, [i, j, k])
      }
    }
  }
}

function visitSpan(
  walk: Walk,
  json: JsonObject,
  scope: ScannedScope,
  resource: Attributes,
  place: Place,
): void {
  const isMarked = objectsIn(json, 'attributes').some(({ key }) => walk.marks.has(key as string))
  if (!isMarked) return
  const span: ScannedSpan = {
    traceId: readId(json['traceId'], 32),
    spanId: readId(json['spanId'], 16),
    parentSpanId: readId(json['parentSpanId'], 16),
    name: readText(json['name']),
    startTimeUnixNano: readTime(json['startTimeUnixNano'], 'startTimeUnixNano'),
    endTimeUnixNano: readTime(json['endTimeUnixNano'], 'endTimeUnixNano'),
    attributes: readAttributes(json, walk.ofSpan),
    scope,
    resource,
  }
  walk.spans.push(span)
  walk.places.set(span, place)
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
  return list.map((item) => asObject(item, `an item of ${name}`))
}

function asObject(value: unknown, what: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MalformedError(`${what} is not an object`)
  }
  return value as JsonObject
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

function patchJson(
  text: string,
  places: ReadonlyMap<ScannedSpan, Place>,
  own: ReadonlySet<string>,
  patches: readonly SpanPatch[],
): Uint8Array {
  const patchByPlace = new Map<string, SpanPatch>()
  for (const patch of patches) {
    const place = places.get(patch.span)
    if (place === undefined) throw new Error('a patch for a span of another request')
    const at = place.join()
    if (patchByPlace.has(at)) throw new Error(`span ${patch.span.spanId} is patched twice`)
    patchByPlace.set(at, patch)
  }

  const edits: TextEdit[] = []
  for (const [i, resourceSpans] of elementsOf(text, 0, 'resourceSpans').entries()) {
    for (const [j, scopeSpans] of elementsOf(text, resourceSpans.start, 'scopeSpans').entries()) {
      for (const [k, span] of elementsOf(text, scopeSpans.start, 'spans').entries()) {
        const patch = patchByPlace.get([i, j, k].join())
        if (patch !== undefined) edits.push(editSpan(text, span.start, own, patch.attributes))
      }
    }
  }
  return Buffer.from(replaceRanges(text, edits))
}

function elementsOf(text: string, objectAt: number, name: string): readonly TextRange[] {
  const member = findLastMember(text, objectAt, name)
  // `null` stands for an absent list.
  return member === undefined || text[member.start] !== '[' ? [] : findElements(text, member.start)
}

type TextRange = Readonly<{ start: number; end: number }>

function editSpan(
  text: string,
  spanAt: number,
  own: ReadonlySet<string>,
  attributes: readonly NewAttribute[],
): TextEdit {
  const member = findLastMember(text, spanAt, 'attributes')
  // The span was marked, so it has a list of attributes with at least one item.
  if (member === undefined) throw new Error('a marked span lost its attributes')
  const added = attributes.map(formatAttribute)
  const elements = findElements(text, member.start)
  const kept = elements.filter(({ start, end }) => !own.has(keyOf(text.slice(start, end))))
  const last = elements.at(-1)
  if (kept.length === elements.length && last !== undefined) {
    return { start: last.end, end: last.end, insert: added.map((item) => `,${item}`).join('') }
  }
  const items = [...kept.map(({ start, end }) => text.slice(start, end)), ...added]
  return { ...member, insert: `[${items.join(',')}]` }
}

function keyOf(attribute: string): string {
  return (JSON.parse(attribute) as { key?: unknown }).key as string
}

function formatAttribute({ key, value }: NewAttribute): string {
  if (typeof value === 'string') return JSON.stringify({ key, value: { stringValue: value } })
  if (typeof value === 'number') {
    // JSON has no NaN and no infinities; proto3 writes their names.
    const doubleValue = Number.isFinite(value) ? value : String(value)
    return JSON.stringify({ key, value: { doubleValue } })
  }
  return JSON.stringify({ key, value: { intValue: value.toString() } })
}
