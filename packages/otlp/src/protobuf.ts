import {
  createMarkTable,
  createSharedKeyTable,
  createSpanKeyTable,
  type KeyTable,
} from './key-table.ts'
import { createNotes, forgetValues, takeValues, visitAttribute, type Notes } from './notes.ts'
import { patchProtobuf, type Frame, type SpanPlace } from './patch.ts'
import { readText } from './read-text.ts'
import { mayHoldMark } from './span-marks.ts'
import type { Attributes, ScanKeys, ScannedScope, ScannedSpan, ScanResult } from './scan.ts'
import {
  createCursor,
  findField,
  FIXED64,
  LENGTH,
  MalformedError,
  readFixed64,
  readLength,
  readTag,
  skipValue,
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

/** What one scan carries along. Spans without a mark allocate nothing. */
interface Walk {
  readonly cursor: Cursor
  readonly marks: KeyTable
  readonly ofSpan: Notes
  readonly ofShared: Notes
  readonly spans: ScannedSpan[]
  /** Of each of `spans`, by index. */
  readonly places: SpanPlace[]
  spanCount: number
  /**
   * Whether the last span carried a mark. Marked spans come in rows, and where the next is likely
   * to be one, to look for its mark before walking it would be to read some of it twice.
   */
  lastWasMarked: boolean
}

/** A message whose parts are read at the first marked span in it: mostly no one asks for them. */
interface Holder<T> {
  readonly frame: Frame
  read: T | undefined
}

export function scanProtobufTraces(body: Uint8Array, keys: ScanKeys): ScanResult {
  const { marks, spanTable, sharedTable } = tablesOf(keys)
  const cursor = createCursor(body)
  const walk: Walk = {
    cursor,
    marks,
    ofSpan: createNotes(spanTable),
    ofShared: createNotes(sharedTable),
    spans: [],
    places: [],
    spanCount: 0,
    lastWasMarked: false,
  }
  try {
    while (findField(cursor, REQUEST_RESOURCE_SPANS, body.length)) {
      visitResourceSpans(walk, frameAt(cursor, undefined))
    }
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    return { kind: 'malformed', reason: `${error.message} (byte ${cursor.at})` }
  }
  const { spans, spanCount, places } = walk
  return {
    kind: 'scanned',
    scan: {
      spans,
      spanCount,
      patch: (patches) => patchProtobuf(cursor.bytes, spans, places, patches),
    },
  }
}

interface KeyTables {
  readonly marks: KeyTable
  readonly spanTable: KeyTable
  readonly sharedTable: KeyTable
}

const tables = new WeakMap<ScanKeys, KeyTables>()

function tablesOf(keys: ScanKeys): KeyTables {
  let found = tables.get(keys)
  if (found === undefined) {
    found = {
      marks: createMarkTable(keys),
      spanTable: createSpanKeyTable(keys),
      sharedTable: createSharedKeyTable(keys),
    }
    tables.set(keys, found)
  }
  return found
}

/** The message whose content the cursor has just found. */
function frameAt(cursor: Cursor, parent: Frame | undefined): Frame {
  return { lengthAt: cursor.lengthAt, start: cursor.at, end: cursor.contentEnd, parent }
}

function visitResourceSpans(walk: Walk, frame: Frame): void {
  const { cursor } = walk
  const resource: Holder<Attributes> = { frame, read: undefined }
  while (findField(cursor, RESOURCE_SPANS_SCOPE_SPANS, frame.end)) {
    visitScopeSpans(walk, frameAt(cursor, frame), resource)
  }
}

function visitScopeSpans(walk: Walk, frame: Frame, resource: Holder<Attributes>): void {
  const { cursor, marks } = walk
  const scope: Holder<ScannedScope> = { frame, read: undefined }
  while (findField(cursor, SCOPE_SPANS_SPANS, frame.end)) {
    const { at, contentEnd } = cursor
    walk.spanCount++
    if (walk.lastWasMarked || mayHoldMark(marks, cursor, at, contentEnd)) {
      visitSpan(walk, frameAt(cursor, frame), scope, resource)
    }
    cursor.at = contentEnd
  }
}

/** Walks one span and keeps it if it carries a mark. */
function visitSpan(
  walk: Walk,
  frame: Frame,
  scope: Holder<ScannedScope>,
  resource: Holder<Attributes>,
): void {
  const { cursor, ofSpan } = walk
  const { isMark, isOwn } = ofSpan.table
  const { end } = frame
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

  walk.lastWasMarked = marked
  if (!marked) {
    forgetValues(ofSpan)
    return
  }
  walk.spans.push({
    traceId: readId(cursor.bytes, traceAt, 16),
    spanId: readId(cursor.bytes, spanAt, 8),
    parentSpanId: readId(cursor.bytes, parentAt, 8),
    name: readText(cursor, nameStart, nameEnd),
    startTimeUnixNano: readTime(cursor, startAt),
    endTimeUnixNano: readTime(cursor, endAt),
    attributes: takeValues(cursor, ofSpan),
    scope: (scope.read ??= readScope(walk, scope.frame)),
    resource: (resource.read ??= readResource(walk, resource.frame)),
  })
  walk.places.push({ frame, insertAt, cuts: cuts ?? NO_CUTS })
}

const NO_CUTS: SpanPlace['cuts'] = []

function readResource(walk: Walk, { start, end }: Frame): Attributes {
  const { cursor, ofShared } = walk
  forEachField(cursor, RESOURCE_SPANS_RESOURCE, start, end, (from, to) => {
    forEachField(cursor, RESOURCE_ATTRIBUTES, from, to, (_, attributeEnd) => {
      visitAttribute(cursor, ofShared, attributeEnd)
    })
  })
  return takeValues(cursor, ofShared)
}

function readScope(walk: Walk, { start, end }: Frame): ScannedScope {
  let name = ''
  let version = ''
  const { cursor, ofShared } = walk
  forEachField(cursor, SCOPE_SPANS_SCOPE, start, end, (from, to) => {
    forEachField(cursor, SCOPE_NAME, from, to, (textAt, textEnd) => {
      name = readText(cursor, textAt, textEnd)
    })
    forEachField(cursor, SCOPE_VERSION, from, to, (textAt, textEnd) => {
      version = readText(cursor, textAt, textEnd)
    })
    forEachField(cursor, SCOPE_ATTRIBUTES, from, to, (_, attributeEnd) => {
      visitAttribute(cursor, ofShared, attributeEnd)
    })
  })
  return { name, version, attributes: takeValues(cursor, ofShared) }
}

/** Calls `visit` for each occurrence of one length-delimited field and steps over all others. */
function forEachField(
  cursor: Cursor,
  wanted: number,
  start: number,
  end: number,
  visit: (start: number, end: number) => void,
): void {
  cursor.at = start
  while (findField(cursor, wanted, end)) {
    const { at, contentEnd } = cursor
    visit(at, contentEnd)
    cursor.at = contentEnd
  }
}

const ZEROS = '0'.repeat(32)

/** An id of zeros is none, as OTLP says. */
function readId(bytes: Buffer, at: number, length: number): string {
  if (at < 0) return ''
  const id = bytes.toString('hex', at, at + length)
  // Nearly all ids begin with another digit.
  return id.startsWith('0') && ZEROS.startsWith(id) ? '' : id
}

function readTime(cursor: Cursor, at: number): bigint {
  if (at < 0) return 0n
  cursor.at = at
  return readFixed64(cursor, at + 8)
}
