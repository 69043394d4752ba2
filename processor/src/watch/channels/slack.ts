import { writeSubject, writeText } from '../notice.ts'
import { post, type Channel } from '../send.ts'

/** An incoming webhook of Slack, or of what takes the same, such as Mattermost. */
export function createSlack({ url }: { readonly url: string }): Channel {
  return (notice, signal) => {
    const text = `*${escapeMrkdwn(writeSubject(notice))}*\n${escapeMrkdwn(writeText(notice))}`
    const section = { type: 'section', text: { type: 'mrkdwn', text: text.slice(0, 3000) } }
    // `text` is what notifications show, and what screen readers read.
    const body = JSON.stringify({ text: escapeMrkdwn(writeSubject(notice)), blocks: [section] })
    return post({ url, body, signal })
  }
}

/**
 * Slack gives `&`, `<` and `>` a meaning: links, and mentions such as `<!channel>`. Formatting marks
 * cannot be escaped; a zero-width space after them takes their effect.
 */
function escapeMrkdwn(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[*_~`]/g, (mark) => `${mark}\u200B`)
}
