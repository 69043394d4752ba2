import type { ApiAnswer } from './ask-api.ts'
import { writeLine } from './io.ts'
import { askQuestion, describeSource, QUESTION_FLAGS, QUESTION_HELP } from './question.ts'
import { formatTable } from './table.ts'
import { readFlags, type Verb } from './verb.ts'

const FLAGS = { ...QUESTION_FLAGS, top: { type: 'string' } } as const

/** The most expensive traces. */
export const traces: Verb = {
  name: 'traces',
  summary: 'the most expensive traces',
  help: `Usage: spancost traces [--top 10] [--range today] [flags]

Traces with an operation in the range, each summed as a whole; with --where, what matches.

  --top N         how many; default: 10
${QUESTION_HELP}`,
  async run(argv, io) {
    const { values } = readFlags(argv, FLAGS)
    const { top = '10', ...question } = values
    const asked = await askQuestion('/api/v1/traces', question, { limit: top }, io)
    if (asked.kind === 'failed') return asked.code
    await writeLine(io.stdout, question.json ? asked.text : toTable(asked))
    return 0
  },
}

interface Answer {
  readonly from?: string
  readonly to?: string
  readonly zone: string
  readonly traces: readonly {
    readonly traceId: string
    readonly start: string
    readonly cost: { readonly amount: string }
    readonly operations: number
    readonly unpriced: number
  }[]
}

function toTable({ text, source }: ApiAnswer): string {
  const answer = JSON.parse(text) as Answer
  const table = formatTable(
    [
      { name: 'trace', align: 'left' },
      { name: 'start', align: 'left' },
      { name: 'USD', align: 'decimal' },
      { name: 'operations', align: 'right' },
      { name: 'unpriced', align: 'right' },
    ],
    answer.traces.map(({ traceId, start, cost, operations, unpriced }) => [
      traceId,
      start,
      cost.amount,
      String(operations),
      String(unpriced),
    ]),
  )
  return `${table}\n${describeSource(answer, source)}`
}
