import { findChange, findInstant, offsetMsAt, openZone, type Zone } from './zone.ts'

export const PERIODS = ['hour', 'day', 'week', 'month', 'quarter', 'year', 'total'] as const
export type Period = (typeof PERIODS)[number]

/** How time is cut into windows. */
export interface WindowRule {
  readonly period: Period
  /** IANA zone whose clock the windows follow. */
  readonly zone: string
  /** First day of a week: 1 Monday to 7 Sunday. */
  readonly weekStart: number
  /** First month of a fiscal year, 1 to 12; quarters count from it, too. */
  readonly fiscalStart: number
}

/** One window: a half-open range of instants. */
export interface Window {
  /**
   * The same for every instant inside, and for no other window of the rule: `month:2026-11-01` by
   * the date on which it begins in its zone, `hour:2026-11-01T00:00Z` by the instant, `total`.
   */
  readonly id: string
  /** Inclusive; -Infinity for `total`. */
  readonly startUnixMs: number
  /** Exclusive; Infinity for `total`. */
  readonly endUnixMs: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const TOTAL: Window = { id: 'total', startUnixMs: -Infinity, endUnixMs: Infinity }

/** Answers for a year each side of what JavaScript can date would not exist. */
const MAX_UNIX_MS = 8.64e15 - 400 * DAY_MS

/**
 * Finds the window of an instant. It is a function of the instant and the rule alone: nothing is
 * ever reset, and a late span falls into the window of its start.
 *
 * Windows follow the zone's clock, so a day has 23 or 25 hours where the clock changes, and begins
 * with the first instant of its date where midnight is skipped. They leave no gap and never overlap.
 * Instants of few windows mostly come together, so the last found are kept, for all budgets of one
 * rule: asking for one again costs a few comparisons. Throws a `RangeError` where the zone is unknown
 * or the rule unsound.
 */
export function createWindows(rule: WindowRule): (unixMs: number) => Window {
  const { period, zone, weekStart, fiscalStart } = rule
  const text = `${period} ${weekStart} ${fiscalStart} ${zone}`
  const known = KNOWN.get(text)
  if (known !== undefined) return known
  const windowOf = createFresh(rule)
  if (KNOWN.size >= MAX_KNOWN) KNOWN.clear()
  KNOWN.set(text, windowOf)
  return windowOf
}

/** Clocks of zones are dear to make, and thousands of budgets share few rules. */
const KNOWN = new Map<string, (unixMs: number) => Window>()
const MAX_KNOWN = 1_000

/** This window, the one before, and one more for late spans. */
const MAX_KEPT = 3

function createFresh(rule: WindowRule): (unixMs: number) => Window {
  const { weekStart, fiscalStart } = rule
  expectWhole(weekStart, 1, 7, 'weekStart')
  expectWhole(fiscalStart, 1, 12, 'fiscalStart')
  const zone = openZone(rule.zone)
  if (rule.period === 'total') return () => TOTAL
  const kept: Window[] = []
  return (unixMs) => {
    for (const window of kept) {
      if (unixMs >= window.startUnixMs && unixMs < window.endUnixMs) return window
    }
    if (!(Math.abs(unixMs) <= MAX_UNIX_MS)) throw new RangeError(`no window holds ${unixMs} ms`)
    const found = findWindow(rule, zone, Math.floor(unixMs))
    kept.unshift(found)
    kept.length = Math.min(kept.length, MAX_KEPT)
    return found
  }
}

function findWindow(rule: WindowRule, zone: Zone, unixMs: number): Window {
  if (rule.period === 'hour') return findHour(zone, unixMs)
  let startDate = startOf(rule, zone.wallMsAt(unixMs))
  let startUnixMs = findInstant(zone, startDate)
  let endDate = nextStart(rule, startDate)
  let endUnixMs = findInstant(zone, endDate)
  // A clock that goes back over midnight shows the old date again after the new one has begun.
  while (unixMs >= endUnixMs) {
    startDate = endDate
    startUnixMs = endUnixMs
    endDate = nextStart(rule, startDate)
    endUnixMs = findInstant(zone, endDate)
  }
  const id = `${rule.period}:${new Date(startDate).toISOString().slice(0, -14)}`
  return { id, startUnixMs, endUnixMs }
}

/**
 * An hour of the clock. Where the clock changes by less than an hour (Lord Howe Island), the hour
 * in which that happens ends at the change and another begins.
 */
function findHour(zone: Zone, unixMs: number): Window {
  const offset = offsetMsAt(zone, unixMs)
  const wholeStart = Math.floor((unixMs + offset) / HOUR_MS) * HOUR_MS - offset
  const startUnixMs = findChange(zone, wholeStart, unixMs) ?? wholeStart
  const wholeEnd = wholeStart + HOUR_MS
  const endUnixMs = findChange(zone, unixMs, wholeEnd - 1) ?? wholeEnd
  return { id: `hour:${new Date(startUnixMs).toISOString()}`, startUnixMs, endUnixMs }
}

/** The date on which the window of a wall time begins, as its midnight on the wall. */
function startOf({ period, weekStart, fiscalStart }: WindowRule, wallMs: number): number {
  const date = new Date(wallMs)
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
  const monthsIn = (month - (fiscalStart - 1) + 12) % 12
  if (period === 'year') return midnight(year, month - monthsIn, 1)
  if (period === 'quarter') return midnight(year, month - (monthsIn % 3), 1)
  if (period === 'month') return midnight(year, month, 1)
  const daysIn = period === 'week' ? (date.getUTCDay() - weekStart + 7) % 7 : 0
  return midnight(year, month, day - daysIn)
}

function nextStart({ period }: WindowRule, startWallMs: number): number {
  if (period === 'day') return startWallMs + DAY_MS
  if (period === 'week') return startWallMs + 7 * DAY_MS
  const months = period === 'month' ? 1 : period === 'quarter' ? 3 : 12
  const date = new Date(startWallMs)
  return midnight(date.getUTCFullYear(), date.getUTCMonth() + months, 1)
}

/** `Date.UTC` takes the years 0 to 99 for 1900 to 1999. */
function midnight(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month, day)
}

function expectWhole(value: number, least: number, most: number, what: string): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new RangeError(`${what} is ${value}; it must be a whole number from ${least} to ${most}`)
}
