import { createSharedKeyTable, createSpanKeyTable, findKey, type KeyTable } from './key-table.ts'
import { patchProtobuf, type Frame, type SpanPlace } from './patch.ts'
import { readText } from './read-text.ts'
import type {
  Attributes,
  AttributeValue,
  ScanKeys,
  ScannedScope,
  ScannedSpan,
  ScanResult,
} from './scan.ts'
import {
  createCursor,
  FIXED64,
  LENGTH,
  MalformedError,
  readDouble,
  readFixed64,
  readInt64,
  readLength,
  readTag,
  skipValue,
  VARINT,
  type Cursor,
} from './wire.ts'

// Tags of opentelemetry-proto 1.11: field number << 3 | wire type.
const REQUEST_RESOURCE_SPANS = (1 << 3) | LENGTH
const RESOURCE_SPANS_RESOURCE = (1 << 3) | LENGTH
const RESOURCE_SPANS_SCOPE_SPANS = (2 << 3) | LENGTH
const RESOURCE_ATTRIBUTES = (1 << 3) | LENGTH
const SCOPE_SPANS_SCOPE = (1 << 3) | LENGTH
const SCOPE_SPANS_SPANS = (2 << 3) | LENGTH
const SCOPE_NAME = (1 << 3) | LENGTH
const SCOPE_VERSION = (2 << 3) | LENGTH
const SCOPE_ATTRIBUTES = (3 << 3) | LENGTH
const SPAN_TRACE_ID = (1 << 3) | LENGTH
const SPAN_SPAN_ID = (2 << 3) | LENGTH
const SPAN_PARENT_SPAN_ID = (4 << 3) | LENGTH
const SPAN_NAME = (5 << 3) | LENGTH
const SPAN_START = (7 << 3) | FIXED64
const SPAN_END = (8 << 3) | FIXED64
const SPAN_ATTRIBUTES = (9 << 3) | LENGTH
const KEY_VALUE_KEY = (1 << 3) | LENGTH
const KEY_VALUE_VALUE = (2 << 3) | LENGTH
const VALUE_STRING = (1 << 3) | LENGTH
const VALUE_BOOL = (2 << 3) | VARINT
const VALUE_INT = (3 << 3) | VARINT
const VALUE_DOUBLE = (4 << 3) | FIXED64
const VALUE_ARRAY = (5 << 3) | LENGTH
const ARRAY_VALUES = (1 << 3) | LENGTH
/** Maps, bytes, and lists inside lists. */
const UNREAD_VALUES = new Set([VALUE_ARRAY, (6 << 3) | LENGTH, (7 << 3) | LENGTH])

/** What one scan carries along. Spans without a mark allocate nothing. */
interface Walk {
  readonly cursor: Cursor
  readonly buffer: Buffer
  readonly ofSpan: Notes
  readonly ofShared: Notes
  readonly spans: ScannedSpan[]
  readonly places: Map<ScannedSpan, SpanPlace>
  spanCount: number
}

/** Where the wanted values of the message at hand begin and end, by key index; -1: not there. */
interface Notes {
  readonly table: KeyTable
  readonly valueStart: Int32Array
  readonly valueEnd: Int32Array
}

function createNotes(table: KeyTable): Notes {
  const { length } = table.keys
  return { table, valueStart: new Int32Array(length).fill(-1), valueEnd: new Int32Array(length) }
}

export function scanProtobufTraces(body: Uint8Array, keys: ScanKeys): ScanResult {
  const { spanTable, sharedTable } = tablesOf(keys)
  const walk: Walk = {
    cursor: createCursor(body),
    buffer: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
    ofSpan: createNotes(spanTable),
    ofShared: createNotes(sharedTable),
    spans: [],
    places: new Map(),
    spanCount: 0,
  }
  try {
    forEachField(walk.cursor, 0, body.length, REQUEST_RESOURCE_SPANS, (lengthAt, start, end) => {
      visitResourceSpans(walk, { lengthAt, start, end })
    })
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    return { kind: 'malformed', reason: `${error.message} (byte ${walk.cursor.at})` }
  }
  const { spans, spanCount, places } = walk
  return {
    kind: 'scanned',
    scan: { spans, spanCount, patch: (patches) => patchProtobuf(body, places, patches) },
  }
}

const tables = new WeakMap<ScanKeys, { spanTable: KeyTable; sharedTable: KeyTable }>()

function tablesOf(keys: ScanKeys): { spanTable: KeyTable; sharedTable: KeyTable } {
  let found = tables.get(keys)
  if (found === undefined) {
    found = { spanTable: createSpanKeyTable(keys), sharedTable: createSharedKeyTable(keys) }
    tables.set(keys, found)
  }
  return found
}

/** Calls `visit` for each occurrence of one length-delimited field and steps over all others. */
function forEachField(
  cursor: Cursor,
  start: number,
  end: number,
  wanted: number,
  visit: (lengthAt: number, start: number, end: number) => void,
): void {
  cursor.at = start
  while (cursor.at < end) {
    const tag = readTag(cursor, end)
    if (tag !== wanted) {
      skipValue(cursor, tag & 7, end)
      continue
    }
    const lengthAt = cursor.at
    const contentEnd = readLength(cursor, end)
    visit(lengthAt, cursor.at, contentEnd)
    cursor.at = contentEnd
  }
}

function visitResourceSpans(walk: Walk, frame: Frame): void {
  // Read at the first marked span: the resource may stand behind its spans, and mostly no one asks.
  let resource: Attributes | undefined
  const getResource = (): Attributes => (resource ??= readResource(walk, frame))
  const { cursor } = walk
  forEachField(
    cursor,
    frame.start,
    frame.end,
    RESOURCE_SPANS_SCOPE_SPANS,
    (lengthAt, start, end) => {
      visitScopeSpans(walk, { lengthAt, start, end, parent: frame }, getResource)
    },
  )
}

function visitScopeSpans(walk: Walk, frame: Frame, getResource: () => Attributes): void {
  let scope: ScannedScope | undefined
  const { cursor } = walk
  forEachField(cursor, frame.start, frame.end, SCOPE_SPANS_SPANS, (lengthAt, start, end) => {
    walk.spanCount++
    const found = visitSpan(walk, start, end)
    if (found === undefined) return
    scope ??= readScope(walk, frame)
    const span: ScannedSpan = { ...found.facts, scope, resource: getResource() }
    walk.spans.push(span)
    walk.places.set(span, { ...found, frame: { lengthAt, start, end, parent: frame } })
  })
}

type SpanFacts = Omit<ScannedSpan, 'scope' | 'resource'>

interface FoundSpan extends Omit<SpanPlace, 'frame'> {
  readonly facts: SpanFacts
}

/** Walks one span; `undefined` unless it carries a mark. */
function visitSpan(walk: Walk, start: number, end: number): FoundSpan | undefined {
  const { cursor, buffer, ofSpan } = walk
  const { isMark, isOwn } = ofSpan.table
  let nameStart = 0
  let nameEnd = 0
  let startAt = -1
  let endAt = -1
  let insertAt = -1
  let marked = false
  let cuts: [number, number][] | undefined

  // Ids become text only when a mark was seen, so their places are kept first.
  let traceAt = -1
  let spanAt = -1
  let parentAt = -1
  cursor.at = start
  while (cursor.at < end) {
    const fieldAt = cursor.at
    const tag = readTag(cursor, end)
    if ((tag & 7) !== LENGTH) {
      if (tag === SPAN_START) startAt = cursor.at
      else if (tag === SPAN_END) endAt = cursor.at
      skipValue(cursor, tag & 7, end)
      continue
    }
    const contentEnd = readLength(cursor, end)
    const contentAt = cursor.at
    if (tag === SPAN_ATTRIBUTES) {
      const index = visitAttribute(cursor, ofSpan, contentEnd)
      insertAt = contentEnd
      if (index >= 0 && isMark[index]) marked = true
      if (index >= 0 && isOwn[index]) (cuts ??= []).push([fieldAt, contentEnd])
    } else if (tag === SPAN_TRACE_ID) traceAt = contentEnd - contentAt === 16 ? contentAt : -1
    else if (tag === SPAN_SPAN_ID) spanAt = contentEnd - contentAt === 8 ? contentAt : -1
    else if (tag === SPAN_PARENT_SPAN_ID) parentAt = contentEnd - contentAt === 8 ? contentAt : -1
    else if (tag === SPAN_NAME) {
      nameStart = contentAt
      nameEnd = contentEnd
    }
    cursor.at = contentEnd
  }

  if (!marked) {
    ofSpan.valueStart.fill(-1)
    return undefined
  }
  return {
    facts: {
      traceId: readId(buffer, traceAt, 16),
      spanId: readId(buffer, spanAt, 8),
      parentSpanId: readId(buffer, parentAt, 8),
      name: readText(buffer, nameStart, nameEnd),
      startTimeUnixNano: readTime(cursor, startAt),
      endTimeUnixNano: readTime(cursor, endAt),
      attributes: takeValues(walk, ofSpan),
    },
    insertAt,
    cuts: cuts ?? [],
  }
}

/** Notes where the value of a wanted attribute lies; returns the index of its key, or -1. */
function visitAttribute(cursor: Cursor, notes: Notes, end: number): number {
  const { table, valueStart, valueEnd } = notes
  let index = -1
  // An attribute without a value has an empty one.
  let from = 0
  let to = 0
  while (cursor.at < end) {
    const tag = readTag(cursor, end)
    if ((tag & 7) !== LENGTH) {
      skipValue(cursor, tag & 7, end)
      continue
    }
    const contentEnd = readLength(cursor, end)
    if (tag === KEY_VALUE_KEY) index = findKey(table, cursor.bytes, cursor.at, contentEnd)
    else if (tag === KEY_VALUE_VALUE) {
      from = cursor.at
      to = contentEnd
    }
    cursor.at = contentEnd
  }
  if (index >= 0 && valueStart[index] === -1) {
    valueStart[index] = from
    valueEnd[index] = to
  }
  return index
}

/** Reads the noted values and forgets them. */
function takeValues(walk: Walk, notes: Notes): Attributes {
  const { table, valueStart, valueEnd } = notes
  const attributes = new Map<string, AttributeValue>()
  for (let index = 0; index < valueStart.length; index++) {
    const start = valueStart[index]!
    if (start === -1) continue
    valueStart[index] = -1
    if (table.isOwn[index]) continue
    const value = readAnyValue(walk, start, valueEnd[index]!, true)
    if (value !== undefined) attributes.set(table.keys[index]!, value)
  }
  return attributes
}

function readResource(walk: Walk, frame: Frame): Attributes {
  const { cursor, ofShared } = walk
  forEachField(cursor, frame.start, frame.end, RESOURCE_SPANS_RESOURCE, (_, start, end) => {
    forEachField(cursor, start, end, RESOURCE_ATTRIBUTES, (_lengthAt, _from, to) => {
      visitAttribute(cursor, ofShared, to)
    })
  })
  return takeValues(walk, ofShared)
}

function readScope(walk: Walk, frame: Frame): ScannedScope {
  let name = ''
  let version = ''
  const { cursor, buffer, ofShared } = walk
  forEachField(cursor, frame.start, frame.end, SCOPE_SPANS_SCOPE, (_, start, end) => {
    forEachField(cursor, start, end, SCOPE_NAME, (_lengthAt, from, to) => {
      name = readText(buffer, from, to)
    })
    forEachField(cursor, start, end, SCOPE_VERSION, (_lengthAt, from, to) => {
      version = readText(buffer, from, to)
    })
    forEachField(cursor, start, end, SCOPE_ATTRIBUTES, (_lengthAt, _from, to) => {
      visitAttribute(cursor, ofShared, to)
    })
  })
  return { name, version, attributes: takeValues(walk, ofShared) }
}

/** The value of an `AnyValue`; of a oneof that occurs twice, the last counts. */
function readAnyValue(
  walk: Walk,
  start: number,
  end: number,
  lists: boolean,
): AttributeValue | undefined {
  const { cursor, buffer } = walk
  let value: AttributeValue | undefined
  cursor.at = start
  while (cursor.at < end) {
    const tag = readTag(cursor, end)
    if (tag === VALUE_STRING) {
      const contentEnd = readLength(cursor, end)
      value = readText(buffer, cursor.at, contentEnd)
      cursor.at = contentEnd
    } else if (tag === VALUE_BOOL) value = readInt64(cursor, end) !== 0
    else if (tag === VALUE_INT) value = readInt64(cursor, end)
    else if (tag === VALUE_DOUBLE) value = readDouble(cursor, end)
    else if (tag === VALUE_ARRAY && lists) {
      const contentEnd = readLength(cursor, end)
      const items: AttributeValue[] = []
      forEachField(cursor, cursor.at, contentEnd, ARRAY_VALUES, (_, from, to) => {
        const item = readAnyValue(walk, from, to, false)
        if (item !== undefined) items.push(item)
      })
      value = items
    } else {
      skipValue(cursor, tag & 7, end)
      if (UNREAD_VALUES.has(tag)) value = undefined
    }
  }
  return value
}

/** An id of zeros is none, as OTLP says. */
function readId(buffer: Buffer, at: number, length: number): string {
  if (at < 0) return ''
  const id = buffer.toString('hex', at, at + length)
  return /^0+$/.test(id) ? '' : id
}

function readTime(cursor: Cursor, at: number): bigint {
  if (at < 0) return 0n
  cursor.at = at
  return readFixed64(cursor, at + 8)
}
