/**
 * What decisions cannot know yet: how long operations of the last minute took from their start to
 * their entry in the ledger, at most. Spend passes a limit without holds by what is spent in that time.
 */
export interface Staleness {
  /** An operation has been recorded. */
  observe(startUnixMs: number): void
  /** In milliseconds; `undefined` where nothing was recorded in the last minute. */
  read(): number | undefined
}

const SLICE_MS = 5_000
const SLICES = 12

export function createStaleness(now: () => number = Date.now): Staleness {
  const longest = new Map<number, number>()
  return {
    observe(startUnixMs) {
      const nowMs = now()
      const slice = Math.floor(nowMs / SLICE_MS)
      const delayMs = Math.max(0, nowMs - startUnixMs)
      const known = longest.get(slice)
      if (known === undefined) dropOld(longest, slice)
      longest.set(slice, Math.max(known ?? 0, delayMs))
    },
    read() {
      dropOld(longest, Math.floor(now() / SLICE_MS))
      return longest.size === 0 ? undefined : Math.max(...longest.values())
    },
  }
}

function dropOld(longest: Map<number, number>, slice: number): void {
  for (const old of longest.keys()) if (old <= slice - SLICES) longest.delete(old)
}
