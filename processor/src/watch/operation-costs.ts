import { findOversized } from '@spancost/budget'
import type { Entry, Labels, Recorded } from '@spancost/ledger'

/** The dearest operation of one feed that stood out lately. */
export interface Oversized {
  /** The values of `by`, as JSON. */
  readonly feed: string
  readonly costAtto: bigint
  readonly p95Atto: bigint
  readonly traceId: string
  readonly atUnixMs: number
}

export interface OperationCosts {
  onRecorded(entries: readonly Entry[], recorded: readonly Recorded[]): void
  /** What stood out within the last hour. */
  read(nowUnixMs: number): readonly Oversized[]
  /** What 95 of 100 operations cost at most, by feed, to be known after a restart, too. */
  remember(): Readonly<Record<string, string>>
  restore(p95s: Readonly<Record<string, string>>): void
}

/** What a feed is usual with: the newest operations, looked at again after so many others. */
const MOST_COSTS = 1_000
const LEAST_COSTS = 100
const LOOK_AFTER = 200
/** Feeds beyond these are not watched. */
const MOST_FEEDS = 2_000
const LASTS_MS = 3_600_000

interface Feed {
  readonly costs: bigint[]
  next: number
  sinceLook: number
  p95Atto?: bigint
  last?: Oversized
}

/** The feed of some labels: the values of `by`. */
export function feedOf(labels: Labels, by: readonly string[]): string {
  return JSON.stringify(by.map((label) => labels[label] ?? ''))
}

/** Compares what each operation costs with the 95th percentile of those before it. */
export function createOperationCosts(
  by: readonly string[],
  floorAtto: bigint,
  now: () => number = Date.now,
): OperationCosts {
  const feeds = new Map<string, Feed>()

  function open(name: string): Feed | undefined {
    const known = feeds.get(name)
    if (known !== undefined || feeds.size >= MOST_FEEDS) return known
    const feed: Feed = { costs: [], next: 0, sinceLook: 0 }
    feeds.set(name, feed)
    return feed
  }

  function add(name: string, costAtto: bigint, { traceId }: Entry): void {
    const feed = open(name)
    if (feed === undefined) return
    const { p95Atto, last } = feed
    if (p95Atto !== undefined && findOversized(costAtto, p95Atto, floorAtto) !== undefined) {
      const atUnixMs = now()
      const isDearest = last === undefined || atUnixMs - last.atUnixMs >= LASTS_MS
      if (isDearest || costAtto > last.costAtto) {
        feed.last = { feed: name, costAtto, p95Atto, traceId, atUnixMs }
      }
    }
    feed.costs[feed.next] = costAtto
    feed.next = (feed.next + 1) % MOST_COSTS
    feed.sinceLook += 1
    const isDue = feed.sinceLook >= LOOK_AFTER || p95Atto === undefined
    if (isDue && feed.costs.length >= LEAST_COSTS) look(feed)
  }

  return {
    onRecorded(entries, recorded) {
      for (const [index, { outcome, standing }] of recorded.entries()) {
        const entry = entries[index]!
        const { costAtto } = entry.rating
        if (outcome !== 'recorded' || standing !== 'counted' || costAtto === undefined) continue
        add(feedOf(entry.labels, by), costAtto, entry)
      }
    },
    read(nowUnixMs) {
      return [...feeds.values()].flatMap(({ last }) =>
        last !== undefined && nowUnixMs - last.atUnixMs < LASTS_MS ? [last] : [],
      )
    },
    remember() {
      const known = [...feeds].flatMap(([name, { p95Atto }]) =>
        p95Atto === undefined ? [] : [[name, p95Atto.toString()] as const],
      )
      return Object.fromEntries(known)
    },
    restore(p95s) {
      for (const [name, p95] of Object.entries(p95s)) {
        const feed = open(name)
        if (feed !== undefined) feed.p95Atto ??= BigInt(p95)
      }
    },
  }
}

/** The smallest cost that 95 of 100 do not pass. */
function look(feed: Feed): void {
  const sorted = feed.costs.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  feed.p95Atto = sorted[Math.ceil(sorted.length * 0.95) - 1]!
  feed.sinceLook = 0
}
