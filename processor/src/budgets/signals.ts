import { createCharger, type Budget, type Labels } from '@spancost/budget'
import { signalKey, type Ask } from '@spancost/ledger'

/** What decisions need and the ledger does not know: forecasts, and how often calls were let through. */
export interface Signals {
  /** Of the budgets that some labels count in; `undefined`: there is nothing to know. */
  read(labels: Labels, atUnixMs: number): Ask['signals']
  /** A call was let through. */
  count(levels: readonly { readonly budgetId: string; readonly key: string }[]): void
  /** By `signalKey`. */
  setForecasts(forecasts: ReadonlyMap<string, bigint>): void
  /** Budgets that slow calls down; only theirs are counted. */
  setThrottled(budgetIds: ReadonlySet<string>): void
  /** The budgets that are active. */
  setActive(budgets: readonly Budget[]): void
  /** Where labels count by the budgets of the last look, for when the ledger cannot be asked. */
  readonly chargesOf: ReturnType<typeof createCharger>
}

const SLICE_MS = 5_000
const SLICES = 12

/** Each is a few numbers; beyond these, new keys are not slowed down. */
const MAX_KEYS = 100_000

/**
 * Counts the last minute in slices of five seconds, so up to five seconds more than a minute. It is
 * this processor's own: several of them each let their own rate through.
 */
export function createSignals(now: () => number = Date.now): Signals {
  let forecasts: ReadonlyMap<string, bigint> = new Map()
  let throttled: ReadonlySet<string> = new Set()
  let chargesOf = createCharger([])
  const slices = new Map<string, Map<number, number>>()

  function countLastMinute(counts: ReadonlyMap<number, number>): number {
    const oldest = Math.floor(now() / SLICE_MS) - SLICES
    let sum = 0
    for (const [slice, count] of counts) if (slice >= oldest) sum += count
    return sum
  }

  return {
    read(labels, atUnixMs) {
      // Where nothing is slowed down and no forecast acts, which budgets these are is of no matter.
      if (forecasts.size === 0 && slices.size === 0) return undefined
      const names = chargesOf(labels, atUnixMs).map(({ budget, key }) => signalKey(budget.id, key))
      const signals = names.map((name) => {
        const [forecast, counts] = [forecasts.get(name), slices.get(name)]
        const known = {
          ...(forecast !== undefined && { forecast }),
          ...(counts !== undefined && { lastMinute: countLastMinute(counts) }),
        }
        return [name, known] as const
      })
      return Object.fromEntries(signals)
    },
    count(levels) {
      const slice = Math.floor(now() / SLICE_MS)
      for (const { budgetId, key } of levels) {
        if (!throttled.has(budgetId)) continue
        const name = signalKey(budgetId, key)
        const counts = slices.get(name) ?? new Map<number, number>()
        if (!slices.has(name) && slices.size >= MAX_KEYS) continue
        counts.set(slice, (counts.get(slice) ?? 0) + 1)
        for (const old of counts.keys()) if (old < slice - SLICES) counts.delete(old)
        slices.set(name, counts)
      }
    },
    setActive(given) {
      chargesOf = createCharger(given)
    },
    chargesOf: (labels, startUnixMs) => chargesOf(labels, startUnixMs),
    setForecasts(given) {
      forecasts = given
    },
    setThrottled(ids) {
      throttled = ids
      for (const name of slices.keys()) {
        if (!ids.has(name.slice(0, name.indexOf('/')))) slices.delete(name)
      }
    },
  }
}
