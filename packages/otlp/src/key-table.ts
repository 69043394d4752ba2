import type { ScanKeys } from './scan.ts'
import { isSame, type Cursor } from './wire.ts'

/** The keys that a scan looks for, ready to be compared with bytes. */
export interface KeyTable {
  readonly keys: readonly string[]
  /** For each key, by index. */
  readonly isMark: readonly boolean[]
  readonly isOwn: readonly boolean[]
  /** The first key of each hash, or `undefined`. */
  readonly byHash: readonly (Candidate | undefined)[]
}

interface Candidate {
  readonly index: number
  readonly length: number
  readonly view: DataView
  /** The next key of the same hash. */
  readonly next: Candidate | undefined
}
/** A table of the span keys; `own` ones are known so that a patch can replace them. */
export function createSpanKeyTable(keys: ScanKeys): KeyTable {
  return createKeyTable([...keys.span, ...keys.marks, ...keys.own], keys.marks, keys.own)
}

/** A table of the keys that make a span worth a walk. */
export function createMarkTable(keys: ScanKeys): KeyTable {
  return createKeyTable(keys.marks, keys.marks, [])
}

/** A table of the keys that are read from scopes and resources. */
export function createSharedKeyTable(keys: ScanKeys): KeyTable {
  return createKeyTable(keys.shared, [], [])
}

function createKeyTable(
  wanted: readonly string[],
  marks: readonly string[],
  own: readonly string[],
): KeyTable {
  const keys = [...new Set(wanted)]
  const byHash = Array.from<Candidate | undefined>({ length: HASHES })
  for (const [index, key] of keys.entries()) {
    const bytes = Uint8Array.from(Buffer.from(key))
    const view = new DataView(bytes.buffer)
    const hash = hashKey(bytes, 0, bytes.length)
    byHash[hash] = { index, length: bytes.length, view, next: byHash[hash] }
  }
  return {
    keys,
    isMark: keys.map((key) => marks.includes(key)),
    isOwn: keys.map((key) => own.includes(key)),
    byHash,
  }
}

/** Four times as many as there are keys, and more: most of the others then meet none. */
const HASHES = 256

/** Of the length and three letters: keys that share all of them are few. */
function hashKey(bytes: Uint8Array, start: number, length: number): number {
  if (length === 0) return 0
  const first = bytes[start]!
  const middle = bytes[start + (length >> 1)]!
  const last = bytes[start + length - 1]!
  return Math.imul(length ^ (first << 8) ^ (middle << 16) ^ (last << 24), 0x9e3779b1) >>> 24
}

/** The index of the key that stands from `start` to `end`, or -1. */
export function findKey(table: KeyTable, cursor: Cursor, start: number, end: number): number {
  const length = end - start
  let candidate = table.byHash[hashKey(cursor.bytes, start, length)]
  while (candidate !== undefined) {
    if (candidate.length === length && isSame(candidate.view, 0, cursor.view, start, length)) {
      return candidate.index
    }
    candidate = candidate.next
  }
  return -1
}
