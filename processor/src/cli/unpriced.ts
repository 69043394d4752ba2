import { writeLine } from './io.ts'
import { askQuestion, describeSource, QUESTION_FLAGS, QUESTION_HELP } from './question.ts'
import { showText } from './table.ts'
import { readFlags, type Verb } from './verb.ts'

const FLAGS = { ...QUESTION_FLAGS, top: { type: 'string' } } as const

/** What has no price, and what to write so that it gets one. */
export const unpriced: Verb = {
  name: 'unpriced',
  summary: 'what has no price, and what to add',
  help: `Usage: spancost unpriced [--range 7d] [flags]

Operations whose cost is not known, or not all of it, by provider and model: how often, since when,
why, and the lines to add to the config. Exits with 1 if there are any.

  --top N         how many of the most frequent; default: 100
${QUESTION_HELP}`,
  async run(argv, io) {
    const { values } = readFlags(argv, FLAGS)
    const { top = '100', ...question } = values
    const asked = await askQuestion('/api/v1/unpriced', question, { limit: top }, io)
    if (asked.kind === 'failed') return asked.code
    const answer = JSON.parse(asked.text) as Answer
    await writeLine(io.stdout, question.json ? asked.text : toText(answer, asked.source))
    return answer.unpriced.length > 0 ? 1 : 0
  },
}

interface Group {
  readonly provider?: string
  readonly model?: string
  readonly status: string
  readonly operations: number
  readonly firstHour: string
  readonly lastHour: string
  readonly reason?: string
  readonly detail?: string
  readonly traceId?: string
  readonly advice: { readonly text: string; readonly config?: string; readonly card?: string }
}

interface Answer {
  readonly from?: string
  readonly to?: string
  readonly zone: string
  readonly unpriced: readonly Group[]
  readonly truncated: boolean
}

function toText(answer: Answer, source: string): string {
  const found = answer.unpriced
  return [
    ...(found.length === 0 ? ['everything has a price'] : found.map(describeGroup)),
    ...(answer.truncated ? ['there are more; --top says how many are shown'] : []),
    describeSource(answer, source),
  ].join('\n')
}

function describeGroup({ advice, ...group }: Group): string {
  const { provider = 'no provider', model = 'no model', operations, status } = group
  const { firstHour, lastHour, reason = 'its entries are no longer kept', detail } = group
  const why = detail === undefined ? reason : `${reason}: ${detail}`
  const example = group.traceId === undefined ? '' : `; for example in trace ${group.traceId}`
  return [
    `${showText(provider)} ${showText(model)}: ${operations} ${status}`,
    `  from the hour of ${firstHour} to the hour of ${lastHour}`,
    `  ${showText(why)}${example}`,
    `  ${advice.text}`,
    ...indent('in spancost.yaml:', advice.config),
    ...indent('in a file that prices.cards names:', advice.card),
    '',
  ].join('\n')
}

function indent(title: string, lines: string | undefined): readonly string[] {
  if (lines === undefined) return []
  // The writer of YAML quotes what could steer a terminal.
  return [
    `  ${title}`,
    ...lines
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`),
  ]
}
