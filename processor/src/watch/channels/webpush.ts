import { encryptPush, signPush, type PushKeys, type Vapid } from '../encrypt-push.ts'
import { writeSubject } from '../notice.ts'
import { post, type Channel } from '../send.ts'

/** Push services take 4 KiB, of which encryption wants some. */
const MAX_TEXT_BYTES = 2000

/** A day: who is offline for longer has other news by then. */
const TTL_S = 24 * 3600

const URGENCIES = { info: 'low', warning: 'normal', critical: 'high', emergency: 'high' }

/** Push to browsers, to each subscription that its page has handed over (RFC 8030). */
export function createWebpush(
  options: Vapid & {
    readonly subscriptions: readonly { readonly endpoint: string; readonly keys: PushKeys }[]
  },
): Channel {
  const { subscriptions, ...vapid } = options
  // What is wrong with keys shows at the start, not with the first alert.
  for (const { endpoint, keys } of subscriptions) {
    encryptPush(Buffer.of(), keys)
    signPush(endpoint, vapid, 0)
  }
  return async (notice, signal) => {
    const { key, status, level, text, url } = notice
    const cut = Buffer.from(text).subarray(0, MAX_TEXT_BYTES).toString('utf8')
    // A service worker shows it with `showNotification(title, { body, tag, data })`: as plain text.
    const message = JSON.stringify({
      title: writeSubject(notice),
      body: cut,
      tag: key,
      ...(url !== undefined && { data: { url } }),
    })
    const urgency = status === 'resolved' ? URGENCIES.info : URGENCIES[level]
    const sent = subscriptions.map(({ endpoint, keys }) =>
      post({
        url: endpoint,
        headers: {
          authorization: signPush(endpoint, vapid, Date.now()),
          'content-type': 'application/octet-stream',
          'content-encoding': 'aes128gcm',
          ttl: String(TTL_S),
          urgency,
        },
        body: encryptPush(Buffer.from(message), keys),
        signal,
      }),
    )
    const failures = (await Promise.allSettled(sent)).flatMap((each) =>
      each.status === 'rejected' ? [each.reason as Error] : [],
    )
    // One browser that is gone keeps nobody else from being told, and does not count as nobody.
    if (failures.length === sent.length && failures[0] !== undefined) throw failures[0]
  }
}
