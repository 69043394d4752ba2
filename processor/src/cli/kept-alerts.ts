import type { Store } from '@spancost/ledger'
import { readAlerts } from '../watch/alerts.ts'

/** The alerts of a ledger that nobody serves, which is read only. */
export function openKeptAlerts(store: Store) {
  return {
    list: () => readAlerts(store),
    acknowledge: () => Promise.resolve(false),
    snooze: () => Promise.resolve(false),
  }
}
