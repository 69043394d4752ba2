import { openZone } from '@spancost/budget'

/** From and to are minutes after midnight; a time that passes midnight is fine. */
export interface QuietHours {
  readonly fromMinute: number
  readonly toMinute: number
  readonly zone: string
}

const DAY_MINUTES = 24 * 60

/** Whether an instant lies in the quiet hours of a zone's clock. */
export function createQuietHours(hours: QuietHours | undefined): (unixMs: number) => boolean {
  if (hours === undefined) return () => false
  const { fromMinute, toMinute } = hours
  const zone = openZone(hours.zone)
  return (unixMs) => {
    const minute = Math.floor(zone.wallMsAt(unixMs) / 60_000) % DAY_MINUTES
    return fromMinute <= toMinute
      ? minute >= fromMinute && minute < toMinute
      : minute >= fromMinute || minute < toMinute
  }
}
