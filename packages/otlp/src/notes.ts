import { findKey, type KeyTable } from './key-table.ts'
import { readText } from './read-text.ts'
import type { Attributes, AttributeValue } from './scan.ts'
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

const KEY_VALUE_KEY = (1 << 3) | LENGTH
const KEY_VALUE_VALUE = (2 << 3) | LENGTH
const VALUE_STRING = (1 << 3) | LENGTH
const VALUE_BOOL = (2 << 3) | VARINT
const VALUE_INT = (3 << 3) | VARINT
const VALUE_DOUBLE = (4 << 3) | FIXED64
const VALUE_ARRAY = (5 << 3) | LENGTH
const ARRAY_VALUES = (1 << 3) | LENGTH
/** Maps, bytes, and lists inside lists. */
const UNREAD_VALUES = new Set([VALUE_ARRAY, (6 << 3) | LENGTH, (7 << 3) | LENGTH])

/**
 * Where the wanted values of the message at hand lie: they are read only if the message turns out
 * to matter. A noted key has its index in `noted`, and where its value begins and ends by index.
 */
export interface Notes {
  readonly table: KeyTable
  readonly noted: Int32Array
  count: number
  /** -1: not noted. */
  readonly valueStart: Int32Array
  readonly valueEnd: Int32Array
}

export function createNotes(table: KeyTable): Notes {
  const { length } = table.keys
  return {
    table,
    noted: new Int32Array(length),
    count: 0,
    valueStart: new Int32Array(length).fill(-1),
    valueEnd: new Int32Array(length),
  }
}

/**
 * Walks the `KeyValue` from the cursor to `end` and notes where its value lies, if its key is
 * wanted and was not noted before. Returns the index of the key, or -1.
 */
export function visitAttribute(cursor: Cursor, notes: Notes, end: number): number {
  const { bytes } = cursor
  const keyAt = cursor.at + 2
  // As encoders write it: a key with a length of one byte, then the value, and that is all.
  if (keyAt < end && bytes[keyAt - 2] === KEY_VALUE_KEY && bytes[keyAt - 1]! < 0x80) {
    const keyEnd = keyAt + bytes[keyAt - 1]!
    if (keyEnd < end && bytes[keyEnd] === KEY_VALUE_VALUE) {
      cursor.at = keyEnd + 1
      if (readLength(cursor, end) === end) {
        const index = findKey(notes.table, cursor, keyAt, keyEnd)
        if (index >= 0) noteValue(notes, index, cursor.at, end)
        return index
      }
      cursor.at = keyAt - 2
    }
  }
  return visitUnusualAttribute(cursor, notes, end)
}

/** Fields in any order, missing, there twice, or unknown. */
function visitUnusualAttribute(cursor: Cursor, notes: Notes, end: number): number {
  let index = -1
  // An attribute without a value has an empty one.
  let from = 0
  let to = 0
  while (cursor.at < end) {
    const tag = readTag(cursor, end)
    if ((tag & 7) !== LENGTH) {
      skipValue(cursor, tag & 7, end)
      continue
    }
    const contentEnd = readLength(cursor, end)
    if (tag === KEY_VALUE_KEY) index = findKey(notes.table, cursor, cursor.at, contentEnd)
    else if (tag === KEY_VALUE_VALUE) {
      from = cursor.at
      to = contentEnd
    }
    cursor.at = contentEnd
  }
  if (index >= 0) noteValue(notes, index, from, to)
  return index
}

function noteValue(notes: Notes, index: number, from: number, to: number): void {
  if (notes.valueStart[index] !== -1) return
  notes.noted[notes.count++] = index
  notes.valueStart[index] = from
  notes.valueEnd[index] = to
}

/** Reads the noted values and forgets them. */
export function takeValues(cursor: Cursor, notes: Notes): Attributes {
  const { table, noted, count, valueStart, valueEnd } = notes
  const attributes = new Map<string, AttributeValue>()
  for (let at = 0; at < count; at++) {
    const index = noted[at]!
    if (table.isOwn[index]) continue
    const value = readAnyValue(cursor, valueStart[index]!, valueEnd[index]!, true)
    if (value !== undefined) attributes.set(table.keys[index]!, value)
  }
  forgetValues(notes)
  return attributes
}

export function forgetValues(notes: Notes): void {
  const { noted, count, valueStart } = notes
  for (let at = 0; at < count; at++) valueStart[noted[at]!] = -1
  notes.count = 0
}

/** The value of an `AnyValue`; of a oneof that occurs twice, the last counts. */
function readAnyValue(
  cursor: Cursor,
  start: number,
  end: number,
  lists: boolean,
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
    else if (tag === VALUE_ARRAY && lists) {
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
    const item = readAnyValue(cursor, cursor.at, contentEnd, false)
    if (item !== undefined) items.push(item)
    cursor.at = contentEnd
  }
  return items
}
