import type { StoredEntry } from '@spancost/ledger'
import { limitTo } from './access.ts'
import { answerJson, defineRoute } from './answer.ts'
import { toInstant, toMoney } from './json.ts'
import { labelFilter, wholeNumber, type Filter } from './parameters.ts'
import { RANGE_PARAMETERS, resolveAsked, toRangeJson } from './range.ts'

/** Newer ones are not looked at, which `oldestOnly` tells: they wait for minutes only. */
const MAX_HELD = 2_000

/** Agents that are no spend until it is clear that nothing below them tells the same usage. */
export const heldRoute = defineRoute(
  '/api/v1/held',
  { ...RANGE_PARAMETERS, where: labelFilter, limit: wholeNumber(MAX_HELD) },
  async ({ store, caller }, { limit = 100, where, ...asked }) => {
    const resolved = resolveAsked(asked)
    if ('kind' in resolved) return resolved
    const { fromUnixMs = -Infinity, toUnixMs = Infinity } = resolved.bounds
    const wanted = limitTo(caller, where).where ?? {}
    const all = await store.held({ limit: MAX_HELD + 1 })
    const held = all.slice(0, MAX_HELD).filter((entry) => {
      const startUnixMs = Number(entry.startTimeUnixNano / 1_000_000n)
      return startUnixMs >= fromUnixMs && startUnixMs < toUnixMs && isWanted(entry, wanted)
    })
    return answerJson({
      ...toRangeJson(resolved),
      operations: held.length,
      cost: toMoney(held.reduce((sum, { rating }) => sum + (rating.costAtto ?? 0n), 0n)),
      held: held.slice(0, limit).map(toHeldJson),
      truncated: held.length > limit,
      oldestOnly: all.length > MAX_HELD,
    })
  },
  { minds: 'labels' },
)

/** `''` stands for a label that is not there. */
function isWanted({ labels }: StoredEntry, where: Filter): boolean {
  return Object.entries(where).every(([name, values]) => values.includes(labels[name] ?? ''))
}

function toHeldJson({ traceId, spanId, spanName, labels, rating, recordedAtUnixMs }: StoredEntry) {
  return {
    traceId,
    spanId,
    spanName,
    labels,
    recordedAt: toInstant(recordedAtUnixMs),
    ...(rating.costAtto !== undefined && { cost: toMoney(rating.costAtto) }),
  }
}
