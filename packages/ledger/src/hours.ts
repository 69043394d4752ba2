/** Time as sums are kept by: UTC hours, counted from 1970-01-01T00:00Z. */

export const NANOS_PER_HOUR = 3_600_000_000_000n

const NANOS_PER_MS = 1_000_000n
const END_OF_TIME_UNIX_NANO = 2n ** 64n

/** A point in time: nanoseconds within an hour. */
export interface HourTime {
  readonly hour: bigint
  readonly nano: bigint
}

/** `from` is inclusive, `to` exclusive; empty where `from >= to`. */
export interface Range {
  readonly from: bigint
  readonly to: bigint
}

export function toHourTime(unixNano: bigint): HourTime {
  return { hour: unixNano / NANOS_PER_HOUR, nano: unixNano % NANOS_PER_HOUR }
}

/**
 * The bounds of a query in nanoseconds. An absent bound is the beginning or the end of what OTLP can
 * say; no operation starts outside of that, so others are moved to it.
 * @throws RangeError if a bound is not a whole number.
 */
export function toUnixNanoRange(query: {
  readonly fromUnixMs?: number
  readonly toUnixMs?: number
}): Range {
  const { fromUnixMs, toUnixMs } = query
  return {
    from: fromUnixMs === undefined ? 0n : toUnixNano('fromUnixMs', fromUnixMs),
    to: toUnixMs === undefined ? END_OF_TIME_UNIX_NANO : toUnixNano('toUnixMs', toUnixMs),
  }
}

function toUnixNano(name: string, unixMs: number): bigint {
  if (!Number.isSafeInteger(unixMs)) throw new RangeError(`${name} ${unixMs} is not a whole number`)
  const unixNano = BigInt(unixMs) * NANOS_PER_MS
  if (unixNano < 0n) return 0n
  return unixNano > END_OF_TIME_UNIX_NANO ? END_OF_TIME_UNIX_NANO : unixNano
}

/**
 * Cuts a range of nanoseconds into whole hours, by their numbers, and what is left of it at either
 * end. Each rest lies within one hour.
 */
export function splitAtHours(range: Range): { readonly hours: Range; readonly rests: Range[] } {
  const hours = {
    from: (range.from + NANOS_PER_HOUR - 1n) / NANOS_PER_HOUR,
    to: range.to / NANOS_PER_HOUR,
  }
  const rests =
    hours.from > hours.to
      ? [range]
      : [
          { from: range.from, to: hours.from * NANOS_PER_HOUR },
          { from: hours.to * NANOS_PER_HOUR, to: range.to },
        ]
  return { hours, rests: rests.filter(({ from, to }) => from < to) }
}
