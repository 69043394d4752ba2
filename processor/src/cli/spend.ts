import type { ApiAnswer } from './ask-api.ts'
import { writeLine, writeText } from './io.ts'
import { askQuestion, describeSource, QUESTION_FLAGS, QUESTION_HELP } from './question.ts'
import { formatTable, type Column } from './table.ts'
import { readFlags, UsageError, type Verb } from './verb.ts'

const FLAGS = {
  ...QUESTION_FLAGS,
  by: { type: 'string' },
  granularity: { type: 'string' },
  csv: { type: 'boolean' },
} as const

/** What was spent, by labels and time. */
export const spend: Verb = {
  name: 'spend',
  summary: 'what was spent, by labels and time',
  help: `Usage: spancost spend [--by model,team] [--range this-month] [flags]

  --by LABELS     provider, model, operation, service and the configured dimensions
  --granularity   hour, day, week (from Monday) or month; one row for each
  --csv           all digits and parts, for spreadsheets
${QUESTION_HELP}`,
  async run(argv, io) {
    const { values } = readFlags(argv, FLAGS)
    const { csv, ...question } = values
    const { json, by = '' } = question
    if (json && csv) throw new UsageError('--json and --csv cannot be given together')
    const asked = await askQuestion('/api/v1/spend', question, csv ? { format: 'csv' } : {}, io)
    if (asked.kind === 'failed') return asked.code
    if (csv) await writeText(io.stdout, asked.text)
    else if (json) await writeLine(io.stdout, asked.text)
    else await writeLine(io.stdout, toTable(asked, by))
    return 0
  },
}

interface Sums {
  readonly cost: { readonly amount: string }
  readonly tokens: Readonly<Record<string, number>>
  readonly operations: number
  readonly statuses: Readonly<Record<string, number>>
}

interface Answer {
  readonly from?: string
  readonly to?: string
  readonly zone: string
  readonly rows: readonly (Sums & {
    readonly start?: string
    readonly labels: Readonly<Record<string, string>>
  })[]
  readonly total: Sums
  readonly truncated: boolean
}

const STATUSES = ['priced', 'partial', 'estimated', 'unpriced', 'free']

function toTable({ text, source }: ApiAnswer, by: string): string {
  const answer = JSON.parse(text) as Answer
  const { rows, total, truncated } = answer
  const names = by === '' ? [] : by.split(',')
  const hasPeriods = rows.some(({ start }) => start !== undefined)
  const statuses = STATUSES.filter((status) => total.statuses[status] !== undefined)
  const columns: readonly Column[] = [
    ...(hasPeriods ? (['start'] as const) : []),
    ...names,
    'USD',
    'operations',
    ...statuses,
    'input',
    'output',
  ].map((name, index) => {
    const isText = index < names.length + (hasPeriods ? 1 : 0)
    return { name, align: isText ? 'left' : name === 'USD' ? 'decimal' : 'right' }
  })
  const lines = rows.map((row) => [
    ...(hasPeriods ? [shortenStart(row.start!)] : []),
    ...names.map((name) => row.labels[name] ?? '-'),
    ...listFigures(row, statuses),
  ])
  const texts = columns.filter(({ align }) => align === 'left').length
  const totals = Array.from({ length: texts }, (_, n) => (n === 0 ? 'total' : ''))
  return [
    formatTable(
      columns,
      texts === 0 ? lines : [...lines, [...totals, ...listFigures(total, statuses)]],
    ),
    ...(truncated ? [`more rows than the ${rows.length} shown; the total has all`] : []),
    describeSource(answer, source),
  ].join('\n')
}

function listFigures({ cost, operations, statuses, tokens }: Sums, shown: readonly string[]) {
  // What is unknown is never shown as 0.
  const isUnknown = operations > 0 && statuses['unpriced'] === operations
  return [
    isUnknown ? '?' : cost.amount,
    operations,
    ...shown.map((status) => statuses[status] ?? 0),
    (tokens['input'] ?? 0) + (tokens['cache_read'] ?? 0) + (tokens['cache_write'] ?? 0),
    (tokens['output'] ?? 0) + (tokens['reasoning'] ?? 0),
  ].map(String)
}

/** Seconds are always 0 in periods of our time. */
function shortenStart(start: string): string {
  return start.replace(/:00(?:\.000)?(?=Z|[+-]\d\d:\d\d$)/, '')
}
