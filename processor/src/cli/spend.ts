import { ASK_FLAGS, ASK_HELP, askApi, type ApiAnswer } from './ask-api.ts'
import { writeLine, writeText } from './io.ts'
import { formatTable, type Column } from './table.ts'
import { readFlags, UsageError, type Verb } from './verb.ts'

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

const FLAGS = {
  ...RANGE_FLAGS,
  ...ASK_FLAGS,
  by: { type: 'string' },
  granularity: { type: 'string' },
  where: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  csv: { type: 'boolean' },
} as const

/** What was spent, by labels and time. */
export const spend: Verb = {
  name: 'spend',
  summary: 'what was spent, by labels and time',
  help: `Usage: spancost spend [--by model,team] [--range this-month] [flags]

  --by LABELS     provider, model, operation, service and the configured dimensions
  --granularity   hour, day, week (from Monday) or month; one row for each
  --where L=V     only operations with this label; again with the same label: either value;
                  L= is those without it
${RANGE_HELP}
  --csv, --json   all digits and parts, for programs
${ASK_HELP}`,
  async run(argv, io) {
    const { values } = readFlags(argv, FLAGS)
    const { json, csv, api, config, ledger, where = [], ...given } = values
    if (json && csv) throw new UsageError('--json and --csv cannot be given together')
    const query = new URLSearchParams({ ...given, ...(csv && { format: 'csv' }) })
    for (const filter of where) query.append('where', filter)
    const asked = await askApi('/api/v1/spend', query, { api, config, ledger }, io)
    if (asked.kind === 'failed') return asked.code
    if (csv) await writeText(io.stdout, asked.text)
    else if (json) await writeLine(io.stdout, asked.text)
    else await writeLine(io.stdout, toTable(asked, given.by ?? ''))
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

/** What an answer covers, and where it is from. */
export function describeSource(
  answer: { readonly from?: string; readonly to?: string; readonly zone: string },
  source: string,
): string {
  const { from = 'the beginning', to = 'now on', zone } = answer
  return `from ${from} to ${to}, ${zone}; ${source}`
}
