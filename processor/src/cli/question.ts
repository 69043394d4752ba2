import { ASK_FLAGS, ASK_HELP, askApi, type Asked } from './ask-api.ts'
import type { Io } from './io.ts'

/** Flags that are parameters of the API. */
export const RANGE_FLAGS = {
  from: { type: 'string' },
  to: { type: 'string' },
  range: { type: 'string' },
  zone: { type: 'string' },
} as const

export const RANGE_HELP = `  --from, --to    ISO 8601 (without a zone: in --zone), Unix milliseconds, now, today, yesterday,
                  this-week, last-week, this-month, last-month, or so long ago: 24h, 7d, 4w;
                  --to is exclusive
  --range WHAT    instead of both: one of the words, or 24h, 7d, 4w until now
  --zone ZONE     IANA time zone of dates, words and periods; default: UTC`

/** Of the verbs that ask what operations of a stretch of time come to. */
export const QUESTION_FLAGS = {
  ...RANGE_FLAGS,
  ...ASK_FLAGS,
  where: { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const

export const QUESTION_HELP = `  --where L=V     only operations with this label; again with the same label: either value;
                  L= is those without it
${RANGE_HELP}
  --json          all digits and parts, for programs
${ASK_HELP}`

interface Question extends Readonly<Record<string, unknown>> {
  readonly api?: string | undefined
  readonly config?: string | undefined
  readonly ledger?: boolean | undefined
  readonly where?: readonly string[] | undefined
}

/**
 * Flags with a text are parameters of the API, by the same names; `more` are those that have other
 * names as flags.
 */
export function askQuestion(
  path: string,
  { api, config, ledger, where = [], ...given }: Question,
  more: Readonly<Record<string, string>>,
  io: Io,
): Promise<Asked> {
  const query = new URLSearchParams(more)
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'string') query.set(name, value)
  }
  for (const filter of where) query.append('where', filter)
  return askApi(path, query, { api, config, ledger }, io)
}

/** What an answer covers, and where it is from. */
export function describeSource(
  answer: { readonly from?: string; readonly to?: string; readonly zone: string },
  source: string,
): string {
  const { from = 'the beginning', to = 'now on', zone } = answer
  return `from ${from} to ${to}, ${zone}; ${source}`
}
