/**
 * Clocks of IANA zones. `Intl` tells what a clock shows at an instant; what is needed besides is
 * the other way round, the instant at which a clock first shows something.
 */
export interface Zone {
  readonly name: string
  /** What the clock shows at an instant, as if it were UTC: its wall time in milliseconds. */
  wallMsAt(unixMs: number): number
}

const DAY_MS = 86_400_000

/** Throws a `RangeError` that names the zone where `Intl` does not know it. */
export function openZone(name: string): Zone {
  if (name === 'UTC') return { name, wallMsAt: (unixMs) => unixMs }
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US-u-ca-iso8601', { ...CLOCK, timeZone: name })
  } catch {
    throw new RangeError(`"${name.slice(0, 80)}" is no time zone; write it like Europe/Berlin`)
  }
  return { name, wallMsAt: (unixMs) => readWallMs(format, unixMs) }
}

const CLOCK: Intl.DateTimeFormatOptions = {
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
}

/** Zones differ from UTC by whole seconds, so the milliseconds are those of the instant. */
function readWallMs(format: Intl.DateTimeFormat, unixMs: number): number {
  const fields: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(unixMs)) fields[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields
  const millisecond = ((unixMs % 1000) + 1000) % 1000
  return Date.UTC(year, month - 1, day, hour, minute, second, millisecond)
}

/**
 * The first instant at which the clock shows `wallMs` or later. Where a clock skips the time, that
 * is the instant of the skip; where it shows the time twice, the first.
 */
export function findInstant(zone: Zone, wallMs: number): number {
  // Offsets stay under a day, also where a zone moved over the date line.
  let before = wallMs - 2 * DAY_MS
  let after = wallMs + 2 * DAY_MS
  const guess = wallMs - (zone.wallMsAt(wallMs) - wallMs)
  // Nearly always the guess is right, and two looks prove it where no change of the clock is near.
  if (zone.wallMsAt(guess) === wallMs && !changesNear(zone, guess)) return guess
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (hasReached(zone, middle, wallMs)) after = middle
    else before = middle
  }
  return after
}

/**
 * Whether the clock has shown `wallMs` by an instant. Clocks that go back show less than they have
 * shown, by a few hours at most, so the hours before are looked at too.
 */
function hasReached(zone: Zone, unixMs: number, wallMs: number): boolean {
  if (zone.wallMsAt(unixMs) >= wallMs) return true
  const change = findChange(zone, unixMs - DAY_MS, unixMs)
  return change !== undefined && zone.wallMsAt(change - 1) >= wallMs
}

function changesNear(zone: Zone, unixMs: number): boolean {
  return offsetMsAt(zone, unixMs - DAY_MS) !== offsetMsAt(zone, unixMs + DAY_MS)
}

export function offsetMsAt(zone: Zone, unixMs: number): number {
  return zone.wallMsAt(unixMs) - unixMs
}

/** The last instant in `(fromMs, toMs]` from which on the clock has another offset. */
export function findChange(zone: Zone, fromMs: number, toMs: number): number | undefined {
  const offset = offsetMsAt(zone, toMs)
  if (offsetMsAt(zone, fromMs) === offset) return undefined
  let before = fromMs
  let after = toMs
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (offsetMsAt(zone, middle) === offset) after = middle
    else before = middle
  }
  return after
}
