import type { SpendRow, Store } from '@spancost/ledger'

const HOUR_MS = 3_600_000

/** The last hour is read again after this time, however often metrics are asked for. */
const REFRESH_MS = 10_000

/** Up to so many operations are read one by one; that takes the ledger some hundredths of a second. */
const MAX_OPERATIONS = 20_000n

/**
 * What was spent on operations that started within the last hour, by the given labels. It begins
 * with a part of a clock hour. Where there are many operations, reading them one by one would hold
 * up the ledger, so that part is then taken as its share of that hour's sum.
 */
export function createCostRate(
  store: Store,
  by: readonly string[],
): (nowMs: number) => Promise<readonly Pick<SpendRow, 'labels' | 'costAtto'>[]> {
  let readAtMs = -Infinity
  let rows: readonly Pick<SpendRow, 'labels' | 'costAtto'>[] = []

  async function read(nowMs: number): Promise<typeof rows> {
    const fromUnixMs = nowMs - HOUR_MS
    const firstHourMs = fromUnixMs - (fromUnixMs % HOUR_MS)
    const whole = { fromUnixMs: firstHourMs, toUnixMs: firstHourMs + 2 * HOUR_MS, by }
    const hours = await store.spend({ ...whole, granularity: 'hour' })
    const operations = hours.reduce((sum, row) => sum + row.operations, 0n)
    if (operations <= MAX_OPERATIONS) return store.spend({ fromUnixMs, toUnixMs: nowMs, by })
    const restMs = BigInt(firstHourMs + HOUR_MS - fromUnixMs)
    return hours.map(({ startUnixMs, labels, costAtto }) => ({
      labels,
      costAtto: startUnixMs === firstHourMs ? (costAtto * restMs) / BigInt(HOUR_MS) : costAtto,
    }))
  }

  return async (nowMs) => {
    if (Math.abs(nowMs - readAtMs) >= REFRESH_MS) {
      rows = await read(nowMs)
      readAtMs = nowMs
    }
    return rows
  }
}
