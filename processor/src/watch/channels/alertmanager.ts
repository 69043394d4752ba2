import { writeText } from '../notice.ts'
import { post, type Channel } from '../send.ts'

/** An alert that nobody tells about again is over for Alertmanager after this. */
const LASTS_MS = 24 * 3_600_000

/** Prometheus Alertmanager's API v2. The key is a label, so each thing is one alert. */
export function createAlertmanager(options: {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
}): Channel {
  const { url, headers } = options
  return (notice, signal) => {
    const { key, status, level, title, budgetId, owner, sinceUnixMs, atUnixMs } = notice
    const endsAtUnixMs = status === 'resolved' ? atUnixMs : atUnixMs + LASTS_MS
    const alert = {
      labels: {
        alertname: 'Spancost',
        spancost_key: key,
        severity: level,
        ...(budgetId !== undefined && { spancost_budget_id: budgetId }),
        ...(owner !== undefined && { owner }),
      },
      annotations: { summary: title, description: writeText(notice) },
      startsAt: new Date(sinceUnixMs).toISOString(),
      endsAt: new Date(endsAtUnixMs).toISOString(),
      ...(notice.url !== undefined && { generatorURL: notice.url }),
    }
    const body = JSON.stringify([alert])
    return post({ url: `${url}/api/v2/alerts`, ...(headers && { headers }), body, signal })
  }
}
