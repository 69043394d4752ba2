/** What has been told about one thing that is wrong, such as a budget's threshold in a window. */
export interface Alert {
  readonly sinceUnixMs: number
  /** When people were told last; absent: not yet, as it began in quiet hours. */
  readonly toldUnixMs?: number
  /** Who has said that they know; nobody is told again, apart from that it is over. */
  readonly acknowledgedBy?: string
  /** Nobody is told before. */
  readonly snoozedUntilUnixMs?: number
  /** When it was over; what begins again is told again. */
  readonly resolvedUnixMs?: number
}

export interface AlertInput {
  readonly isWrong: boolean
  readonly nowUnixMs: number
  /** Nobody is to be told now, unless it cannot wait. */
  readonly isQuiet: boolean
  /** Absent: people are told once. */
  readonly repeatAfterMs?: number
}

export interface AlertStep {
  readonly alert: Alert
  /** What people are to be told now, if anything. */
  readonly tell?: 'firing' | 'again' | 'resolved'
}

/** What begins again within this of being told is not worth another message yet. */
const LEAST_PAUSE_MS = 3_600_000

/**
 * The next state of an alert, and whether people hear of it. A thing is told once while it lasts,
 * and once that it is over; again only as often as asked for. `undefined`: there is nothing to keep.
 */
export function stepAlert(alert: Alert | undefined, input: AlertInput): AlertStep | undefined {
  const { isWrong, nowUnixMs, isQuiet } = input
  const isOver = alert === undefined || alert.resolvedUnixMs !== undefined
  if (!isWrong) return isOver ? keep(alert) : resolve(alert, input)
  if (isOver) return begin(alert, input)
  if (isQuiet || isSilenced(alert, nowUnixMs)) return { alert }
  if (alert.toldUnixMs === undefined) return { alert: told(alert, nowUnixMs), tell: 'firing' }
  const { repeatAfterMs = Infinity } = input
  if (nowUnixMs - alert.toldUnixMs < repeatAfterMs) return { alert }
  return { alert: told(alert, nowUnixMs), tell: 'again' }
}

/** What begins again soon after people were told waits, and is told if it lasts. */
function begin(before: Alert | undefined, { nowUnixMs, isQuiet }: AlertInput): AlertStep {
  const { toldUnixMs = -Infinity, snoozedUntilUnixMs = -Infinity } = before ?? {}
  const notBefore = Math.max(toldUnixMs + LEAST_PAUSE_MS, snoozedUntilUnixMs)
  const begun: Alert = { sinceUnixMs: nowUnixMs }
  if (nowUnixMs < notBefore) return { alert: { ...begun, snoozedUntilUnixMs: notBefore } }
  return isQuiet ? { alert: begun } : { alert: told(begun, nowUnixMs), tell: 'firing' }
}

function keep(alert: Alert | undefined): AlertStep | undefined {
  return alert === undefined ? undefined : { alert }
}

/** Who was never told that it is wrong need not hear that it is over. */
function resolve(alert: Alert, { nowUnixMs }: AlertInput): AlertStep {
  const over = { ...alert, resolvedUnixMs: nowUnixMs }
  return alert.toldUnixMs === undefined ? { alert: over } : { alert: over, tell: 'resolved' }
}

function told(alert: Alert, nowUnixMs: number): Alert {
  return { ...alert, toldUnixMs: nowUnixMs }
}

function isSilenced({ acknowledgedBy, snoozedUntilUnixMs = 0 }: Alert, nowUnixMs: number): boolean {
  return acknowledgedBy !== undefined || nowUnixMs < snoozedUntilUnixMs
}
