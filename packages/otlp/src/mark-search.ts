/**
 * Finds spans that carry no mark without walking them: keys stand in a span as they are, so one in
 * which the beginning of no mark occurs has none. The search is native and reads some 30 bytes in
 * a nanosecond, where a walk needs 100 ns for a span.
 */
export interface MarkSearch {
  readonly bytes: Buffer
  readonly prefixes: readonly string[]
  /** For each prefix: where it occurs next, from where it was last looked for. */
  readonly next: number[]
}

export function createMarkSearch(bytes: Buffer, prefixes: readonly string[]): MarkSearch {
  return { bytes, prefixes, next: prefixes.map(() => -1) }
}

/**
 * False where no mark begins between `start` and `end`. Calls must go forward: then no byte is read
 * twice for one prefix.
 */
export function mayHoldMark(search: MarkSearch, start: number, end: number): boolean {
  const { bytes, prefixes, next } = search
  for (let index = 0; index < prefixes.length; index++) {
    if (next[index]! < start) {
      const at = bytes.indexOf(prefixes[index]!, start)
      next[index] = at === -1 ? Infinity : at
    }
    if (next[index]! < end) return true
  }
  return false
}

/** What each of `marks` begins with, up to the first dot: `gen_ai.` stands for dozens of keys. */
export function listPrefixes(marks: readonly string[]): readonly string[] {
  return [...new Set(marks.map((mark) => mark.slice(0, mark.indexOf('.') + 1) || mark))]
}
