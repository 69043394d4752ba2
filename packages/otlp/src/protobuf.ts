import { checkAnyValue, readAnyValue } from './any-value.ts'
import {
  createMarkTable,
  createSharedKeyTable,
  createSpanKeyTable,
  type KeyTable,
} from './key-table.ts'
import { visitKeyValue } from './key-value.ts'
import {
  createPlaces,
  MarkedSpan,
  type Frame,
  type Request,
  type SpanPlaces,
} from './marked-span.ts'
import { patchProtobuf } from './patch.ts'
import { readText } from './read-text.ts'
import type {
  Attributes,
  AttributeValue,
  ScanKeys,
  ScannedScope,
  ScannedSpan,
  ScanResult,
} from './scan.ts'
import { listProtobufRelatives } from './scan-relatives.ts'
import { createBoard, type Notes } from './span-board.ts'
import { mayHoldMark } from './span-marks.ts'
import {
  createCursor,
  findField,
  FIXED64,
  LENGTH,
  MalformedError,
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
interface Walk extends Request {
  readonly marks: KeyTable
  readonly shared: KeyTable
  readonly spans: MarkedSpan[]
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
  const cursor = createCursor(body)
  const walk: Walk = {
    cursor,
    ...tablesOf(keys),
    spans: [],
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
  const { spans, spanCount } = walk
  return {
    kind: 'scanned',
    scan: {
      spans,
      spanCount,
      relatives: (traces, except) =>
        listProtobufRelatives(cursor, { traces, except: startsOf(except) }),
      patch: (patches) => patchProtobuf(walk, patches),
    },
  }
}

/** Where the content of spans begins. */
function startsOf(spans: readonly ScannedSpan[]): ReadonlySet<number> {
  const starts = new Set<number>()
  for (const span of spans) if (span instanceof MarkedSpan) starts.add(span.frame.start)
  return starts
}

/** What is made of keys once and kept. */
type Tables = Pick<Walk, 'board' | 'marks' | 'shared'>

const tables = new WeakMap<ScanKeys, Tables>()

function tablesOf(keys: ScanKeys): Tables {
  let found = tables.get(keys)
  if (found === undefined) {
    found = {
      board: createBoard(createSpanKeyTable(keys)),
      marks: createMarkTable(keys),
      shared: createSharedKeyTable(keys),
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

/**
 * Walks one span and keeps it if it carries a mark. Tags and lengths are mostly one byte, and are
 * read here; a cursor reads the others. A position in a variable is twice as fast as one in it.
 */
function visitSpan(
  walk: Walk,
  frame: Frame,
  scope: Holder<ScannedScope>,
  resource: Holder<Attributes>,
): void {
  const { cursor, board } = walk
  const { bytes } = cursor
  const { end } = frame
  const { isMark, isOwn } = board.table
  const places = createPlaces()
  const { notes } = places
  let marked = false
  let at = frame.start
  while (at < end) {
    const fieldAt = at
    let tag = bytes[at]!
    if (tag < 0x80 && tag >= 8) at++
    else {
      cursor.at = at
      tag = readTag(cursor, end)
      at = cursor.at
    }
    if ((tag & 7) !== LENGTH) {
      if (tag === SPAN_START) places.startTimeAt = at
      else if (tag === SPAN_END) places.endTimeAt = at
      cursor.at = at
      skipValue(cursor, tag & 7, end)
      at = cursor.at
      continue
    }
    let contentEnd = at + 1 + bytes[at]!
    if (contentEnd <= end && bytes[at]! < 0x80) at++
    else {
      cursor.at = at
      contentEnd = readLength(cursor, end)
      at = cursor.at
    }
    if (tag === SPAN_ATTRIBUTES) {
      places.insertAt = contentEnd
      const index = visitKeyValue(board.table, cursor, at, contentEnd)
      if (index >= 0) {
        notes.push(index, cursor.at, cursor.contentEnd)
        if (isMark[index] === 1) marked = true
        if (isOwn[index] === 1) (places.cuts ??= []).push([fieldAt, contentEnd])
      }
    } else notePlace(places, tag, at, contentEnd)
    at = contentEnd
  }

  walk.lastWasMarked = marked
  if (!marked) return
  checkValues(walk, notes)
  scope.read ??= readScope(walk, scope.frame)
  resource.read ??= readResource(walk, resource.frame)
  walk.spans.push(new MarkedSpan(walk, frame, places, scope.read, resource.read))
}

/** Throws where a value is malformed that may be asked for; nobody asks for those of ours. */
function checkValues({ cursor, board: { table } }: Walk, notes: Notes): void {
  for (let at = 0; at < notes.length; at += 3) {
    if (table.isOwn[notes[at]!] === 0) checkAnyValue(cursor, notes[at + 1]!, notes[at + 2]!)
  }
}

/** Of a field that is there more than once, the last counts. */
function notePlace(places: SpanPlaces, tag: number, at: number, end: number): void {
  switch (tag) {
    case SPAN_TRACE_ID:
      places.traceIdAt = end - at === 16 ? at : -1
      break
    case SPAN_SPAN_ID:
      places.spanIdAt = end - at === 8 ? at : -1
      break
    case SPAN_PARENT_SPAN_ID:
      places.parentSpanIdAt = end - at === 8 ? at : -1
      break
    case SPAN_NAME:
      places.nameAt = at
      places.nameEnd = end
  }
}

function readResource(walk: Walk, { start, end }: Frame): Attributes {
  const { cursor } = walk
  const attributes = new Map<string, AttributeValue | undefined>()
  forEachField(cursor, RESOURCE_SPANS_RESOURCE, start, end, (from, to) => {
    readAttributes(walk, RESOURCE_ATTRIBUTES, from, to, attributes)
  })
  return withoutGaps(attributes)
}

function readScope(walk: Walk, { start, end }: Frame): ScannedScope {
  let name = ''
  let version = ''
  const attributes = new Map<string, AttributeValue | undefined>()
  const { cursor } = walk
  forEachField(cursor, SCOPE_SPANS_SCOPE, start, end, (from, to) => {
    forEachField(cursor, SCOPE_NAME, from, to, (textAt, textEnd) => {
      name = readText(cursor, textAt, textEnd)
    })
    forEachField(cursor, SCOPE_VERSION, from, to, (textAt, textEnd) => {
      version = readText(cursor, textAt, textEnd)
    })
    readAttributes(walk, SCOPE_ATTRIBUTES, from, to, attributes)
  })
  return { name, version, attributes: withoutGaps(attributes) }
}

/** Reads the wanted attributes among the fields of a message; of several of one key, the first. */
function readAttributes(
  { cursor, shared }: Walk,
  tag: number,
  start: number,
  end: number,
  attributes: Map<string, AttributeValue | undefined>,
): void {
  forEachField(cursor, tag, start, end, (from, to) => {
    const key = shared.keys[visitKeyValue(shared, cursor, from, to)]
    if (key === undefined || attributes.has(key)) return
    attributes.set(key, readAnyValue(cursor, cursor.at, cursor.contentEnd))
  })
}

/** Without the attributes whose first value cannot be read. */
function withoutGaps(attributes: Map<string, AttributeValue | undefined>): Attributes {
  for (const [key, value] of attributes) if (value === undefined) attributes.delete(key)
  return attributes
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
