import type { Threshold } from '@spancost/budget'
import type { NoticeLevel } from './notice.ts'

/** How bad it is that a threshold was passed. A forecast is no more than a warning. */
export function levelOf({ percent, of }: Pick<Threshold, 'percent' | 'of'>): NoticeLevel {
  if (of === 'forecast') return percent >= 100 ? 'warning' : 'info'
  if (percent >= 120) return 'emergency'
  if (percent >= 100) return 'critical'
  return percent >= 80 ? 'warning' : 'info'
}
