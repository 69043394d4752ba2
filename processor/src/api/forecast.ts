import { createWindows, forecastEnd, openZone } from '@spancost/budget'
import { limitTo } from './access.ts'
import { answerJson, defineRoute } from './answer.ts'
import { toMoney, toZonedInstant } from './json.ts'
import { labelFilter } from './parameters.ts'
import { RANGE_PARAMETERS } from './range.ts'

const HOUR_MS = 3_600_000
const HISTORY_MS = 8 * 7 * 24 * HOUR_MS

/** What the present month is expected to come to, as budgets forecast their windows. */
export const forecastRoute = defineRoute(
  '/api/v1/forecast',
  { zone: RANGE_PARAMETERS.zone, where: labelFilter },
  async ({ store, caller }, { zone = openZone('UTC'), where }) => {
    const nowUnixMs = Date.now()
    const rule = { period: 'month', zone: zone.name, weekStart: 1, fiscalStart: 1 } as const
    const window = createWindows(rule)(nowUnixMs)
    const fromUnixMs = Math.floor((nowUnixMs - HISTORY_MS) / HOUR_MS) * HOUR_MS
    const own = { by: [], ...limitTo(caller, where) }
    const [[spent], rows] = await Promise.all([
      store.spend({ ...own, fromUnixMs: window.startUnixMs, toUnixMs: nowUnixMs }),
      store.spend({ ...own, fromUnixMs, toUnixMs: nowUnixMs, granularity: 'hour' }),
    ])
    const history = rows.map(({ startUnixMs = 0, costAtto }) => ({ startUnixMs, amount: costAtto }))
    const forecast = forecastEnd({
      window,
      zone: zone.name,
      nowUnixMs,
      spent: spent?.costAtto ?? 0n,
      history,
      // What was imported may be older than the ledger.
      knownSinceUnixMs: Math.min(store.beganAtUnixMs, history[0]?.startUnixMs ?? nowUnixMs),
    })
    return answerJson({
      zone: zone.name,
      from: toZonedInstant(window.startUnixMs, zone),
      to: toZonedInstant(window.endUnixMs, zone),
      spent: toMoney(spent?.costAtto ?? 0n),
      ...(forecast !== undefined && {
        forecast: toMoney(forecast.amount),
        method: forecast.method,
      }),
    })
  },
  { minds: 'labels' },
)
