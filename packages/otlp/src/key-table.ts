import { listPrefixes } from './mark-search.ts'
import type { ScanKeys } from './scan.ts'
import type { Cursor } from './wire.ts'

/** The keys that a scan looks for, ready to be compared with bytes. */
export interface KeyTable {
  readonly keys: readonly string[]
  /** For each key, by index. */
  readonly isMark: readonly boolean[]
  readonly isOwn: readonly boolean[]
  /** What marks begin with. */
  readonly markPrefixes: readonly string[]
  /** Candidates by length in bytes. */
  readonly byLength: readonly (readonly Candidate[] | undefined)[]
}

interface Candidate {
  readonly index: number
  readonly bytes: Uint8Array
}

/** A table of the span keys; `own` ones are known so that a patch can replace them. */
export function createSpanKeyTable(keys: ScanKeys): KeyTable {
  return createKeyTable([...keys.span, ...keys.marks, ...keys.own], keys.marks, keys.own)
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
  const byLength: Candidate[][] = []
  for (const [index, key] of keys.entries()) {
    const bytes = Buffer.from(key)
    const candidates = (byLength[bytes.length] ??= [])
    candidates.push({ index, bytes })
  }
  return {
    keys,
    isMark: keys.map((key) => marks.includes(key)),
    isOwn: keys.map((key) => own.includes(key)),
    markPrefixes: listPrefixes(marks),
    byLength,
  }
}

/** The index of the key that stands from `start` to `end`, or -1. */
export function findKey(table: KeyTable, { bytes }: Cursor, start: number, end: number): number {
  const candidates = table.byLength[end - start]
  if (candidates === undefined) return -1
  for (const candidate of candidates) {
    if (isEqual(candidate.bytes, bytes, start)) return candidate.index
  }
  return -1
}

/** From the end: keys of one length differ in their last letters more often than in the first. */
function isEqual(key: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let offset = key.length - 1; offset >= 0; offset--) {
    if (key[offset] !== bytes[start + offset]) return false
  }
  return true
}
