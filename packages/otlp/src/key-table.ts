import type { ScanKeys } from './scan.ts'
import { isSame, type Cursor } from './wire.ts'

/**
 * The keys that a scan looks for, ready to be compared with bytes. Each has a small number, its
 * index, by which everything about it is found from then on.
 */
export interface KeyTable {
  readonly keys: readonly string[]
  readonly indexes: ReadonlyMap<string, number>
  /** For each key, by index: 1 or 0. */
  readonly isMark: Uint8Array
  readonly isOwn: Uint8Array
  /**
   * By first letter << 8 | length: 1 where a key is like that, which few others are, and where the
   * length is above 127.
   */
  readonly outlines: Uint8Array
  /** The first key of each hash, and the next key of the same hash for each key: index + 1, or 0. */
  readonly byHash: Uint16Array
  readonly nextOfHash: Uint16Array
  /** The bytes of all keys, and for each key where its own begin and how many they are. */
  readonly view: DataView
  readonly starts: Uint32Array
  readonly lengths: Uint32Array
}

/** A table of the span keys; `own` ones are known so that a patch can replace them. */
export function createSpanKeyTable(keys: ScanKeys): KeyTable {
  return createKeyTable([...keys.span, ...keys.marks, ...keys.own], keys.marks, keys.own)
}

/** A table of the keys that make a span worth reading. */
export function createMarkTable(keys: ScanKeys): KeyTable {
  return createKeyTable(keys.marks, keys.marks, [])
}

/** A table of the keys that are read from scopes and resources. */
export function createSharedKeyTable(keys: ScanKeys): KeyTable {
  return createKeyTable(keys.shared, [], [])
}

/** Many times as many as there are keys, so that hardly two share one. */
const HASH_BITS = 12

function createKeyTable(
  wanted: readonly string[],
  marks: readonly string[],
  own: readonly string[],
): KeyTable {
  const keys = [...new Set(wanted)].filter((key) => key !== '')
  const encoded = keys.map((key) => Buffer.from(key))
  const bytes = Uint8Array.from(Buffer.concat(encoded))
  const table: KeyTable = {
    keys,
    indexes: new Map(keys.map((key, index) => [key, index])),
    isMark: Uint8Array.from(keys, (key) => Number(marks.includes(key))),
    isOwn: Uint8Array.from(keys, (key) => Number(own.includes(key))),
    outlines: new Uint8Array(1 << 16),
    byHash: new Uint16Array(1 << HASH_BITS),
    nextOfHash: new Uint16Array(keys.length),
    view: new DataView(bytes.buffer),
    starts: new Uint32Array(keys.length),
    lengths: Uint32Array.from(encoded, ({ length }) => length),
  }
  for (let outline = 0; outline < 1 << 16; outline++) {
    if ((outline & 0x80) !== 0) table.outlines[outline] = 1
  }
  let start = 0
  for (const [index, key] of encoded.entries()) {
    table.starts[index] = start
    if (key.length < 0x80) table.outlines[(key[0]! << 8) | key.length] = 1
    const hash = hashKey(table.view, start, key.length)
    table.nextOfHash[index] = table.byHash[hash]!
    table.byHash[hash] = index + 1
    start += key.length
  }
  return table
}

/** Of the length, the last four letters and four in the middle: keys that share all are few. */
function hashKey(view: DataView, start: number, length: number): number {
  let hash = length
  if (length >= 4) {
    hash ^= view.getUint32(start + length - 4)
    hash = Math.imul(hash, 0x85ebca6b) ^ view.getUint32(start + ((length - 4) >> 1))
  } else {
    for (let at = 0; at < length; at++) hash = (hash << 8) ^ view.getUint8(start + at)
  }
  return Math.imul(hash, 0x9e3779b1) >>> (32 - HASH_BITS)
}

/** The index of the key that stands from `start` to `end`, or -1. */
export function findKey(table: KeyTable, cursor: Cursor, start: number, end: number): number {
  const { view, bytes } = cursor
  const length = end - start
  if (length < 0x80 && table.outlines[(bytes[start]! << 8) | length] === 0) return -1
  let candidate = table.byHash[hashKey(view, start, length)]!
  while (candidate !== 0) {
    const index = candidate - 1
    if (
      table.lengths[index] === length &&
      isSame(table.view, table.starts[index]!, view, start, length)
    ) {
      return index
    }
    candidate = table.nextOfHash[index]!
  }
  return -1
}
