/** What people are told. */
export const LEVELS = ['info', 'warning', 'critical', 'emergency'] as const
export type NoticeLevel = (typeof LEVELS)[number]

/**
 * One message about one thing, such as a budget's threshold in a window. All texts are plain: they
 * may hold anything that came in on a span, and each channel escapes them for what it writes.
 */
export interface Notice {
  /** The same for everything that is told about one thing, so that receivers can thread it. */
  readonly key: string
  readonly status: 'firing' | 'resolved'
  readonly level: NoticeLevel
  /** One line. */
  readonly title: string
  /** What happened, in a sentence or two. */
  readonly text: string
  /** Figures, in the order in which they are read. */
  readonly facts: readonly { readonly name: string; readonly value: string }[]
  readonly atUnixMs: number
  /** Since when; the same in the notice that resolves it. */
  readonly sinceUnixMs: number
  readonly budgetId?: string
  readonly owner?: string
  /** Where more can be seen. */
  readonly url?: string
}

/** Texts from spans can be long; no channel gets more than this of one. */
const MAX_TITLE_LENGTH = 200
const MAX_TEXT_LENGTH = 2000
const MAX_FACTS = 20

/** Cuts texts to what every channel takes, and takes out what could end a line or a header. */
export function trimNotice(notice: Notice): Notice {
  return {
    ...notice,
    title: oneLine(notice.title, MAX_TITLE_LENGTH),
    text: notice.text.slice(0, MAX_TEXT_LENGTH).toWellFormed(),
    facts: notice.facts.slice(0, MAX_FACTS).map(({ name, value }) => ({
      name: oneLine(name, MAX_TITLE_LENGTH),
      value: oneLine(value, MAX_TITLE_LENGTH),
    })),
  }
}

/** Line breaks and other control characters become spaces. */
function oneLine(text: string, maxLength: number): string {
  return text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .slice(0, maxLength)
    .toWellFormed()
}

export function writeSubject({ status, level, title }: Notice): string {
  return `[${status === 'resolved' ? 'resolved' : level}] ${title}`
}

/** The whole notice as plain text. */
export function writeText(notice: Notice): string {
  const facts = notice.facts.map(({ name, value }) => `${name}: ${value}`)
  const lines = [notice.text, '', ...facts, ...(notice.url === undefined ? [] : ['', notice.url])]
  return lines.join('\n').trim()
}
