import type { NewAttribute } from './scan.ts'

/**
 * Finds the spans of an OTLP/JSON request in its bytes, in one pass, and adds attributes to some.
 * The bytes must be valid JSON, and of the right form: the caller has put them through `JSON.parse`
 * and looked, so neither is checked again here. Bytes of UTF-8 above ASCII only occur in texts.
 */
export interface JsonSpanPatch {
  readonly attributes: readonly NewAttribute[]
  /** Which of the span's attributes to leave out, by index, in order. */
  readonly cuts: readonly number[]
}

/** Replaces the bytes from `start` to `end`. */
interface Edit {
  readonly start: number
  readonly end: number
  readonly insert: Buffer
}

interface Walk {
  readonly bytes: Buffer
  /** By the number of the span in the request. */
  readonly patches: ReadonlyMap<number, JsonSpanPatch>
  readonly edits: Edit[]
  at: number
  spanCount: number
}

export function patchJsonSpans(
  bytes: Buffer,
  patches: ReadonlyMap<number, JsonSpanPatch>,
): Uint8Array {
  const walk: Walk = { bytes, patches, edits: [], at: skipSpace(bytes, 0), spanCount: 0 }
  walkObject(walk, RESOURCE_SPANS)
  return applyEdits(bytes, walk.edits)
}

/** What an object is searched for, and what the objects in that list are searched for. */
interface ListName {
  readonly quoted: Buffer
  readonly inner: ListName | undefined
}

const SPANS: ListName = { quoted: Buffer.from('"spans"'), inner: undefined }
const SCOPE_SPANS: ListName = { quoted: Buffer.from('"scopeSpans"'), inner: SPANS }
const RESOURCE_SPANS: ListName = { quoted: Buffer.from('"resourceSpans"'), inner: SCOPE_SPANS }
const ATTRIBUTES = Buffer.from('"attributes"')

/** Steps over the value at hand; where it is an object, walks the list of that name in it. */
function walkObject(walk: Walk, name: ListName): void {
  const { bytes, edits, spanCount } = walk
  const editCount = edits.length
  if (!enter(walk, OPEN_BRACE)) return
  while (bytes[walk.at] !== CLOSE_BRACE) {
    if (isMember(walk, name.quoted)) {
      // Of a member that is there twice, the last counts: forget what was found in the first.
      edits.length = editCount
      walk.spanCount = spanCount
      walkList(walk, name.inner)
    } else walk.at = endOfValue(bytes, walk.at)
    skipSeparator(walk)
  }
  walk.at++
}

function walkList(walk: Walk, inner: ListName | undefined): void {
  if (!enter(walk, OPEN_BRACKET)) return
  while (walk.bytes[walk.at] !== CLOSE_BRACKET) {
    if (inner === undefined) walkSpan(walk)
    else walkObject(walk, inner)
    skipSeparator(walk)
  }
  walk.at++
}

function walkSpan(walk: Walk): void {
  const { bytes } = walk
  const patch = walk.patches.get(walk.spanCount++)
  if (patch === undefined) {
    walk.at = endOfValue(bytes, walk.at)
    return
  }
  if (!enter(walk, OPEN_BRACE)) return
  let start = -1
  let end = -1
  while (bytes[walk.at] !== CLOSE_BRACE) {
    const isAttributes = isMember(walk, ATTRIBUTES)
    const valueAt = walk.at
    walk.at = endOfValue(bytes, valueAt)
    if (isAttributes) {
      start = valueAt
      end = walk.at
    }
    skipSeparator(walk)
  }
  if (bytes[start] === OPEN_BRACKET) walk.edits.push(editAttributes(bytes, start, end, patch))
  else walk.edits.push(addAttributes(bytes, walk.at, start, end, patch))
  walk.at++
}

/** For a span that has none, or `null`; it has other members: its ids. */
function addAttributes(
  bytes: Buffer,
  brace: number,
  start: number,
  end: number,
  patch: JsonSpanPatch,
): Edit {
  const list = `[${patch.attributes.map(formatAttribute).join(',')}]`
  if (start >= 0) return { start, end, insert: Buffer.from(list) }
  const at = endOfContent(bytes, brace)
  return { start: at, end: at, insert: Buffer.from(`,"attributes":${list}`) }
}

/** Where the last thing before a bracket ends; white space before the bracket stays there. */
function endOfContent(bytes: Buffer, bracket: number): number {
  let at = bracket
  while (bytes[at - 1]! <= SPACE) at--
  return at
}

function editAttributes(bytes: Buffer, start: number, end: number, patch: JsonSpanPatch): Edit {
  const added = patch.attributes.map(formatAttribute)
  if (patch.cuts.length === 0) {
    const at = endOfContent(bytes, end - 1)
    const comma = bytes[at - 1] === OPEN_BRACKET || added.length === 0 ? '' : ','
    return { start: at, end: at, insert: Buffer.from(comma + added.join(',')) }
  }
  const cuts = new Set(patch.cuts)
  const kept = listItems(bytes, start).filter((_, index) => !cuts.has(index))
  return { start, end, insert: Buffer.from(`[${[...kept, ...added].join(',')}]`) }
}

function listItems(bytes: Buffer, start: number): readonly string[] {
  const items: string[] = []
  let at = skipSpace(bytes, start + 1)
  while (bytes[at] !== CLOSE_BRACKET) {
    const end = endOfValue(bytes, at)
    items.push(bytes.toString('utf8', at, end))
    at = skipSpace(bytes, end)
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1)
  }
  return items
}

function formatAttribute({ key, value }: NewAttribute): string {
  const name = JSON.stringify(key)
  if (typeof value === 'string') {
    return `{"key":${name},"value":{"stringValue":${JSON.stringify(value)}}}`
  }
  if (typeof value === 'number') {
    // JSON has no NaN and no infinities; proto3 writes their names.
    const double = Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`
    return `{"key":${name},"value":{"doubleValue":${double}}}`
  }
  return `{"key":${name},"value":{"intValue":"${value}"}}`
}

/** Applies edits that are in order and do not overlap. */
function applyEdits(bytes: Buffer, edits: readonly Edit[]): Uint8Array {
  let length = bytes.length
  for (const { start, end, insert } of edits) length += insert.length - (end - start)
  // Memory of its own, not a slice of Buffer's pool, so that its owner can give it back.
  const out = Buffer.allocUnsafeSlow(length)
  let from = 0
  let to = 0
  for (const { start, end, insert } of edits) {
    to += bytes.copy(out, to, from, start)
    to += insert.copy(out, to)
    from = end
  }
  bytes.copy(out, to, from)
  return out
}

const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** Goes to the first thing inside an object or list; over the value if it is something else. */
function enter(walk: Walk, bracket: number): boolean {
  const { bytes, at } = walk
  if (bytes[at] !== bracket) {
    walk.at = endOfValue(bytes, at)
    return false
  }
  walk.at = skipSpace(bytes, at + 1)
  return true
}

/** Goes from a member's name to its value; true if it is the name, which is given in quotes. */
function isMember(walk: Walk, quoted: Buffer): boolean {
  const { bytes, at } = walk
  const end = endOfString(bytes, at)
  walk.at = skipSpace(bytes, skipSpace(bytes, end) + 1)
  if (end - at < quoted.length) return false
  if (end - at === quoted.length) return bytes.compare(quoted, 0, quoted.length, at, end) === 0
  // Longer, it may still be the name, with escapes.
  const hasEscapes = bytes.subarray(at, end).includes(BACKSLASH)
  return hasEscapes && JSON.parse(bytes.toString('utf8', at, end)) === JSON.parse(String(quoted))
}

/** Goes over white space and one comma, if there is one. */
function skipSeparator(walk: Walk): void {
  const at = skipSpace(walk.bytes, walk.at)
  walk.at = walk.bytes[at] === COMMA ? skipSpace(walk.bytes, at + 1) : at
}

function skipSpace(bytes: Buffer, at: number): number {
  let next = at
  while (bytes[next]! <= SPACE) next++
  return next
}

function endOfValue(bytes: Buffer, at: number): number {
  const first = bytes[at]!
  if (first === QUOTE) return endOfString(bytes, at)
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfNesting(bytes, at)
  // Numbers, true, false and null end at a separator, a bracket, white space or the end.
  let next = at
  while (next < bytes.length && !isEndOfScalar(bytes[next]!)) next++
  return next
}

function isEndOfScalar(byte: number): boolean {
  return byte <= SPACE || byte === COMMA || byte === CLOSE_BRACKET || byte === CLOSE_BRACE
}

/** Without recursion, so that deep nesting costs no stack. */
function endOfNesting(bytes: Buffer, at: number): number {
  let depth = 0
  let next = at
  do {
    const byte = bytes[next]!
    if (byte === QUOTE) {
      next = endOfString(bytes, next)
      continue
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--
    next++
  } while (depth > 0 && next < bytes.length)
  return next
}

/** Beyond so many bytes a search by native code is faster, calling it included. */
const SHORT_STRING = 64

function endOfString(bytes: Buffer, at: number): number {
  const soon = Math.min(at + SHORT_STRING, bytes.length)
  let next = at + 1
  while (next < soon) {
    const byte = bytes[next]!
    if (byte === QUOTE) return next + 1
    next += byte === BACKSLASH ? 2 : 1
  }
  return endOfLongString(bytes, next)
}

function endOfLongString(bytes: Buffer, at: number): number {
  let from = at
  for (;;) {
    const quote = bytes.indexOf(QUOTE, from)
    if (quote === -1) throw new Error('the bytes are not JSON')
    let escapes = 0
    while (quote - escapes > at && bytes[quote - escapes - 1] === BACKSLASH) escapes++
    if (escapes % 2 === 0) return quote + 1
    from = quote + 1
  }
}
