import { findKey, type KeyTable } from './key-table.ts'
import { FIXED32, FIXED64, LENGTH, VARINT, type Cursor } from './wire.ts'

const SPAN_ATTRIBUTES = (9 << 3) | LENGTH
const KEY_VALUE_KEY = (1 << 3) | LENGTH
const KEY_VALUE_VALUE = (2 << 3) | LENGTH

/**
 * Looks at the keys of a span's attributes; false where none of them is in `marks`. It goes over a
 * span as encoders write it, and answers true where anything is unusual, faults included: then the
 * walk that follows decides. That spares most spans the walk, which takes twice as long because it
 * must be ready for everything. Positions are variables for the same reason.
 */
export function mayHoldMark(marks: KeyTable, cursor: Cursor, start: number, end: number): boolean {
  const { bytes } = cursor
  let at = start
  while (at < end) {
    // No field is shorter. What reads beyond the end from here ends up beyond it.
    if (at + 2 > end) return true
    let tag = bytes[at++]!
    if (tag >= 0x80) tag = (tag & 0x7f) | (bytes[at++]! << 7)
    switch (tag & 7) {
      case LENGTH: {
        let length = bytes[at++]!
        if (length >= 0x80) length = (length & 0x7f) | (bytes[at++]! << 7)
        // A third byte of the tag or the length would show up here as well.
        if (tag >= 1 << 14 || length >= 1 << 14 || at + length > end) return true
        if (tag === SPAN_ATTRIBUTES && isMark(marks, cursor, at, at + length)) return true
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
    if (tag < 8 || tag >= 1 << 14) return true
  }
  return at !== end
}

/** Whether the `KeyValue` has one of the keys, or is anything but a short key and its value. */
function isMark(marks: KeyTable, cursor: Cursor, start: number, end: number): boolean {
  const { bytes } = cursor
  const keyAt = start + 2
  if (keyAt > end || bytes[start] !== KEY_VALUE_KEY || bytes[start + 1]! >= 0x80) return true
  const keyEnd = keyAt + bytes[start + 1]!
  if (keyEnd + 2 > end || bytes[keyEnd] !== KEY_VALUE_VALUE) return true
  let valueAt = keyEnd + 2
  let length = bytes[valueAt - 1]!
  if (length >= 0x80) length = (length & 0x7f) | (bytes[valueAt++]! << 7)
  // Behind the value there could be another key.
  return valueAt + length !== end || findKey(marks, cursor, keyAt, keyEnd) >= 0
}
