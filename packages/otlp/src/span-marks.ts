import { findKey, type KeyTable } from './key-table.ts'
import { isRest } from './key-value.ts'
import { FIXED32, FIXED64, LENGTH, VARINT, type Cursor } from './wire.ts'

const SPAN_TRACE_ID = (1 << 3) | LENGTH
const SPAN_SPAN_ID = (2 << 3) | LENGTH
const SPAN_PARENT_SPAN_ID = (4 << 3) | LENGTH
const SPAN_NAME = (5 << 3) | LENGTH
const SPAN_KIND = (6 << 3) | VARINT
const SPAN_START = (7 << 3) | FIXED64
const SPAN_END = (8 << 3) | FIXED64
const SPAN_ATTRIBUTES = (9 << 3) | LENGTH
const KEY_VALUE_KEY = (1 << 3) | LENGTH

/**
 * Looks at the keys of a span's attributes; false where none of them is in `marks`. It goes over a
 * span as encoders write it, and answers true where anything is unusual, faults included: then the
 * walk that follows decides. That spares most spans the walk, which takes longer because it must be
 * ready for everything.
 *
 * Most of a busy day is spent in this loop, so it does not ask at each byte whether the span has
 * ended: it only ever goes forward, so what was read beyond the end ends beyond it, and that is
 * unusual. Bytes beyond the request are `undefined`, and a position made of them is not the end.
 */
export function mayHoldMark(marks: KeyTable, cursor: Cursor, start: number, end: number): boolean {
  const { bytes } = cursor
  const { outlines } = marks
  let at = skipHead(bytes, start, end)
  while (at < end) {
    const tag = bytes[at++]!
    if (tag === SPAN_ATTRIBUTES) {
      let length = bytes[at++]!
      if (length >= 0x80) {
        const more = bytes[at++]!
        if (more >= 0x80) return true
        length = (length & 0x7f) | (more << 7)
      }
      const next = at + length
      const keyLength = bytes[at + 1]!
      const keyAt = at + 2
      const keyEnd = keyAt + keyLength
      if (bytes[at] !== KEY_VALUE_KEY || !isRest(bytes, keyEnd, next)) return true
      // One look-up is enough for most keys.
      if (outlines[(bytes[keyAt]! << 8) | keyLength] === 1) {
        if (keyLength >= 0x80 || findKey(marks, cursor, keyAt, keyEnd) >= 0) return true
      }
      at = next
      continue
    }
    if (tag >= 0x80) {
      // Fields above 15, of which `flags` is one. Padded tags and those above 2047 are unusual.
      const rest = bytes[at++]!
      if (rest === 0 || rest >= 0x80) return true
    } else if (tag < 8) return true
    switch (tag & 7) {
      case LENGTH: {
        let length = bytes[at++]!
        if (length >= 0x80) {
          const more = bytes[at++]!
          if (more >= 0x80) return true
          length = (length & 0x7f) | (more << 7)
        }
        at += length
        break
      }
      case FIXED64:
        at += 8
        break
      case FIXED32:
        at += 4
        break
      case VARINT:
        while (at < end && bytes[at]! >= 0x80) at++
        at++
        break
      default:
        return true
    }
  }
  return at !== end
}

/** Ids, kind and times, as encoders write them, in steps of several fields; they hold no mark. */
function skipHead(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  if (
    end - start < 38 ||
    bytes[at] !== SPAN_TRACE_ID ||
    bytes[at + 1] !== 16 ||
    bytes[at + 18] !== SPAN_SPAN_ID ||
    bytes[at + 19] !== 8
  ) {
    return start
  }
  at += 28
  if (bytes[at] === SPAN_PARENT_SPAN_ID && bytes[at + 1] === 8) at += 10
  if (bytes[at] !== SPAN_NAME || bytes[at + 1]! >= 0x80) return at
  const nameEnd = at + 2 + bytes[at + 1]!
  const isUsual =
    nameEnd + 20 <= end &&
    bytes[nameEnd] === SPAN_KIND &&
    bytes[nameEnd + 1]! < 0x80 &&
    bytes[nameEnd + 2] === SPAN_START &&
    bytes[nameEnd + 11] === SPAN_END
  return isUsual ? nameEnd + 20 : at
}
