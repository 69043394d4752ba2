import { openZone } from '@spancost/budget'
import type { SpendRow, Store } from '@spancost/ledger'
import { feedOf } from './operation-costs.ts'

export const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const WEEK_MS = 7 * DAY_MS

/** How far back an hour is compared: so many weeks, or, in a young ledger, so many days. */
const WEEKS = 8
const DAYS = 14
/** Fewer weeks than these are no week to compare with. */
const LEAST_WEEKS = 5

/** One hour of one feed. */
export interface HourSums {
  readonly costAtto: bigint
  readonly operations: bigint
  /** Operations whose cost is not known, or not all of it. */
  readonly unpriced: bigint
}

export type Feeds = ReadonlyMap<string, HourSums>

/** What was before an hour, by feed. */
export interface Usual {
  /** The earlier hours of the same kind, those without a feed included. */
  readonly alike: readonly Feeds[]
  /** Sums of the fourteen days before. */
  readonly sums: Feeds
  /** Starts of the hours of these days in which a feed had operations, oldest first. */
  readonly active: ReadonlyMap<string, readonly number[]>
}

/**
 * Reads what was usual before the hour that begins at `hourUnixMs`: the same hour of the week by the
 * clock of `zone`, where five weeks of it are known, else the same hour of the days before.
 */
export async function readUsual(
  store: Store,
  by: readonly string[],
  zone: string,
  hourUnixMs: number,
): Promise<Usual> {
  const readHour = async (fromUnixMs: number): Promise<Feeds | undefined> => {
    const rows = await store.spend({ by, fromUnixMs, toUnixMs: fromUnixMs + HOUR_MS })
    // An hour without anything is known to be so only since there is a ledger.
    return rows.length === 0 && fromUnixMs < store.beganAtUnixMs ? undefined : sumFeeds(rows, by)
  }
  const readAlike = async (stepMs: number, count: number): Promise<readonly Feeds[]> => {
    const found: Feeds[] = []
    for (let back = 1; back <= count; back++) {
      const hour = await readHour(findAlike(zone, hourUnixMs, back * stepMs))
      if (hour !== undefined) found.push(hour)
    }
    return found
  }
  const weeks = await readAlike(WEEK_MS, WEEKS)
  const alike = weeks.length >= LEAST_WEEKS ? weeks : await readAlike(DAY_MS, DAYS)
  const rows = await store.spend({
    by,
    fromUnixMs: hourUnixMs - DAYS * DAY_MS,
    toUnixMs: hourUnixMs,
    granularity: 'hour',
  })
  return { alike, sums: sumFeeds(rows, by), active: listActive(rows, by) }
}

/** The whole hour so long before, in which the clock of the zone showed the same. */
function findAlike(zoneName: string, hourUnixMs: number, backMs: number): number {
  const zone = openZone(zoneName)
  const offset = (unixMs: number) => zone.wallMsAt(unixMs) - unixMs
  const before = hourUnixMs - backMs
  return Math.floor((before + offset(hourUnixMs) - offset(before)) / HOUR_MS) * HOUR_MS
}

export function sumFeeds(rows: readonly SpendRow[], by: readonly string[]): Feeds {
  const feeds = new Map<string, HourSums>()
  for (const { labels, costAtto, operations, statuses } of rows) {
    const feed = feedOf(labels, by)
    const before = feeds.get(feed) ?? { costAtto: 0n, operations: 0n, unpriced: 0n }
    feeds.set(feed, {
      costAtto: before.costAtto + costAtto,
      operations: before.operations + operations,
      unpriced: before.unpriced + (statuses.unpriced ?? 0n) + (statuses.partial ?? 0n),
    })
  }
  return feeds
}

function listActive(
  rows: readonly SpendRow[],
  by: readonly string[],
): ReadonlyMap<string, readonly number[]> {
  const active = new Map<string, number[]>()
  const inOrder = rows.toSorted((a, b) => (a.startUnixMs ?? 0) - (b.startUnixMs ?? 0))
  for (const { labels, startUnixMs = 0, operations } of inOrder) {
    if (operations === 0n) continue
    const feed = feedOf(labels, by)
    const hours = active.get(feed) ?? []
    if (hours.at(-1) !== startUnixMs) hours.push(startUnixMs)
    active.set(feed, hours)
  }
  return active
}
