const MS_PER: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1 / 1000,
  n: 1 / 1_000_000,
}

/** A longer time than timers can count is no limit. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** `grpc-timeout`: up to eight digits and a unit. `undefined`: none, or not of that form. */
export function readTimeoutMs(header: string | string[] | undefined): number | undefined {
  const [, count, unit] = /^(\d{1,8})([HMSmun])$/.exec(String(header ?? '')) ?? []
  if (count === undefined) return undefined
  const timeoutMs = Number(count) * MS_PER[unit!]!
  return timeoutMs > MAX_TIMER_MS ? undefined : timeoutMs
}
