import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { describeError } from '../describe-error.ts'
import { ASK_FLAGS, ASK_HELP, askApi, postApi } from './ask-api.ts'
import { writeBudgetRules, type RuledBudget } from './budget-rules.ts'
import { writeLine, type ExitCode, type Io } from './io.ts'
import { formatTable } from './table.ts'
import { readFlags, UsageError, type Verb } from './verb.ts'

const FLAGS = {
  ...ASK_FLAGS,
  why: { type: 'string' },
  json: { type: 'boolean' },
} as const

type Flags = ReturnType<typeof readFlags<typeof FLAGS>>['values']

/** Asks for, approves, rejects, lists, shows and closes budgets. */
export const budget: Verb = {
  name: 'budget',
  summary: 'ask for budgets, approve them, see where they stand',
  help: `Usage: spancost budget list [--json]
       spancost budget show ID [--json]
       spancost budget request FILE [--why TEXT]
       spancost budget approve|reject|close ID [--why TEXT]
       spancost budget audit [ID] [--json]
       spancost budget rules

FILE holds one budget as YAML or JSON, in the form of \`budgets\` in the config. Steps are asked of the
processor, which knows who may take them by the token in SPANCOST_TOKEN, and writes them down.
\`audit\` prints every step, the newest first. \`rules\` prints alert rules for Prometheus, one for each
threshold of each approved budget, to be loaded with \`rule_files\`.

  --why TEXT      the reason, for the audit
  --json          what the API answers
${ASK_HELP}`,
  async run(argv, io) {
    const { values, positionals } = readFlags(argv, FLAGS, { takesOperands: true })
    const [action = '', operand, ...more] = positionals
    if (more.length > 0) throw new UsageError(`one at a time; what is "${more[0]}"?`)
    if (action === 'list' && operand === undefined) return listBudgets(values, io)
    if (action === 'rules' && operand === undefined) return printRules(values, io)
    if (action === 'audit') return printAudit(operand, values, io)
    if (operand === undefined) throw new UsageError(`${action || 'a budget'}: which?`)
    if (action === 'show') return showBudget(operand, values, io)
    if (action === 'request') return requestBudget(operand, values, io)
    if (action === 'approve' || action === 'reject' || action === 'close') {
      const path = `/api/v1/budgets/${encodeURIComponent(operand)}/${action}`
      return post(path, withWhy({}, values), values, io)
    }
    throw new UsageError(
      `unknown: budget ${action}; known: list, show, request, approve, reject, close, audit, rules`,
    )
  },
}

type Amount = Readonly<Record<string, string | number>>

interface Shown {
  readonly id: string
  readonly life: string
  readonly state: string
  readonly origin: string
  readonly counters: readonly {
    readonly for: Readonly<Record<string, string>>
    readonly window: { readonly id: string }
    readonly spent: Amount
    readonly limit: Amount
    readonly exchange?: { readonly of: Amount; readonly rate: string; readonly from: string }
    readonly percent: number
    readonly forecast?: Amount
    readonly forecastError?: { readonly windows: number; readonly meanPercent: number }
    readonly state: string
  }[]
}

async function listBudgets(values: Flags, io: Io): Promise<ExitCode> {
  const asked = await askApi('/api/v1/budgets', new URLSearchParams(), values, io)
  if (asked.kind === 'failed') return asked.code
  if (values.json) {
    await writeLine(io.stdout, asked.text)
    return 0
  }
  const { budgets } = JSON.parse(asked.text) as { budgets: readonly Shown[] }
  return printBudgets(budgets, io)
}

async function showBudget(id: string, values: Flags, io: Io): Promise<ExitCode> {
  const path = `/api/v1/budgets/${encodeURIComponent(id)}`
  const asked = await askApi(path, new URLSearchParams(), values, io)
  if (asked.kind === 'failed') return asked.code
  if (!values.json) return printBudgets([JSON.parse(asked.text) as Shown], io)
  await writeLine(io.stdout, asked.text)
  return 0
}

async function printRules(values: Flags, io: Io): Promise<ExitCode> {
  const asked = await askApi('/api/v1/budgets', new URLSearchParams(), values, io)
  if (asked.kind === 'failed') return asked.code
  const { budgets } = JSON.parse(asked.text) as { budgets: readonly RuledBudget[] }
  await writeLine(io.stdout, writeBudgetRules(budgets).trimEnd())
  return 0
}

interface ShownStep {
  readonly at: string
  readonly budgetId: string
  readonly what: string
  readonly who: string
  readonly why?: string
}

const AUDIT_COLUMNS = (['at', 'budget', 'what', 'who', 'why'] as const).map((name) => ({
  name,
  align: 'left' as const,
}))

/** The newest ten thousand steps, which is as many as the API gives at once. */
async function printAudit(id: string | undefined, values: Flags, io: Io): Promise<ExitCode> {
  const query = new URLSearchParams({ limit: '10000', ...(id !== undefined && { budget: id }) })
  const asked = await askApi('/api/v1/audit', query, values, io)
  if (asked.kind === 'failed') return asked.code
  if (values.json) {
    await writeLine(io.stdout, asked.text)
    return 0
  }
  const { steps } = JSON.parse(asked.text) as { steps: readonly ShownStep[] }
  const rows = steps.map(({ at, budgetId, what, who, why = '' }) => [at, budgetId, what, who, why])
  await writeLine(io.stdout, formatTable(AUDIT_COLUMNS, rows))
  return 0
}

async function requestBudget(file: string, values: Flags, io: Io): Promise<ExitCode> {
  let written: unknown
  try {
    written = parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`${file}: ${describeError(error)}`)
  }
  return post('/api/v1/budgets', withWhy({ budget: written }, values), values, io)
}

function withWhy(body: object, { why }: Flags): object {
  return why === undefined ? body : { ...body, why }
}

async function post(path: string, body: object, values: Flags, io: Io): Promise<ExitCode> {
  const asked = await postApi(path, body, values, io)
  if (asked.kind === 'failed') return asked.code
  if (!values.json) return printBudgets([JSON.parse(asked.text) as Shown], io)
  await writeLine(io.stdout, asked.text)
  return 0
}

const COLUMNS = [
  { name: 'budget', align: 'left' },
  { name: 'for', align: 'left' },
  { name: 'state', align: 'left' },
  { name: 'origin', align: 'left' },
  { name: 'window', align: 'left' },
  { name: 'spent', align: 'right' },
  { name: 'limit', align: 'right' },
  { name: 'used', align: 'right' },
  { name: 'forecast', align: 'right' },
] as const

async function printBudgets(budgets: readonly Shown[], io: Io): Promise<ExitCode> {
  const rows = budgets.flatMap(({ id, state, origin, counters }) =>
    counters.length === 0
      ? [[id, '', state, origin, '', '', '', '', '']]
      : counters.map((counter) => [
          id,
          Object.values(counter.for).join(', '),
          state === 'active' ? counter.state : state,
          origin,
          counter.window.id,
          showAmount(counter.spent),
          showLimit(counter),
          `${counter.percent} %`,
          showForecast(counter),
        ]),
  )
  await writeLine(io.stdout, formatTable(COLUMNS, rows))
  return 0
}

/** `1117.2 USD (1000 EUR at 1.1172 of 2026-11-01)` where it is in another currency. */
function showLimit({ limit, exchange }: Shown['counters'][number]): string {
  if (exchange === undefined) return showAmount(limit)
  const { of, rate, from } = exchange
  return `${showAmount(limit)} (${showAmount(of)} at ${rate} of ${from})`
}

/** With how far off forecasts made in the middle of past windows were. */
function showForecast({ forecast, forecastError }: Shown['counters'][number]): string {
  if (forecast === undefined) return ''
  const { windows, meanPercent } = forecastError ?? {}
  const error = windows === undefined ? '' : ` (off by ${meanPercent} % in ${windows} before)`
  return showAmount(forecast) + error
}

/** `812.5 USD`, or `40 operations`. */
function showAmount(amount: Amount): string {
  const { currency, amount: money } = amount
  if (currency !== undefined) return `${money} ${currency}`
  const [measure = '', value] = Object.entries(amount)[0] ?? []
  return `${value} ${measure}`
}
