/**
 * The protobuf wire format, as much of it as OTLP needs. Readers work on a `Cursor`; every read is
 * checked against the end of the innermost message, so a hostile length never reads outside it.
 */

/** Thrown by readers for bytes that are no protobuf; caught where a scan begins. */
export class MalformedError extends Error {}

export const VARINT = 0
export const FIXED64 = 1
export const LENGTH = 2
export const FIXED32 = 5

export interface Cursor {
  readonly bytes: Buffer
  readonly view: DataView
  at: number
  /** Of the field that `findField` found last: where its length stands, and its content ends. */
  lengthAt: number
  contentEnd: number
}

export function createCursor(bytes: Uint8Array): Cursor {
  const { buffer, byteOffset, byteLength } = bytes
  return {
    bytes: Buffer.from(buffer, byteOffset, byteLength),
    view: new DataView(buffer, byteOffset, byteLength),
    at: 0,
    lengthAt: 0,
    contentEnd: 0,
  }
}

/**
 * Moves to the content of the next field of tag `wanted`, which must be of wire type 2, and steps
 * over all others; false where there is none before `end`.
 */
export function findField(cursor: Cursor, wanted: number, end: number): boolean {
  while (cursor.at < end) {
    const tag = readTag(cursor, end)
    if (tag === wanted) {
      cursor.lengthAt = cursor.at
      cursor.contentEnd = readLength(cursor, end)
      return true
    }
    skipValue(cursor, tag & 7, end)
  }
  return false
}

/**
 * Reads an unsigned varint of up to 2^53 - 1. Larger ones, and those of more than ten bytes, are
 * malformed wherever we read one this way: tags, lengths, enums.
 */
function readVarint(cursor: Cursor, end: number): number {
  const { bytes } = cursor
  // Nearly all tags and lengths are one byte.
  if (cursor.at < end && bytes[cursor.at]! < 0x80) return bytes[cursor.at++]!
  let value = 0
  let scale = 1
  for (let count = 0; count < 10; count++) {
    if (cursor.at >= end) throw new MalformedError('a varint runs past the end of its message')
    const byte = bytes[cursor.at++]!
    value += (byte & 0x7f) * scale
    if (byte < 0x80) {
      if (value > Number.MAX_SAFE_INTEGER) throw new MalformedError('a varint is above 2^53 - 1')
      return value
    }
    scale *= 128
  }
  throw new MalformedError('a varint has more than ten bytes')
}

/** Reads a varint as a signed 64-bit integer: a number where it is safe, else a bigint. */
export function readInt64(cursor: Cursor, end: number): number | bigint {
  const { bytes } = cursor
  const start = cursor.at
  // Below 2^49 without a bigint: that is seven bytes, and all that people count.
  let small = 0
  let scale = 1
  for (let count = 0; count < 7 && cursor.at < end; count++) {
    const byte = bytes[cursor.at++]!
    small += (byte & 0x7f) * scale
    if (byte < 0x80) return small
    scale *= 128
  }
  cursor.at = start
  let value = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (cursor.at >= end) throw new MalformedError('a varint runs past the end of its message')
    const byte = bytes[cursor.at++]!
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) {
      const signed = BigInt.asIntN(64, value)
      const number = Number(signed)
      return Number.isSafeInteger(number) ? number : signed
    }
  }
  throw new MalformedError('a varint has more than ten bytes')
}

/** Reads a length prefix and returns where its content ends; `at` is then where it begins. */
export function readLength(cursor: Cursor, end: number): number {
  const contentEnd = readVarint(cursor, end) + cursor.at
  if (contentEnd > end) throw new MalformedError('a length runs past the end of its message')
  return contentEnd
}

export function readDouble(cursor: Cursor, end: number): number {
  const at = cursor.at
  if (at + 8 > end) throw new MalformedError('a double runs past the end of its message')
  cursor.at = at + 8
  return cursor.view.getFloat64(at, true)
}

/** Steps over the value of a field. Groups (wire types 3 and 4) do not occur in OTLP. */
export function skipValue(cursor: Cursor, wireType: number, end: number): void {
  switch (wireType) {
    case VARINT:
      skipVarint(cursor, end)
      return
    case FIXED64:
      cursor.at += 8
      break
    case LENGTH:
      cursor.at = readLength(cursor, end)
      return
    case FIXED32:
      cursor.at += 4
      break
    default:
      throw new MalformedError(`wire type ${wireType} is not supported`)
  }
  if (cursor.at > end) throw new MalformedError('a field runs past the end of its message')
}

function skipVarint(cursor: Cursor, end: number): void {
  const { bytes } = cursor
  for (let count = 0; count < 10; count++) {
    if (cursor.at >= end) throw new MalformedError('a varint runs past the end of its message')
    if (bytes[cursor.at++]! < 0x80) return
  }
  throw new MalformedError('a varint has more than ten bytes')
}

/** Reads a tag; the field number is `tag >>> 3`, the wire type `tag & 7`. */
export function readTag(cursor: Cursor, end: number): number {
  const tag = readVarint(cursor, end)
  // Field numbers have at most 29 bits, and 0 is none.
  if (tag > 0xffffffff || tag < 8) throw new MalformedError(`${tag} is no tag`)
  return tag
}

/** How many bytes `value` takes as a varint; `value` is a whole number up to 2^53 - 1. */
export function varintSize(value: number): number {
  let size = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++
  return size
}

/** Writes `value` as a varint at `at` and returns where it ends. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value
  let end = at
  while (rest >= 128) {
    bytes[end++] = (rest % 128) | 0x80
    rest = Math.floor(rest / 128)
  }
  bytes[end++] = rest
  return end
}

/** Whether `length` bytes are the same in two places. Four at a time: three times as fast. */
export function isSame(
  one: DataView,
  oneAt: number,
  other: DataView,
  otherAt: number,
  length: number,
): boolean {
  if (length < 4) {
    for (let at = 0; at < length; at++) {
      if (one.getUint8(oneAt + at) !== other.getUint8(otherAt + at)) return false
    }
    return true
  }
  const last = length - 4
  for (let at = 0; at < last; at += 4) {
    if (one.getUint32(oneAt + at) !== other.getUint32(otherAt + at)) return false
  }
  // The last four, some of them for the second time.
  return one.getUint32(oneAt + last) === other.getUint32(otherAt + last)
}
