import { Webhook } from 'standardwebhooks'
import { trimNotice, type Notice } from '../notice.ts'
import { post, type Channel } from '../send.ts'

/**
 * Posts the notice as JSON to an address of the user's. With a secret it is signed by the Standard
 * Webhooks specification: `webhook-id`, `webhook-timestamp` and `webhook-signature`. The id is the
 * same in every attempt, so that the receiver can drop what it has.
 */
export function createWebhook(options: {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** `whsec_` and base64. */
  readonly secret?: string
}): Channel {
  const { url, headers, secret } = options
  const webhook = secret === undefined ? undefined : new Webhook(secret)
  return (notice, signal) => {
    const body = JSON.stringify({ type: 'spancost.notice', ...describe(trimNotice(notice)) })
    const id = `${notice.key}/${notice.status}/${notice.atUnixMs}`
    const now = new Date()
    const signed = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      ...(webhook !== undefined && { 'webhook-signature': webhook.sign(id, now, body) }),
    }
    return post({ url, headers: { ...headers, ...signed }, body, signal })
  }
}

function describe({ atUnixMs, sinceUnixMs, ...notice }: Notice) {
  const iso = (unixMs: number) => new Date(unixMs).toISOString()
  return { ...notice, at: iso(atUnixMs), since: iso(sinceUnixMs) }
}
