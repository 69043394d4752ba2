import { writeInstant } from './times.ts'

export interface Bounds {
  readonly from?: string
  readonly to?: string
}

/**
 * From when to when a row of a trend counts: its period, cut where the whole range ends. `start` is
 * as the API writes it, in the zone; a date without an offset is read in the zone again.
 */
export function boundPeriod(
  start: string,
  granularity: string,
  whole: Bounds,
  zone: string,
): Required<Bounds> {
  const startMs = Date.parse(start)
  const isCutAtStart = whole.from !== undefined && Date.parse(whole.from) > startMs
  const from = isCutAtStart ? whole.from : start
  if (granularity === 'hour') {
    const endMs = startMs + 3_600_000
    const isCut = whole.to !== undefined && Date.parse(whole.to) < endMs
    return { from, to: isCut ? whole.to : new Date(endMs).toISOString() }
  }
  const to = nextDate(start.slice(0, 10), granularity)
  // Compared as wall clocks, because a day may have 23 or 25 hours.
  const isCut = whole.to !== undefined && writeInstant(whole.to, zone) < to
  return { from, to: isCut ? whole.to : to }
}

function nextDate(date: string, granularity: string): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  const days = granularity === 'week' ? 7 : 1
  const next =
    granularity === 'month' ? Date.UTC(year, month, 1) : Date.UTC(year, month - 1, day + days)
  return new Date(next).toISOString().slice(0, 10)
}
