/** Instants as a wall clock of the zone shows them, in a form that sorts. */
export function writeInstant(instant: string | Date, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(typeof instant === 'string' ? new Date(instant) : instant)
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? ''
  return `${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}:${of('second')}`
}

/** `2026-08-01 14:00` of a period that begins so: the API writes it in the zone that was asked for. */
export function writePeriod(start: string, granularity: string): string {
  return granularity === 'hour' ? start.slice(0, 16).replace('T', ' ') : start.slice(0, 10)
}

/** Unix nanoseconds, as text, to the instant; what is finer than a millisecond is left out. */
export function fromUnixNano(nanos: string): Date {
  return new Date(Number(BigInt(nanos) / 1_000_000n))
}

const STEPS = [
  { nanos: 3_600_000_000_000n, unit: 'h' },
  { nanos: 60_000_000_000n, unit: 'min' },
  { nanos: 1_000_000_000n, unit: 's' },
  { nanos: 1_000_000n, unit: 'ms' },
  { nanos: 1_000n, unit: 'µs' },
]

/** Such as `1.25 s`: the largest unit that has one whole, to two places. */
export function writeDuration(nanos: bigint): string {
  const step = STEPS.find((each) => nanos >= each.nanos)
  if (step === undefined) return `${nanos} ns`
  const hundredths = (nanos * 100n) / step.nanos
  const fraction = (hundredths % 100n).toString().padStart(2, '0').replace(/0+$/, '')
  return `${hundredths / 100n}${fraction === '' ? '' : `.${fraction}`} ${step.unit}`
}

/** Whether the browser knows a zone. */
export function isZone(zone: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined
  } catch {
    return false
  }
}
