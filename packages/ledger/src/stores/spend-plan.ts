import { createWindows, type Window } from '@spancost/budget'
import { NANOS_PER_HOUR, splitAtHours, toHourTime, toUnixNanoRange, type Range } from '../hours.ts'
import type { SpendQuery } from '../store.ts'

/**
 * What a spend query reads: whole UTC hours from their sums, and entries only for hours that a range
 * or a period cuts in two. In a zone of :30 or :45 each of its days cuts one hour, and each of its
 * hours two.
 */
export interface SpendPlan {
  /** Starts, by the numbers that `hours` and `parts` carry; `undefined`: without granularity. */
  readonly starts: readonly (number | undefined)[]
  readonly hours: readonly PlannedHours[]
  readonly parts: readonly PlannedPart[]
}

/** Hours from `from` on, until just before `to`. */
export interface PlannedHours extends Range {
  readonly period: number
}

/** Nanoseconds of one hour, from `from` on, until just before `to`. */
export interface PlannedPart extends Range {
  readonly period: number
  readonly hour: bigint
}

type Period = Pick<Window, 'startUnixMs' | 'endUnixMs'>

/** `null`: there is no such hour. */
export interface DayRow {
  readonly hour: bigint | null
}

/**
 * SQL for either database, after which the hour to begin with and the one to end before are bound as
 * `from` and `to`: the first hour with spend of each UTC day that has some, one index look-up each.
 */
export function listDays(from: string, to: string): string {
  const first = (least: string) =>
    `(SELECT min(hour) FROM hourly WHERE hour >= ${least} AND hour < ${to})`
  return `
    WITH RECURSIVE days (hour) AS (
      SELECT ${first(from)}
      UNION ALL
      SELECT ${first('(days.hour / 24 + 1) * 24')} FROM days WHERE days.hour IS NOT NULL)
    SELECT hour FROM days WHERE hour IS NOT NULL`
}

const NANOS_PER_MS = 1_000_000n
const NANOS_PER_DAY = 24n * NANOS_PER_HOUR

/** Every hour that a range touches. */
export function toTouchedHours(query: Pick<SpendQuery, 'fromUnixMs' | 'toUnixMs'>): Range {
  const { from, to } = toUnixNanoRange(query)
  return { from: from / NANOS_PER_HOUR, to: (to + NANOS_PER_HOUR - 1n) / NANOS_PER_HOUR }
}

/**
 * `days` are hours with spend, at least one of each UTC day that has some: empty stretches of time
 * cost nothing. @throws RangeError for a zone that there is not.
 */
export function planSpend(query: SpendQuery, days: readonly bigint[]): SpendPlan {
  const range = toUnixNanoRange(query)
  const { granularity, zone = 'UTC' } = query
  const period = granularity ?? 'total'
  const windowOf = createWindows({ period, zone, weekStart: 1, fiscalStart: 1 })
  if (granularity === undefined) return planPeriods(range, [undefined])
  const periods: Period[] = []
  let endMs = 0
  for (const hour of days) {
    const day = (hour * NANOS_PER_HOUR) / NANOS_PER_DAY
    const from = max(day * NANOS_PER_DAY, range.from)
    const toMs = Number(min((day + 1n) * NANOS_PER_DAY, range.to) / NANOS_PER_MS)
    for (let ms = Math.max(Number(from / NANOS_PER_MS), endMs); ms < toMs; ms = endMs) {
      const { startUnixMs, endUnixMs } = windowOf(ms)
      periods.push({ startUnixMs: Math.max(startUnixMs, endMs), endUnixMs })
      endMs = endUnixMs
    }
  }
  return planPeriods(range, periods)
}

function planPeriods(range: Range, periods: readonly (Period | undefined)[]): SpendPlan {
  const hours: PlannedHours[] = []
  const parts: PlannedPart[] = []
  for (const [period, found] of periods.entries()) {
    const split = splitAtHours(found === undefined ? range : clip(range, found))
    if (split.hours.from < split.hours.to) hours.push({ period, ...split.hours })
    for (const { from, to } of split.rests) {
      const { hour, nano } = toHourTime(from)
      parts.push({ period, hour, from: nano, to: nano + to - from })
    }
  }
  return { starts: periods.map((period) => period?.startUnixMs), hours, parts }
}

function clip(range: Range, { startUnixMs, endUnixMs }: Period): Range {
  return {
    from: max(range.from, BigInt(startUnixMs) * NANOS_PER_MS),
    to: min(range.to, BigInt(endUnixMs) * NANOS_PER_MS),
  }
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
