import { createHash } from 'node:crypto'
import { findHourAnomalies, findSilence, findUnpricedShare, type Anomaly } from '@spancost/budget'
import { formatAmount } from '@spancost/pricing'
import type { Lookout, Sign } from './alerts.ts'
import type { Oversized } from './operation-costs.ts'
import { HOUR_MS, type Feeds, type HourSums, type Usual } from './usual.ts'

/** What can be watched; the words of the config. */
export const ANOMALY_KINDS = ['cost', 'operation', 'silence', 'unpriced', 'model'] as const
export type AnomalyKind = (typeof ANOMALY_KINDS)[number]

/** A feed that was there in fewer hours of two weeks may well be silent. */
const LEAST_ACTIVE_HOURS = 24

const NOTHING: HourSums = { costAtto: 0n, operations: 0n, unpriced: 0n }

/** What happens, and does not last. */
const EVENTS: ReadonlySet<string> = new Set<AnomalyKind>(['operation', 'model'])

export const ANOMALY_LOOKOUT: Lookout = {
  note: 'anomalies',
  describeGone(key) {
    const [, kind = '', who = ''] = key.split('/')
    if (EVENTS.has(kind)) return undefined
    return {
      title: `${decodeURIComponent(who)} is not watched any more`,
      text: 'Nothing came from it for two weeks, or the config no longer watches it.',
      facts: [],
    }
  },
}

/** One hour that is looked at, and what was before it. */
export interface LookedAt {
  readonly hourUnixMs: number
  readonly feeds: Feeds
  readonly usual: Usual
}

/** Hours that cost more than is usual for their kind; the hour under way counts as far as it is. */
export function listCostSigns(
  hours: readonly LookedAt[],
  by: readonly string[],
  floorAtto: bigint,
): Sign[] {
  return listFeeds(hours).map((feed) => {
    const found = hours.flatMap(({ hourUnixMs, feeds, usual }) => {
      const { costAtto } = feeds.get(feed) ?? NOTHING
      const earlier = usual.alike.map((each) => each.get(feed)?.costAtto ?? 0n)
      const anomalies = findHourAnomalies(costAtto, earlier, floorAtto)
      return anomalies.map((anomaly) => ({ anomaly, hourUnixMs }))
    })
    const [first] = found
    const who = nameFeed(feed, by)
    return {
      key: keyOf('cost', who),
      level: 'warning',
      isWrong: first !== undefined,
      describe: () =>
        first === undefined
          ? { title: `Spend of ${who} is usual again`, text: 'The hour is as others.', facts: [] }
          : describeCost(who, first.anomaly, first.hourUnixMs),
    }
  })
}

function describeCost(who: string, anomaly: Anomaly, hourUnixMs: number) {
  const hour = { name: 'hour', value: new Date(hourUnixMs).toISOString() }
  if (anomaly.kind === 'spike') {
    const { amount, usual } = anomaly
    return {
      title: `Spend of ${who} is over 3 times the usual of this hour`,
      text: `${usd(amount)} were spent in the hour; usual are ${usd(usual)}.`,
      facts: [fact('spent', amount), fact('usual', usual), hour],
    }
  }
  const [amount, mean] = anomaly.kind === 'outlier' ? [anomaly.amount, anomaly.mean] : [0n, 0n]
  return {
    title: `Spend of ${who} is over 3 standard deviations above its mean`,
    text: `${usd(amount)} were spent in the hour; the mean of such hours is ${usd(mean)}.`,
    facts: [fact('spent', amount), fact('mean', mean), hour],
  }
}

/** Feeds from which nothing has come for three times their longest pause of two weeks. */
export function listSilenceSigns(
  { feeds, usual, hourUnixMs }: LookedAt,
  by: readonly string[],
  nowUnixMs: number,
): Sign[] {
  return [...usual.active].flatMap(([feed, hours]): Sign[] => {
    if (hours.length < LEAST_ACTIVE_HOURS) return []
    const pauses = hours.slice(1).map((hour, index) => hour - hours[index]!)
    const isActive = (feeds.get(feed)?.operations ?? 0n) > 0n
    const lastUnixMs = isActive
      ? Math.min(hourUnixMs + HOUR_MS, nowUnixMs)
      : hours.at(-1)! + HOUR_MS
    const silence = findSilence(lastUnixMs, Math.max(...pauses), nowUnixMs)
    const who = nameFeed(feed, by)
    const since = new Date(lastUnixMs).toISOString()
    return [
      {
        key: keyOf('silence', who),
        level: 'warning',
        isWrong: silence !== undefined,
        describe: () => ({
          title: silence ? `Nothing comes from ${who}` : `${who} is heard of again`,
          text: silence
            ? `No operation since ${since}: it calls no models, or its spans do not arrive.`
            : 'Operations arrive.',
          facts: [{ name: 'last', value: since }],
        }),
      },
    ]
  })
}

/** Feeds of whose operations a larger share than usual has no full price. */
export function listUnpricedSigns(hours: readonly LookedAt[], by: readonly string[]): Sign[] {
  return listFeeds(hours).map((feed) => {
    const sums = hours.map(({ feeds }) => feeds.get(feed) ?? NOTHING)
    const now = {
      operations: sums.reduce((sum, { operations }) => sum + operations, 0n),
      unpriced: sums.reduce((sum, { unpriced }) => sum + unpriced, 0n),
    }
    const found = findUnpricedShare(now, hours[0]?.usual.sums.get(feed) ?? NOTHING)
    const share = found?.kind === 'unpriced_share' ? found : undefined
    const who = nameFeed(feed, by)
    return {
      key: keyOf('unpriced', who),
      level: 'warning',
      isWrong: share !== undefined,
      describe: () => ({
        title: share
          ? `${share.percent} % of the operations of ${who} have no full price`
          : `The operations of ${who} have prices again, as far as is usual`,
        text: share
          ? `Usual are ${share.usualPercent} %. \`spancost unpriced\` lists them, and what to add.`
          : 'The share of operations without a full price is no higher than before.',
        facts: [
          { name: 'operations', value: `${now.operations}` },
          { name: 'without a full price', value: `${now.unpriced}` },
        ],
      }),
    }
  })
}

/** Operations that cost over twice what 95 of 100 of their feed cost. */
export function listOperationSigns(oversized: readonly Oversized[], by: readonly string[]): Sign[] {
  return oversized.map(({ feed, costAtto, p95Atto, traceId }) => {
    const who = nameFeed(feed, by)
    return {
      key: keyOf('operation', who),
      level: 'warning',
      isWrong: true,
      isEvent: true,
      describe: () => ({
        title: `One operation of ${who} cost ${usd(costAtto)}`,
        text: `95 of 100 of its operations cost ${usd(p95Atto)} at most.`,
        facts: [fact('cost', costAtto), fact('p95', p95Atto), { name: 'trace', value: traceId }],
      }),
    }
  })
}

/** Models that were called for the first time. */
export function listModelSigns(models: readonly string[]): Sign[] {
  return models.map((model) => ({
    key: keyOf('model', model),
    level: 'info',
    isWrong: true,
    isEvent: true,
    describe: () => ({
      title: `A new model is called: ${model}`,
      text: 'It was not called before, as far as the ledger knows.',
      facts: [{ name: 'model', value: model }],
    }),
  }))
}

/** Those of the two weeks before as well: what was told of them may be over. */
function listFeeds(hours: readonly LookedAt[]): string[] {
  const feeds = hours.flatMap(({ feeds: now, usual }) => [...now.keys(), ...usual.sums.keys()])
  return [...new Set(feeds)]
}

/** `service checkout, team web`; a label that a feed lacks is left out. */
function nameFeed(feed: string, by: readonly string[]): string {
  const values = JSON.parse(feed) as string[]
  const parts = by.flatMap((label, index) =>
    values[index] === '' ? [] : [`${label} ${values[index]}`],
  )
  return parts.length > 0 ? parts.join(', ') : by.length > 0 ? `no ${by.join(', ')}` : 'everything'
}

/** The longest key that the API takes in a path. */
const MOST_KEY = 256

function keyOf(kind: AnomalyKind, who: string): string {
  const key = `anomaly/${kind}/${encodeURIComponent(who)}`
  if (key.length <= MOST_KEY) return key
  return `anomaly/${kind}/${createHash('sha256').update(who).digest('hex')}`
}

function usd(costAtto: bigint): string {
  return `${formatAmount(costAtto)} USD`
}

function fact(name: string, costAtto: bigint) {
  return { name, value: usd(costAtto) }
}
