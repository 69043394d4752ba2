/** Wall clocks: which hour, day, week or month an instant belongs to in a time zone. */

export type Granularity = 'hour' | 'day' | 'week' | 'month'

/** A period of the calendar: its start is inclusive, its end exclusive. */
export interface Period {
  readonly startUnixMs: number
  readonly endUnixMs: number
}

export interface Zone {
  /** As it was asked for. */
  readonly name: string
  /** What a wall clock shows at an instant, written as if it were UTC. */
  toWallMs(unixMs: number): number
  /** The first instant at which a wall clock shows this time, or a later one where it skips it. */
  toUnixMs(wallMs: number): number
  /** The period that an instant lies in. A day with a change of the clock has 23 or 25 hours. */
  findPeriod(granularity: Granularity, unixMs: number): Period
}

const MS_PER_HOUR = 3_600_000
const MS_PER_DAY = 24 * MS_PER_HOUR

/** No zone is farther from UTC, and no change of a clock is longer. */
const FARTHEST_MS = 36 * MS_PER_HOUR

/** 1970-01-05 was a Monday, with which weeks begin (ISO 8601). */
const FIRST_MONDAY_MS = 4 * MS_PER_DAY

/** Beyond it, `Date` ends (ECMAScript, 21.4.1.1); periods there are cut. */
const END_OF_DATE_MS = 8.64e15 - 400 * MS_PER_DAY

/**
 * A zone of the IANA database, as the runtime has it, or an offset such as `+05:30`.
 * @throws RangeError if there is none of that name.
 */
export function openZone(name: string): Zone {
  const readOffset = createOffsetReader(name)
  const toWallMs = (unixMs: number) => unixMs + readOffset(unixMs)

  /** The instant between two of different offsets at which the clock is changed. */
  function findChange(beforeMs: number, afterMs: number): number {
    const offset = readOffset(beforeMs)
    let [low, high] = [beforeMs, afterMs]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (readOffset(middle) === offset) low = middle
      else high = middle
    }
    return high
  }

  function toUnixMs(wallMs: number): number {
    const [beforeMs, afterMs] = [wallMs - FARTHEST_MS, wallMs + FARTHEST_MS]
    const offsets = [readOffset(beforeMs), readOffset(afterMs)]
    const shown = offsets.map((offset) => wallMs - offset).filter((ms) => toWallMs(ms) === wallMs)
    return shown.length > 0 ? Math.min(...shown) : findChange(beforeMs, afterMs)
  }

  function findHour(unixMs: number): Period {
    const intoMs = modulo(toWallMs(unixMs), MS_PER_HOUR)
    const [startMs, endMs] = [unixMs - intoMs, unixMs - intoMs + MS_PER_HOUR]
    const isChanged = (ms: number) => readOffset(ms) !== readOffset(unixMs)
    return {
      startUnixMs: isChanged(startMs) ? findChange(startMs, unixMs) : startMs,
      endUnixMs: isChanged(endMs) ? findChange(unixMs, endMs) : endMs,
    }
  }

  function findPeriod(granularity: Granularity, unixMs: number): Period {
    const instantMs = Math.max(0, Math.min(unixMs, END_OF_DATE_MS))
    if (granularity === 'hour') return findHour(instantMs)
    const startWallMs = floorWall(granularity, toWallMs(instantMs))
    let endWallMs = nextWall(granularity, startWallMs)
    // A day that the zone skipped, such as Samoa's 30 December 2011, has no hours.
    while (toUnixMs(endWallMs) <= instantMs) endWallMs = nextWall(granularity, endWallMs)
    return { startUnixMs: toUnixMs(startWallMs), endUnixMs: toUnixMs(endWallMs) }
  }

  return { name, toWallMs, toUnixMs, findPeriod }
}

function createOffsetReader(name: string): (unixMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  if (format.resolvedOptions().timeZone === 'UTC') return () => 0
  return (unixMs) => {
    const wholeMs = Math.floor(unixMs / 1000) * 1000
    const parts = format.formatToParts(wholeMs)
    const read = (type: Intl.DateTimeFormatPartTypes) =>
      Number(parts.find((part) => part.type === type)?.value)
    const [year, month, day] = [read('year'), read('month') - 1, read('day')]
    return Date.UTC(year, month, day, read('hour'), read('minute'), read('second')) - wholeMs
  }
}

function floorWall(granularity: Exclude<Granularity, 'hour'>, wallMs: number): number {
  const dayMs = wallMs - modulo(wallMs, MS_PER_DAY)
  if (granularity === 'day') return dayMs
  if (granularity === 'week') return dayMs - modulo(dayMs - FIRST_MONDAY_MS, 7 * MS_PER_DAY)
  const date = new Date(dayMs)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
}

function nextWall(granularity: Exclude<Granularity, 'hour'>, startWallMs: number): number {
  if (granularity === 'day') return startWallMs + MS_PER_DAY
  if (granularity === 'week') return startWallMs + 7 * MS_PER_DAY
  const date = new Date(startWallMs)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor
}
