import { createHash } from 'node:crypto'
import { createTransport } from 'nodemailer'
import { writeSubject, writeText, type Notice } from '../notice.ts'
import { PermanentError, type Channel } from '../send.ts'

/** Mail by SMTP, as plain text and as HTML. */
export function createEmail(options: {
  /** `smtp://` or `smtps://`, with user and password where wanted. */
  readonly url: string
  readonly from: string
  readonly to: readonly string[]
}): Channel {
  const { url, from, to } = options
  const transport = createTransport(url, { disableFileAccess: true, disableUrlAccess: true })
  return async (notice, signal) => {
    // Threads in mail programs: all about one thing answers to the same message.
    const thread = toMessageId(notice.key)
    const sending = transport.sendMail({
      from,
      to: [...to],
      subject: writeSubject(notice),
      text: writeText(notice),
      html: writeHtml(notice),
      references: thread,
      // The same where it is sent again, by which mail programs know it.
      messageId: toMessageId(`${notice.key}/${notice.status}/${notice.atUnixMs}`),
    })
    const stopped = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
    try {
      await Promise.race([sending, stopped])
    } catch (error) {
      // 5xx answers are refusals for good.
      const code = (error as { responseCode?: number }).responseCode ?? 0
      throw code >= 500 ? new PermanentError(`answered ${code}`, { cause: error }) : error
    }
  }
}

function toMessageId(text: string): string {
  return `<${createHash('sha256').update(text).digest('base64url')}@spancost>`
}

const COLORS = { info: '#2563eb', warning: '#b45309', critical: '#b91c1c', emergency: '#7f1d1d' }

/** No images, no styles from elsewhere: mail programs show it as it is. */
function writeHtml(notice: Notice): string {
  const color = notice.status === 'resolved' ? '#15803d' : COLORS[notice.level]
  const rows = notice.facts.map(
    ({ name, value }) =>
      `<tr><td style="padding:2px 16px 2px 0;color:#555">${escapeHtml(name)}</td>` +
      `<td style="padding:2px 0;font-variant-numeric:tabular-nums">${escapeHtml(value)}</td></tr>`,
  )
  const link = notice.url === undefined ? '' : `<p><a href="${escapeHtml(notice.url)}">Open</a></p>`
  return (
    `<div style="font:15px/1.5 system-ui,sans-serif;color:#111">` +
    `<p style="font-size:17px;font-weight:600;color:${color}">${escapeHtml(writeSubject(notice))}</p>` +
    `<p style="white-space:pre-line">${escapeHtml(notice.text)}</p>` +
    `<table style="border-collapse:collapse">${rows.join('')}</table>${link}</div>`
  )
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
