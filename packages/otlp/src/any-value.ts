import { readText } from './read-text.ts'
import type { AttributeValue } from './scan.ts'
import {
  findField,
  FIXED64,
  LENGTH,
  readDouble,
  readInt64,
  readLength,
  readTag,
  skipValue,
  VARINT,
  type Cursor,
} from './wire.ts'

const VALUE_STRING = (1 << 3) | LENGTH
const VALUE_BOOL = (2 << 3) | VARINT
const VALUE_INT = (3 << 3) | VARINT
const VALUE_DOUBLE = (4 << 3) | FIXED64
const VALUE_ARRAY = (5 << 3) | LENGTH
const ARRAY_VALUES = (1 << 3) | LENGTH
/** Maps, bytes, and lists inside lists. */
const UNREAD_VALUES = new Set([VALUE_ARRAY, (6 << 3) | LENGTH, (7 << 3) | LENGTH])

/** Throws where `readAnyValue` would. Most values are told by a look at their first bytes. */
export function checkAnyValue(cursor: Cursor, start: number, end: number, isInList = false): void {
  if (start === end || isUsual(cursor.bytes, start, end)) return
  cursor.at = start
  while (cursor.at < end) {
    const tag = readTag(cursor, end)
    if (tag === VALUE_ARRAY && !isInList) {
      const listEnd = readLength(cursor, end)
      while (findField(cursor, ARRAY_VALUES, listEnd)) {
        const { contentEnd } = cursor
        checkAnyValue(cursor, cursor.at, contentEnd, true)
        cursor.at = contentEnd
      }
    } else skipValue(cursor, tag & 7, end)
  }
}

/** Whether it is one text, integer or double, and nothing else. */
function isUsual(bytes: Uint8Array, start: number, end: number): boolean {
  const tag = bytes[start]
  if (tag === VALUE_STRING) {
    const length = bytes[start + 1]!
    if (length < 0x80) return start + 2 + length === end
    const more = bytes[start + 2]!
    return more < 0x80 && start + 3 + ((length & 0x7f) | (more << 7)) === end
  }
  if (tag === VALUE_INT) {
    let at = start + 1
    while (at < end && bytes[at]! >= 0x80) at++
    return at + 1 === end && end - start <= 9
  }
  return tag === VALUE_DOUBLE && end - start === 9
}

/**
 * The value of an `AnyValue`; of a oneof that occurs twice, the last counts. Lists are read one level
 * deep.
 */
export function readAnyValue(
  cursor: Cursor,
  start: number,
  end: number,
  isInList = false,
): AttributeValue | undefined {
  let value: AttributeValue | undefined
  cursor.at = start
  while (cursor.at < end) {
    const tag = readTag(cursor, end)
    if (tag === VALUE_STRING) {
      const contentEnd = readLength(cursor, end)
      value = readText(cursor, cursor.at, contentEnd)
      cursor.at = contentEnd
    } else if (tag === VALUE_BOOL) value = readInt64(cursor, end) !== 0
    else if (tag === VALUE_INT) value = readInt64(cursor, end)
    else if (tag === VALUE_DOUBLE) value = readDouble(cursor, end)
    else if (tag === VALUE_ARRAY && !isInList) {
      const contentEnd = readLength(cursor, end)
      value = readList(cursor, contentEnd)
    } else {
      skipValue(cursor, tag & 7, end)
      if (UNREAD_VALUES.has(tag)) value = undefined
    }
  }
  return value
}

function readList(cursor: Cursor, end: number): AttributeValue[] {
  const items: AttributeValue[] = []
  while (findField(cursor, ARRAY_VALUES, end)) {
    const { contentEnd } = cursor
    const item = readAnyValue(cursor, cursor.at, contentEnd, true)
    if (item !== undefined) items.push(item)
    cursor.at = contentEnd
  }
  return items
}
