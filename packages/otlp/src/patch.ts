import type { NewAttribute, ScannedSpan, SpanPatch } from './scan.ts'
import { FIXED64, LENGTH, VARINT, varintSize, writeVarint } from './wire.ts'

/** A message inside a request: where its length prefix, its content and its end are. */
export interface Frame {
  readonly lengthAt: number
  readonly start: number
  readonly end: number
  readonly parent?: Frame
}

export interface SpanPlace {
  readonly frame: Frame
  /** The end of the span's last attribute. */
  readonly insertAt: number
  /** Attributes that a patch replaces, tags included. */
  readonly cuts: readonly (readonly [start: number, end: number])[]
}

/** Replaces `cut` bytes at `at` by `insert`; a number is written as a varint. */
interface Edit {
  readonly at: number
  readonly cut: number
  readonly insert: Uint8Array | number
}

const NOTHING = new Uint8Array(0)

/** See `Scan.patch`. */
export function patchProtobuf(
  body: Uint8Array,
  places: ReadonlyMap<ScannedSpan, SpanPlace>,
  patches: readonly SpanPatch[],
): Uint8Array {
  const edits: Edit[] = []
  const growth = new Map<Frame, number>()
  const grow = (frame: Frame, bytes: number): void => {
    growth.set(frame, (growth.get(frame) ?? 0) + bytes)
  }

  for (const { span, attributes } of patches) {
    const place = places.get(span)
    if (place === undefined) throw new Error('a patch for a span of another request')
    if (growth.has(place.frame)) throw new Error(`span ${span.spanId} is patched twice`)
    const insert = encodeAttributes(attributes)
    grow(place.frame, insert.length)
    for (const [start, end] of place.cuts) {
      edits.push({ at: start, cut: end - start, insert: NOTHING })
      grow(place.frame, start - end)
    }
    edits.push({ at: place.insertAt, cut: 0, insert })
  }

  // A Map grows while it is walked: parents come after all of their children, level by level.
  let grown = 0
  for (const [frame, bytes] of growth) {
    const length = frame.end - frame.start + bytes
    const prefix = frame.start - frame.lengthAt
    edits.push({ at: frame.lengthAt, cut: prefix, insert: length })
    const total = bytes + varintSize(length) - prefix
    if (frame.parent === undefined) grown += total
    else grow(frame.parent, total)
  }
  return applyEdits(body, edits, body.length + grown)
}

function applyEdits(body: Uint8Array, edits: Edit[], length: number): Uint8Array {
  edits.sort((a, b) => a.at - b.at)
  const out = Buffer.allocUnsafe(length)
  let from = 0
  let to = 0
  for (const { at, cut, insert } of edits) {
    out.set(body.subarray(from, at), to)
    to += at - from
    from = at + cut
    if (typeof insert === 'number') to = writeVarint(out, to, insert)
    else {
      out.set(insert, to)
      to += insert.length
    }
  }
  out.set(body.subarray(from), to)
  return out
}

const SPAN_ATTRIBUTES = (9 << 3) | LENGTH
const KEY_VALUE_KEY = (1 << 3) | LENGTH
const KEY_VALUE_VALUE = (2 << 3) | LENGTH
const VALUE_STRING = (1 << 3) | LENGTH
const VALUE_INT = (3 << 3) | VARINT
const VALUE_DOUBLE = (4 << 3) | FIXED64

function encodeAttributes(attributes: readonly NewAttribute[]): Uint8Array {
  return Buffer.concat(attributes.map(encodeAttribute))
}

function encodeAttribute({ key, value }: NewAttribute): Uint8Array {
  const keyField = encodeField(KEY_VALUE_KEY, Buffer.from(key))
  const valueField = encodeField(KEY_VALUE_VALUE, encodeValue(value))
  return encodeField(SPAN_ATTRIBUTES, Buffer.concat([keyField, valueField]))
}

function encodeValue(value: NewAttribute['value']): Uint8Array {
  if (typeof value === 'string') return encodeField(VALUE_STRING, Buffer.from(value))
  const bytes = Buffer.alloc(11)
  if (typeof value === 'number') {
    bytes[0] = VALUE_DOUBLE
    return bytes.subarray(0, bytes.writeDoubleLE(value, 1))
  }
  bytes[0] = VALUE_INT
  let at = 1
  for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
    const last = rest < 128n
    bytes[at++] = Number(rest & 0x7fn) | (last ? 0 : 0x80)
    if (last) return bytes.subarray(0, at)
  }
}

/** Every tag that we write fits in one byte. */
function encodeField(tag: number, content: Uint8Array): Uint8Array {
  const field = Buffer.allocUnsafe(1 + varintSize(content.length) + content.length)
  field[0] = tag
  field.set(content, writeVarint(field, 1, content.length))
  return field
}
