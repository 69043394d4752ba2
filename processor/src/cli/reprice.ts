import { existsSync } from 'node:fs'
import { formatAmount } from '@spancost/pricing'
import { resolveAsked, RANGE_PARAMETERS, type ResolvedRange } from '../api/range.ts'
import { readParameters } from '../api/parameters.ts'
import { readBookAt } from '../book-source.ts'
import type { Config } from '../config.ts'
import { describeError } from '../describe-error.ts'
import { openBooks, type Books } from '../open-book.ts'
import { openLedger } from '../open-ledger.ts'
import { repriceEntries, type ModelChange, type Repriced, type RepriceQuery } from '../reprice.ts'
import { openConfigured } from './config-source.ts'
import { writeLine, type Io } from './io.ts'
import { RANGE_FLAGS, RANGE_HELP } from './question.ts'
import { formatTable, type Column } from './table.ts'
import { readFlags, UsageError, type Verb } from './verb.ts'

const FLAGS = {
  ...RANGE_FLAGS,
  provider: { type: 'string' },
  model: { type: 'string' },
  tenant: { type: 'string' },
  book: { type: 'string' },
  config: { type: 'string' },
  apply: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

/** What entries would cost by the prices of today, and the correcting entries that make it so. */
export const reprice: Verb = {
  name: 'reprice',
  summary: 'what a range costs by the prices of today; corrects it',
  help: `Usage: spancost reprice --from WHEN [--to WHEN] [--model M] [--apply] [flags]

Rates each entry of the range anew, at its own start, by the prices of the config, and prints by
model what that changes. Nothing is written without --apply. With it, a correcting entry has each
difference: the entry itself stays as it was, and a second run changes nothing.
A SQLite ledger must not be in use: stop the processor first.

${RANGE_HELP}
  --provider, --model, --tenant   only entries with this label; as \`spend --by\` has it
  --book FILE     prices under your own, as \`spancost prices export\` writes them
  --config FILE   default: ./spancost.yaml; without one, the defaults
  --apply         write the correcting entries
  --json          {"ledger", "from"?, "to"?, "applied", "written", "refused", "models": [{"provider"?,
                  "model"?, "operations", "changed", "old", "new", "difference", "oldUnpriced",
                  "newUnpriced", "statuses"}]}`,
  async run(argv, io) {
    const { values } = readFlags(argv, FLAGS)
    const {
      provider,
      model,
      tenant,
      book,
      config: file,
      apply = false,
      json = false,
      ...when
    } = values
    const { bounds } = readBounds(when)
    const labels = {
      ...(provider !== undefined && { provider }),
      ...(model !== undefined && { model }),
      ...(tenant !== undefined && { tenant }),
    }
    const opened = await openConfigured(file, io)
    if (opened === undefined) return 1
    const { ledger, prices } = opened.config
    try {
      const books = book === undefined ? opened.books : await openOther(prices, book)
      const repriced = await run(ledger, books, { bounds, labels }, apply)
      const name = ledger.store === 'sqlite' ? ledger.path : 'the ledger'
      const text = json
        ? JSON.stringify({ ledger: name, ...toRange(bounds), applied: apply, ...toJson(repriced) })
        : toText(repriced, apply)
      await writeLine(io.stdout, text)
      return 0
    } catch (error) {
      return fail(error, io)
    }
  },
}

async function fail(error: unknown, io: Io) {
  await writeLine(io.stderr, `spancost: ${describeError(error)}`)
  return 1 as const
}

async function run(
  ledger: Config['ledger'],
  books: Books,
  query: RepriceQuery,
  applies: boolean,
): Promise<Repriced> {
  // Opening would make a new one.
  if (ledger.store === 'sqlite' && !existsSync(ledger.path)) {
    throw new Error(`there is no ledger at ${ledger.path}`)
  }
  const store = await openLedger(ledger)
  try {
    return await repriceEntries(store, books, query, applies)
  } finally {
    await store.close()
  }
}

async function openOther(prices: Config['prices'], file: string): Promise<Books> {
  try {
    return await openBooks(prices, await readBookAt(file))
  } catch (error) {
    throw new Error(`the price book ${file}: ${describeError(error)}`, { cause: error })
  }
}

/** A range is asked for, so that a slip of the pen does not price everything again. */
function readBounds(when: Readonly<Record<string, string | undefined>>): ResolvedRange {
  const given = Object.entries(when).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, text] as const],
  )
  const read = readParameters(RANGE_PARAMETERS, given)
  if (read.kind === 'bad') throw new UsageError(`--${read.parameter}: ${read.message}`)
  if (read.values.from === undefined && read.values.range === undefined) {
    throw new UsageError('--from or --range is missing')
  }
  const resolved = resolveAsked(read.values)
  if ('bounds' in resolved) return resolved
  const { problem } = resolved as Extract<typeof resolved, { kind: 'problem' }>
  throw new UsageError(problem.detail)
}

function toRange({ fromUnixMs, toUnixMs }: RepriceQuery['bounds']) {
  return {
    ...(fromUnixMs !== undefined && { from: new Date(fromUnixMs).toISOString() }),
    ...(toUnixMs !== undefined && { to: new Date(toUnixMs).toISOString() }),
  }
}

function toJson({ models, written, refused }: Repriced) {
  return {
    written,
    refused,
    models: models.map(({ oldAtto, newAtto, statuses, ...change }) => ({
      ...change,
      old: formatAmount(oldAtto),
      new: formatAmount(newAtto),
      difference: formatAmount(newAtto - oldAtto),
      statuses: Object.fromEntries(statuses),
    })),
  }
}

const COLUMNS: readonly Column[] = [
  { name: 'provider', align: 'left' },
  { name: 'model', align: 'left' },
  { name: 'operations', align: 'right' },
  { name: 'changed', align: 'right' },
  { name: 'old USD', align: 'decimal' },
  { name: 'new USD', align: 'decimal' },
  { name: 'difference', align: 'decimal' },
  { name: 'statuses', align: 'left' },
]

function toText({ models, written, refused }: Repriced, applied: boolean): string {
  const changed = models.filter((each) => each.changed > 0)
  const count = changed.reduce((sum, each) => sum + each.changed, 0)
  const entries = models.reduce((sum, each) => sum + each.operations, 0)
  const done = applied ? `${written} correcting entries written` : 'nothing written: see --apply'
  return [
    ...(changed.length === 0
      ? []
      : [formatTable(COLUMNS, [...changed.map(toRow), toTotal(changed)])]),
    `${count} entries come out otherwise, of a spend of ${entries} operations; ${done}`,
    ...(refused > 0 ? [`${refused} left as they are: no ledger could hold the outcome`] : []),
  ].join('\n')
}

function toRow({ provider = '-', model = '-', ...change }: ModelChange): string[] {
  const { operations, oldAtto, newAtto, statuses } = change
  const moved = [...statuses].map(([name, count]) => `${count} ${name}`).join(', ')
  // What is unknown is never shown as 0.
  const isUnknown = (unpriced: number) => operations > 0 && unpriced === operations
  const amounts = [
    isUnknown(change.oldUnpriced) ? '?' : formatAmount(oldAtto),
    isUnknown(change.newUnpriced) ? '?' : formatAmount(newAtto),
    formatAmount(newAtto - oldAtto),
  ]
  return [provider, model, String(operations), String(change.changed), ...amounts, moved]
}

function toTotal(changes: readonly ModelChange[]): string[] {
  const add = (pick: (change: ModelChange) => bigint) =>
    changes.reduce((sum, change) => sum + pick(change), 0n)
  const oldAtto = add((each) => each.oldAtto)
  const newAtto = add((each) => each.newAtto)
  const amounts = [oldAtto, newAtto, newAtto - oldAtto].map(formatAmount)
  return ['total', '', '', '', ...amounts, '']
}
