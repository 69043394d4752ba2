import { writeSubject, writeText } from '../notice.ts'
import { post, type Channel } from '../send.ts'

const PRIORITIES = { info: 2, warning: 3, critical: 4, emergency: 5 }

/** Push to phones and browsers by an ntfy server. JSON, so that no text ends up in a header. */
export function createNtfy(options: {
  readonly url: string
  readonly topic: string
  readonly token?: string
}): Channel {
  const { url, topic, token } = options
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return (notice, signal) => {
    const body = JSON.stringify({
      topic,
      title: writeSubject(notice),
      message: writeText(notice),
      priority: notice.status === 'resolved' ? PRIORITIES.info : PRIORITIES[notice.level],
      ...(notice.url !== undefined && { click: notice.url }),
    })
    return post({ url, headers, body, signal })
  }
}
