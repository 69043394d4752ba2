/**
 * The name that a misspelt one was meant to be, or `undefined` where none is near. Case, `_` and `-`
 * do not count, so `max_request_size` finds `maxRequestSize`; beyond that, up to one wrong, missing,
 * extra or swapped letter per three.
 */
export function findNearest(name: string, known: readonly string[]): string | undefined {
  const wanted = simplify(name)
  // Nothing that long is a slip of the finger, and the distance takes quadratic time.
  if (wanted.length > 64) return undefined
  let best: string | undefined
  let bestDistance = Math.floor(wanted.length / 3) + 1
  for (const candidate of known) {
    const distance = countEdits(wanted, simplify(candidate))
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

function simplify(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '')
}

/** Optimal string alignment distance: a swap of two neighbours is one edit. */
function countEdits(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1]
      let edits = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        edits = Math.min(edits, beforeLast[j - 2]! + 1)
      }
      row.push(edits)
    }
    beforeLast = last
    last = row
  }
  return last[to.length]!
}
