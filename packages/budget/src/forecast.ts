import { createWindows, type Window } from './window.ts'

/** What an hour of UTC has seen, in the limit's measure. Hours without spend may be left out. */
export interface HourSpend {
  readonly startUnixMs: number
  readonly amount: bigint
}

export interface Forecast {
  /** What the window is expected to end with; never less than what is spent already. */
  readonly amount: bigint
  /** `profile`: by the hour of the week and the trend; `line`: as until now. */
  readonly method: 'profile' | 'line'
}

export interface ForecastInput {
  readonly window: Window
  readonly zone: string
  readonly nowUnixMs: number
  /** In the window until now. */
  readonly spent: bigint
  /** Whole hours before now, oldest first; those of the window too. */
  readonly history: readonly HourSpend[]
  /** Where the history begins, though its first hours may have seen nothing. */
  readonly knownSinceUnixMs: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const WEEK_MS = 7 * DAY_MS

/** A profile wants each hour of the week at least twice; older weeks than these say little. */
const LEAST_WEEKS = 2
const MOST_WEEKS = 8

/** A line through less than this is drawn through noise. */
const LEAST_ELAPSED_MS = HOUR_MS

/** The last week counts as at most so many times the usual one, up and down. */
const MOST_TREND = 4n

/**
 * What a window will have seen at its end. With two weeks of history or more: what the hours to
 * come usually see, times what the last week was to the weeks before it. With less: the straight
 * line. `undefined` where there is nothing to go by: an endless window, or its first hour.
 */
export function forecastEnd(input: ForecastInput): Forecast | undefined {
  const { window, nowUnixMs, spent } = input
  if (!Number.isFinite(window.endUnixMs)) return undefined
  if (nowUnixMs >= window.endUnixMs) return { amount: spent, method: 'line' }
  const weeks = Math.floor((nowUnixMs - input.knownSinceUnixMs) / WEEK_MS)
  if (weeks >= LEAST_WEEKS) return byProfile(input, Math.min(weeks, MOST_WEEKS))
  const elapsedMs = nowUnixMs - window.startUnixMs
  if (elapsedMs < LEAST_ELAPSED_MS) return undefined
  const wholeMs = BigInt(Math.round(window.endUnixMs - window.startUnixMs))
  return { amount: (spent * wholeMs) / BigInt(Math.round(elapsedMs)), method: 'line' }
}

function byProfile(input: ForecastInput, weeks: number): Forecast {
  const { window, nowUnixMs, spent, history } = input
  const slotOf = createSlots(input.zone)
  const knownUntilMs = Math.floor(nowUnixMs / HOUR_MS) * HOUR_MS
  const sums = Array.from({ length: 168 }, () => 0n)
  let lastWeek = 0n
  let all = 0n
  for (const { startUnixMs, amount } of history) {
    if (startUnixMs < knownUntilMs - weeks * WEEK_MS || startUnixMs >= knownUntilMs) continue
    const slot = slotOf(startUnixMs)
    sums[slot] = (sums[slot] ?? 0n) + amount
    all += amount
    if (startUnixMs >= knownUntilMs - WEEK_MS) lastWeek += amount
  }
  // In 1/ms of an hour, so that the hour that has begun counts by what is left of it.
  let expected = 0n
  for (let at = nowUnixMs; at < window.endUnixMs;) {
    const next = Math.min((Math.floor(at / HOUR_MS) + 1) * HOUR_MS, window.endUnixMs)
    expected += (sums[slotOf(at)] ?? 0n) * BigInt(Math.round(next - at))
    at = next
  }
  const { num, den } = trend(lastWeek * BigInt(weeks), all)
  const toCome = (expected * num) / (BigInt(HOUR_MS) * BigInt(weeks) * den)
  return { amount: spent + toCome, method: 'profile' }
}

/** The last week over the usual one, as a fraction within bounds. */
function trend(last: bigint, usual: bigint): { num: bigint; den: bigint } {
  if (usual === 0n) return { num: 1n, den: 1n }
  if (last > usual * MOST_TREND) return { num: MOST_TREND, den: 1n }
  if (last * MOST_TREND < usual) return { num: 1n, den: MOST_TREND }
  return { num: last, den: usual }
}

/**
 * The hour of the week by the zone's clock, 0 to 167. On the two days on which the clock changes
 * hours are counted from the start of the day, which a forecast can stand.
 */
export function createSlots(zone: string): (unixMs: number) => number {
  const dayOf = createWindows({ period: 'day', zone, weekStart: 1, fiscalStart: 1 })
  return (unixMs) => {
    const { id, startUnixMs } = dayOf(unixMs)
    const weekday = new Date(id.slice('day:'.length)).getUTCDay()
    return weekday * 24 + Math.min(23, Math.floor((unixMs - startUnixMs) / HOUR_MS))
  }
}

/** How good forecasts were: made in the middle of past windows, against what these ended with. */
export interface ForecastError {
  readonly windows: number
  /** Mean of the error without its sign, in percent of what was spent, to a tenth. */
  readonly meanPercent: number
}

/** At most so many past windows are looked at. */
const MOST_PAST_WINDOWS = 12

/**
 * Forecasts past windows from their middle, with what was known by then. Windows that lie in the
 * history in part only, or saw nothing, are left out; `undefined` where that leaves none.
 */
export function measureError(
  windowOf: (unixMs: number) => Window,
  { zone, nowUnixMs, history, knownSinceUnixMs }: Omit<ForecastInput, 'window' | 'spent'>,
): ForecastError | undefined {
  const errors: bigint[] = []
  let window = windowOf(nowUnixMs)
  for (let past = 0; past < MOST_PAST_WINDOWS; past++) {
    if (!(window.startUnixMs > knownSinceUnixMs)) break
    window = windowOf(window.startUnixMs - 1)
    if (window.startUnixMs < knownSinceUnixMs) break
    const middle = Math.round((window.startUnixMs + window.endUnixMs) / 2)
    const spent = sumBetween(history, window.startUnixMs, middle)
    const actual = sumBetween(history, window.startUnixMs, window.endUnixMs)
    const known = history.filter(({ startUnixMs }) => startUnixMs + HOUR_MS <= middle)
    const made = { window, zone, nowUnixMs: middle, spent, history: known, knownSinceUnixMs }
    const forecast = forecastEnd(made)
    if (actual === 0n || forecast === undefined) continue
    const off = forecast.amount > actual ? forecast.amount - actual : actual - forecast.amount
    errors.push((off * 1000n) / actual)
  }
  if (errors.length === 0) return undefined
  const sum = errors.reduce((total, error) => total + error, 0n)
  return { windows: errors.length, meanPercent: Number(sum / BigInt(errors.length)) / 10 }
}

function sumBetween(history: readonly HourSpend[], fromMs: number, toMs: number): bigint {
  return history.reduce(
    (sum, { startUnixMs, amount }) =>
      startUnixMs >= fromMs && startUnixMs < toMs ? sum + amount : sum,
    0n,
  )
}
