import {
  createBackWriter,
  finishBackWriter,
  reserveBytes,
  writeBytesBefore,
  writeVarintBefore,
  type BackWriter,
} from './back-writer.ts'
import type { AttributeBlock, NewAttribute } from './scan.ts'
import { FIXED64, LENGTH, VARINT, varintSize, writeVarint } from './wire.ts'

const SPAN_ATTRIBUTES = (9 << 3) | LENGTH
const KEY_VALUE_KEY = (1 << 3) | LENGTH
const KEY_VALUE_VALUE = (2 << 3) | LENGTH
const VALUE_STRING = (1 << 3) | LENGTH
const VALUE_INT = (3 << 3) | VARINT
const VALUE_DOUBLE = (4 << 3) | FIXED64

/** Three tags, three lengths of up to eight bytes, and a number. */
const MAX_OVERHEAD = 40

/**
 * Attributes that many spans get alike, encoded once: half of what a patch takes is encoding. A block
 * is to be kept and used again.
 */
export function createAttributeBlock(attributes: readonly NewAttribute[]): AttributeBlock {
  const writer = createBackWriter(512)
  writeAttributesBefore(writer, attributes)
  return { attributes, encoded: Buffer.from(finishBackWriter(writer)) }
}

export function writeBlockBefore(writer: BackWriter, { encoded }: AttributeBlock): void {
  reserveBytes(writer, encoded.length)
  writeBytesBefore(writer, encoded, 0, encoded.length)
}

/** Writes attributes as fields of a span. */
export function writeAttributesBefore(
  writer: BackWriter,
  attributes: readonly NewAttribute[],
): void {
  for (let at = attributes.length - 1; at >= 0; at--) writeAttributeBefore(writer, attributes[at]!)
}

/** Every tag that we write fits in one byte. */
function writeAttributeBefore(writer: BackWriter, { key, value }: NewAttribute): void {
  if (typeof value === 'string') {
    writeTextBefore(writer, key, value)
    return
  }
  const keyField = keyFieldOf(key)
  reserveBytes(writer, keyField.length + MAX_OVERHEAD)
  const { bytes } = writer
  const end = writer.at
  if (typeof value === 'number') {
    writer.at -= 8
    writer.view.setFloat64(writer.at, value, true)
    bytes[--writer.at] = VALUE_DOUBLE
  } else {
    writeInt64Before(writer, value)
    bytes[--writer.at] = VALUE_INT
  }
  finishAttribute(writer, keyField, end)
}

function writeTextBefore(writer: BackWriter, key: string, text: string): void {
  const keyField = keyFieldOf(key)
  // A UTF-16 unit takes at most three bytes.
  reserveBytes(writer, keyField.length + MAX_OVERHEAD + 3 * text.length)
  const { bytes } = writer
  const end = writer.at
  writeUtf8Before(writer, text)
  writeVarintBefore(writer, end - writer.at)
  bytes[--writer.at] = VALUE_STRING
  finishAttribute(writer, keyField, end)
}

/** What stands in front of the `AnyValue`, which ends at `end`. */
function finishAttribute(writer: BackWriter, keyField: Buffer, end: number): void {
  const { bytes } = writer
  writeVarintBefore(writer, end - writer.at)
  bytes[--writer.at] = KEY_VALUE_VALUE
  writeBytesBefore(writer, keyField, 0, keyField.length)
  writeVarintBefore(writer, end - writer.at)
  bytes[--writer.at] = SPAN_ATTRIBUTES
}

/** Keys are few: constants of the caller's code, and names in its configuration. */
const MAX_KEPT_KEYS = 512
const keyFields = new Map<string, Buffer>()

/** The field `key` of a `KeyValue`. */
function keyFieldOf(key: string): Buffer {
  const found = keyFields.get(key)
  if (found !== undefined) return found
  const size = Buffer.byteLength(key)
  const field = Buffer.allocUnsafeSlow(1 + varintSize(size) + size)
  field[0] = KEY_VALUE_KEY
  field.write(key, writeVarint(field, 1, size))
  if (keyFields.size < MAX_KEPT_KEYS) keyFields.set(key, field)
  return field
}

/** Longer texts are left to native code. */
const SHORT_TEXT = 48

function writeUtf8Before(writer: BackWriter, text: string): void {
  const { bytes } = writer
  const { length } = text
  if (length <= SHORT_TEXT) {
    const start = writer.at - length
    let at = 0
    for (; at < length; at++) {
      const unit = text.charCodeAt(at)
      if (unit > 0x7f) break
      bytes[start + at] = unit
    }
    if (at === length) {
      writer.at = start
      return
    }
  }
  writer.at -= Buffer.byteLength(text)
  bytes.write(text, writer.at)
}

function writeInt64Before(writer: BackWriter, value: bigint): void {
  const encoded: number[] = []
  let rest = BigInt.asUintN(64, value)
  for (; rest > 0x7fn; rest >>= 7n) encoded.push(Number(rest & 0x7fn) | 0x80)
  encoded.push(Number(rest))
  writer.at -= encoded.length
  writer.bytes.set(encoded, writer.at)
}
