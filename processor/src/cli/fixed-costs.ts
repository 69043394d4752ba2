import {
  formatAmount,
  loadExchange,
  multiplyRate,
  parseAmount,
  spreadAmount,
} from '@spancost/pricing'
import type { Config } from '../config.ts'
import { ASK_FLAGS, ASK_HELP, askApi } from './ask-api.ts'
import { formatFault, loadConfig } from './config-source.ts'
import { writeLine, type ExitCode, type Io } from './io.ts'
import { formatTable, type Column } from './table.ts'
import { readFlags, UsageError, type Verb } from './verb.ts'

const FLAGS = {
  ...ASK_FLAGS,
  month: { type: 'string' },
  by: { type: 'string' },
  json: { type: 'boolean' },
} as const

type Monthly = Config['prices']['monthly'][number]

/** Who carries what of the costs that are the same each month. */
export const fixedCosts: Verb = {
  name: 'fixed-costs',
  summary: 'who carries what of the fixed costs of a month',
  help: `Usage: spancost fixed-costs [--month 2026-11] [--by team] [flags]

Spreads each of \`prices.monthly\` over the operations of one month (UTC), by their tokens or their
number. The parts add up to the cost exactly. They stand beside spend and are never part of it.

  --month YYYY-MM default: this month, which is not over: then the parts still change
  --by LABELS     provider, model, operation, service and the configured dimensions
  --json          {"month", "isOver", "costs": [{"name", "cost", "spread", "parts": [{"labels",
                  "weight", "cost"}]}], "total"}; "parts" is empty where there was nothing to carry it
${ASK_HELP}`,
  async run(argv, io) {
    const { values } = readFlags(argv, FLAGS)
    const { json, by = '', month = new Date().toISOString().slice(0, 7), ...ask } = values
    if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
      throw new UsageError(`--month: expected a month such as 2026-11, found "${month}"`)
    }
    const loaded = await loadConfig(values.config, io.env)
    if (loaded.kind === 'faults') {
      for (const fault of loaded.faults) await writeLine(io.stderr, formatFault(loaded.file, fault))
      return 1
    }
    return spreadAll(loaded.config.prices, { month, by, ask, json: json ?? false }, io)
  },
}

interface Asked {
  readonly month: string
  readonly by: string
  readonly ask: Parameters<typeof askApi>[2]
  readonly json: boolean
}

interface Spread {
  readonly cost: Monthly
  readonly amountAtto: bigint
  readonly parts: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly weight: number
    readonly costAtto: bigint
  }[]
}

async function spreadAll(prices: Config['prices'], asked: Asked, io: Io): Promise<ExitCode> {
  const { month, json } = asked
  const from = Date.parse(`${month}-01`)
  const to = Date.UTC(new Date(from).getUTCFullYear(), new Date(from).getUTCMonth() + 1)
  const isOver = to <= Date.now()
  const spreads: Spread[] = []
  for (const cost of prices.monthly.filter((each) => isDue(each, month))) {
    const amountAtto = toUsd(cost, prices, from)
    if (amountAtto === undefined) {
      await writeLine(
        io.stderr,
        `spancost: ${cost.name}: no exchange rate of ${cost.currency} then`,
      )
      return 1
    }
    const rows = await readRows(cost, asked, { from, to }, io)
    if (rows === undefined) return 1
    const weights = rows.map((row) => weigh(row, cost.spread))
    const parts = spreadAmount(amountAtto, weights) ?? []
    const carried = parts.map((costAtto, at) => {
      return { labels: rows[at]!.labels, weight: Number(weights[at]!), costAtto }
    })
    spreads.push({ cost, amountAtto, parts: carried })
  }
  const text = json
    ? JSON.stringify({ month, isOver, ...toJson(spreads) })
    : toText(spreads, asked, isOver)
  await writeLine(io.stdout, text)
  return 0
}

function isDue({ from = '', to = '9999-99' }: Monthly, month: string): boolean {
  return from <= month && month < to
}

/** At the exchange rate of the first day of the month. */
function toUsd(
  { amount, currency }: Monthly,
  prices: Config['prices'],
  atMs: number,
): bigint | undefined {
  const amountAtto = parseAmount(amount)
  if (currency === 'USD') return amountAtto
  const rates = loadExchange(prices.exchange).get(currency) ?? []
  const rate = rates.findLast(({ fromMs }) => fromMs <= atMs)?.usd
  // Atto of the currency times atto USD per unit of it.
  return rate && multiplyRate({ num: rate.num * amountAtto, den: rate.den * 10n ** 18n }, 1)
}

interface Row {
  readonly labels: Readonly<Record<string, string>>
  readonly tokens: Readonly<Record<string, number>>
  readonly operations: number
}

/** What the operations of a month come to that carry the cost; `undefined`: it was told why not. */
async function readRows(
  cost: Monthly,
  { by, ask }: Asked,
  { from, to }: { readonly from: number; readonly to: number },
  io: Io,
): Promise<readonly Row[] | undefined> {
  const query = new URLSearchParams({ by, from: String(from), to: String(to) })
  if (by === '') query.delete('by')
  for (const [label, value] of Object.entries(cost.where))
    query.append('where', `${label}=${value}`)
  const asked = await askApi('/api/v1/spend', query, ask, io)
  if (asked.kind === 'failed') return undefined
  const answer = JSON.parse(asked.text) as { readonly rows: Row[]; readonly truncated: boolean }
  if (!answer.truncated) return answer.rows
  await writeLine(io.stderr, 'spancost: too many rows to spread a cost over: take fewer labels')
  return undefined
}

function weigh({ tokens, operations }: Row, spread: Monthly['spread']): bigint {
  if (spread === 'operations') return BigInt(operations)
  return Object.values(tokens).reduce((sum, count) => sum + BigInt(count), 0n)
}

function addUp(spreads: readonly Spread[]): bigint {
  return spreads.reduce((sum, { amountAtto }) => sum + amountAtto, 0n)
}

function toJson(spreads: readonly Spread[]) {
  return {
    costs: spreads.map(({ cost: { name, spread }, amountAtto, parts }) => ({
      name,
      cost: formatAmount(amountAtto),
      spread,
      parts: parts.map(({ costAtto, ...part }) => ({ ...part, cost: formatAmount(costAtto) })),
    })),
    total: formatAmount(addUp(spreads)),
  }
}

function toText(spreads: readonly Spread[], { month, by }: Asked, isOver: boolean): string {
  if (spreads.length === 0) return `no fixed costs in ${month}: see prices.monthly`
  const labels = by === '' ? [] : by.split(',')
  const left = ['cost', ...labels].map((name): Column => ({ name, align: 'left' }))
  const columns: Column[] = [
    ...left,
    { name: 'weight', align: 'right' },
    { name: 'USD', align: 'decimal' },
  ]
  const rows = spreads.flatMap(({ cost: { name }, amountAtto, parts }) =>
    parts.length === 0
      ? [[name, ...labels.map(() => '-'), '0', formatAmount(amountAtto)]]
      : parts.map((part) => [
          name,
          ...labels.map((label) => part.labels[label] ?? '-'),
          String(part.weight),
          formatAmount(part.costAtto),
        ]),
  )
  const total = ['total', ...labels.map(() => ''), '', formatAmount(addUp(spreads))]
  const end = isOver ? month : `${month}, which is not over: the parts still change`
  return [formatTable(columns, [...rows, total]), `fixed costs of ${end}; not part of spend`].join(
    '\n',
  )
}
