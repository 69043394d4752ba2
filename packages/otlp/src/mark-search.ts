/**
 * Finds spans that carry no mark without walking them: keys stand in a span as they are, so one in
 * which a part of no mark occurs has none. The search is native; it reads some 30 bytes in a
 * nanosecond, where a walk needs 100 ns for a span and more.
 */
export interface MarkSearch {
  readonly bytes: Buffer
  readonly needles: readonly string[]
  /** For each needle: where it occurs next, from where it was last looked for. */
  readonly next: number[]
}

export function createMarkSearch(bytes: Buffer, needles: readonly string[]): MarkSearch {
  return { bytes, needles, next: needles.map(() => -1) }
}

/**
 * False where no mark begins between `start` and `end`. Calls must go forward: then no byte is read
 * twice for one needle.
 */
export function mayHoldMark(search: MarkSearch, start: number, end: number): boolean {
  const { bytes, needles, next } = search
  if (needles.length > MAX_NEEDLES) return true
  for (let index = 0; index < needles.length; index++) {
    if (next[index]! < start) {
      const at = bytes.indexOf(needles[index]!, start)
      next[index] = at === -1 ? Infinity : at
    }
    if (next[index]! < end) return true
  }
  return false
}

/** To look for more of them takes longer than to walk. */
const MAX_NEEDLES = 3

/** Node looks for longer ones in another way, which is ten times as slow for those near to this. */
const MAX_NEEDLE_LENGTH = 7
const MIN_NEEDLE_LENGTH = 3

/** The search stops at each occurrence of the first letter; these are seldom, the first the most. */
const RARE_LETTERS = '_zqjxkvbywgpfmucdlhrsnioate'

/**
 * Texts of which one occurs wherever a mark does: parts of their beginnings up to the first dot, as
 * `gen_ai.` stands for dozens of keys. For that it is `_ai.`: prose has few `_`, but many a `g`.
 */
export function listNeedles(marks: readonly string[]): readonly string[] {
  return [
    ...new Set(marks.map((mark) => chooseNeedle(mark.slice(0, mark.indexOf('.') + 1) || mark))),
  ]
}

function chooseNeedle(prefix: string): string {
  let best = 0
  for (let start = 1; start <= prefix.length - MIN_NEEDLE_LENGTH; start++) {
    if (rarity(prefix[start]!) < rarity(prefix[best]!)) best = start
  }
  return prefix.slice(best, best + MAX_NEEDLE_LENGTH)
}

function rarity(letter: string): number {
  const index = RARE_LETTERS.indexOf(letter)
  return index === -1 ? RARE_LETTERS.length : index
}
