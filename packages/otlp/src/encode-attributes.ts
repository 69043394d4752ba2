import type { NewAttribute } from './scan.ts'
import { FIXED64, LENGTH, VARINT, varintSize, writeVarint } from './wire.ts'

const SPAN_ATTRIBUTES = (9 << 3) | LENGTH
const KEY_VALUE_KEY = (1 << 3) | LENGTH
const KEY_VALUE_VALUE = (2 << 3) | LENGTH
const VALUE_STRING = (1 << 3) | LENGTH
const VALUE_INT = (3 << 3) | VARINT
const VALUE_DOUBLE = (4 << 3) | FIXED64

/** Fields of attributes, one behind the other, up to `at`. */
export interface AttributeBytes {
  bytes: Buffer
  view: DataView
  at: number
}

/** Kept from one patch to the next, up to this size; most requests need far less. */
const MAX_KEPT_BYTES = 1 << 20
let kept = createAttributeBytes(1 << 16)

/** Memory for the additions of one patch, until the next one starts. */
export function startAttributes(): AttributeBytes {
  if (kept.bytes.length > MAX_KEPT_BYTES) kept = createAttributeBytes(1 << 16)
  kept.at = 0
  return kept
}

function createAttributeBytes(length: number): AttributeBytes {
  const bytes = Buffer.allocUnsafeSlow(length)
  return { bytes, view: new DataView(bytes.buffer), at: 0 }
}

/** Three tags, and three lengths of up to eight bytes. */
const MAX_OVERHEAD = 27

function reserve(added: AttributeBytes, size: number): void {
  if (added.at + size <= added.bytes.length) return
  const { bytes, view } = createAttributeBytes(2 * (added.at + size))
  added.bytes.copy(bytes, 0, 0, added.at)
  added.bytes = bytes
  added.view = view
}

/** Writes an attribute as a field of a span. Every tag that we write fits in one byte. */
export function writeAttribute(added: AttributeBytes, { key, value }: NewAttribute): void {
  const keyField = keyFieldOf(key)
  const contentSize = typeof value === 'string' ? utf8Size(value) : numberSize(value)
  const valueSize =
    typeof value === 'string' ? 1 + varintSize(contentSize) + contentSize : 1 + contentSize
  const size = keyField.length + 1 + varintSize(valueSize) + valueSize
  reserve(added, size + MAX_OVERHEAD)

  const { bytes, view } = added
  let at = added.at
  bytes[at++] = SPAN_ATTRIBUTES
  at = writeVarint(bytes, at, size)
  at = copyShort(keyField, bytes, at)
  bytes[at++] = KEY_VALUE_VALUE
  at = writeVarint(bytes, at, valueSize)
  if (typeof value === 'string') {
    bytes[at++] = VALUE_STRING
    at = writeVarint(bytes, at, contentSize)
    at = writeText(bytes, at, value, contentSize)
  } else if (typeof value === 'number') {
    bytes[at++] = VALUE_DOUBLE
    view.setFloat64(at, value, true)
    at += 8
  } else {
    bytes[at++] = VALUE_INT
    at = writeInt64(bytes, at, value)
  }
  added.at = at
}

/** Keys are few: constants of the caller's code, and names in its configuration. */
const MAX_KEPT_KEYS = 512
const keyFields = new Map<string, Uint8Array>()

/** The field `key` of a `KeyValue`. */
function keyFieldOf(key: string): Uint8Array {
  const found = keyFields.get(key)
  if (found !== undefined) return found
  const size = Buffer.byteLength(key)
  const field = Buffer.allocUnsafeSlow(1 + varintSize(size) + size)
  field[0] = KEY_VALUE_KEY
  field.write(key, writeVarint(field, 1, size))
  if (keyFields.size < MAX_KEPT_KEYS) keyFields.set(key, field)
  return field
}

/** Byte by byte: a call into native code costs more than 50 bytes do. */
function copyShort(source: Uint8Array, target: Uint8Array, at: number): number {
  for (let index = 0; index < source.length; index++) target[at + index] = source[index]!
  return at + source.length
}

/** Longer texts are left to native code. */
const SHORT_TEXT = 48

function utf8Size(text: string): number {
  if (text.length > SHORT_TEXT) return Buffer.byteLength(text)
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0x7f) return Buffer.byteLength(text)
  }
  return text.length
}

function writeText(bytes: Buffer, at: number, text: string, size: number): number {
  // As many bytes as units: ASCII only.
  if (size > SHORT_TEXT || size !== text.length) return at + bytes.write(text, at, size)
  for (let index = 0; index < size; index++) bytes[at + index] = text.charCodeAt(index)
  return at + size
}

function numberSize(value: number | bigint): number {
  if (typeof value === 'number') return 8
  let size = 1
  for (let rest = BigInt.asUintN(64, value); rest > 0x7fn; rest >>= 7n) size++
  return size
}

function writeInt64(bytes: Uint8Array, at: number, value: bigint): number {
  let end = at
  let rest = BigInt.asUintN(64, value)
  for (; rest > 0x7fn; rest >>= 7n) bytes[end++] = Number(rest & 0x7fn) | 0x80
  bytes[end++] = Number(rest)
  return end
}
