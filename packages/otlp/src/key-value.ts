import { findKey, type KeyTable } from './key-table.ts'
import { LENGTH, readLength, readTag, skipValue, type Cursor } from './wire.ts'

const KEY_VALUE_KEY = (1 << 3) | LENGTH
const KEY_VALUE_VALUE = (2 << 3) | LENGTH

/**
 * Walks the `KeyValue` from `start` to `end`. Returns the index of its key in `table`, or -1; the
 * cursor is then at its value, which ends at `contentEnd`. No value is an empty one.
 */
export function visitKeyValue(table: KeyTable, cursor: Cursor, start: number, end: number): number {
  const { bytes } = cursor
  // As encoders write it: a key with a length of one byte, then the value, and that is all.
  const keyAt = start + 2
  if (bytes[start] === KEY_VALUE_KEY && bytes[start + 1]! < 0x80) {
    const keyEnd = keyAt + bytes[start + 1]!
    if (isRest(bytes, keyEnd, end)) {
      cursor.at = keyEnd + (bytes[keyEnd + 1]! < 0x80 ? 2 : 3)
      cursor.contentEnd = end
      return findKey(table, cursor, keyAt, keyEnd)
    }
  }
  cursor.at = start
  return visitUnusual(table, cursor, end)
}

/**
 * Whether the value of a `KeyValue` begins at `start` and is all there is up to `end`: no other key
 * behind it. False where its length has more than two bytes.
 */
export function isRest(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] !== KEY_VALUE_VALUE) return false
  const length = bytes[start + 1]!
  if (length < 0x80) return start + 2 + length === end
  const more = bytes[start + 2]!
  return more < 0x80 && start + 3 + ((length & 0x7f) | (more << 7)) === end
}

/** Fields in any order, missing, there twice, or unknown. */
function visitUnusual(table: KeyTable, cursor: Cursor, end: number): number {
  let index = -1
  let valueAt = end
  let valueEnd = end
  while (cursor.at < end) {
    const tag = readTag(cursor, end)
    if ((tag & 7) !== LENGTH) {
      skipValue(cursor, tag & 7, end)
      continue
    }
    const contentEnd = readLength(cursor, end)
    if (tag === KEY_VALUE_KEY) index = findKey(table, cursor, cursor.at, contentEnd)
    else if (tag === KEY_VALUE_VALUE) {
      valueAt = cursor.at
      valueEnd = contentEnd
    }
    cursor.at = contentEnd
  }
  cursor.at = valueAt
  cursor.contentEnd = valueEnd
  return index
}
