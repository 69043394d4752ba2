const ISO_8601 =
  /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?$/

/** The words for an error message. */
export const INSTANT_FORMS =
  'ISO 8601 such as 2026-08-01 or 2026-08-01T12:00:00Z, or Unix milliseconds'

/** Year 9999, the last that ISO 8601 writes in four digits. */
const LATEST_UNIX_MS = 253_402_300_799_999

/**
 * Reads an instant as Unix milliseconds, from ISO 8601 (without a zone: UTC; finer than milliseconds:
 * cut) or from a number of Unix milliseconds that is whole and not negative. `undefined`: neither.
 */
export function readInstant(value: string | number): number | undefined {
  if (typeof value === 'number' || /^\d{1,15}$/.test(value)) {
    const unixMs = Number(value)
    return Number.isInteger(unixMs) && unixMs >= 0 && unixMs <= LATEST_UNIX_MS ? unixMs : undefined
  }
  const match = ISO_8601.exec(value)
  if (match === null) return undefined
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone] = match
  const date = `${year}-${month}-${day}`
  const utc = `${date}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`
  const unixMs = Date.parse(utc)
  // Date.parse lets 30 February pass as 2 March, and 24:00 as the next day.
  if (Number.isNaN(unixMs) || new Date(unixMs).toISOString() !== utc) return undefined
  const offsetMs = readOffsetMs(zone)
  return offsetMs === undefined || unixMs < offsetMs ? undefined : unixMs - offsetMs
}

function readOffsetMs(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(4, 6))
  if (hours > 23 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
}
