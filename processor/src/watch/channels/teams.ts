import { writeSubject } from '../notice.ts'
import { post, type Channel } from '../send.ts'

const COLORS = { info: 'accent', warning: 'warning', critical: 'attention', emergency: 'attention' }

/** A webhook of Microsoft Teams' Workflows, which takes an adaptive card. */
export function createTeams({ url }: { readonly url: string }): Channel {
  return (notice, signal) => {
    const { status, level, facts, url: more } = notice
    const color = status === 'resolved' ? 'good' : COLORS[level]
    const title = escapeMarkdown(writeSubject(notice))
    const card = {
      type: 'AdaptiveCard',
      version: '1.4',
      body: [
        { type: 'TextBlock', text: title, weight: 'bolder', wrap: true, color },
        { type: 'TextBlock', text: escapeMarkdown(notice.text), wrap: true },
        {
          type: 'FactSet',
          facts: facts.map(({ name, value }) => ({
            title: escapeMarkdown(name),
            value: escapeMarkdown(value),
          })),
        },
      ],
      actions: more === undefined ? [] : [{ type: 'Action.OpenUrl', title: 'Open', url: more }],
    }
    const contentType = 'application/vnd.microsoft.card.adaptive'
    const body = JSON.stringify({
      type: 'message',
      attachments: [{ contentType, content: card }],
    })
    return post({ url, body, signal })
  }
}

/** Adaptive cards read links, lists and emphasis in Markdown. */
function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+!|>~<-]/g, (mark) => `\\${mark}`)
}
