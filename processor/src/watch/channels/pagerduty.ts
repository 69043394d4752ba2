import { writeSubject, writeText } from '../notice.ts'
import { post, type Channel } from '../send.ts'

const SEVERITIES = { info: 'info', warning: 'warning', critical: 'error', emergency: 'critical' }

/** PagerDuty's Events API v2: one incident for each key, resolved with it. */
export function createPagerDuty(options: {
  readonly routingKey: string
  /** The service's base URL; it differs in the EU. */
  readonly url: string
}): Channel {
  const { routingKey, url } = options
  return (notice, signal) => {
    const { key, status, level, facts, atUnixMs } = notice
    const body = JSON.stringify({
      routing_key: routingKey,
      event_action: status === 'resolved' ? 'resolve' : 'trigger',
      dedup_key: key.slice(0, 255),
      payload: {
        summary: writeSubject(notice),
        source: 'spancost',
        severity: SEVERITIES[level],
        timestamp: new Date(atUnixMs).toISOString(),
        custom_details: { text: writeText(notice), ...Object.fromEntries(pairs(facts)) },
      },
      ...(notice.url !== undefined && { links: [{ href: notice.url, text: 'spancost' }] }),
    })
    return post({ url: `${url}/v2/enqueue`, body, signal })
  }
}

function pairs(facts: readonly { name: string; value: string }[]): [string, string][] {
  return facts.map(({ name, value }) => [name, value])
}
