import { formatAmount, rateOperation } from '@spancost/pricing'
import type { CostReason, Rating } from '@spancost/pricing'
import { describeError } from '../describe-error.ts'
import type { Books } from '../open-book.ts'
import { openConfigured } from './config-source.ts'
import { writeLine, writeText, type Io } from './io.ts'
import { readLines, type Line } from './lines.ts'
import { readRecord, TEXT_FIELDS, USAGE_FIELDS, type ReadRecord } from './usage-record.ts'
import { readFlags, UsageError, type Verb } from './verb.ts'

const TEXT_FLAGS = new Map(
  [...TEXT_FIELDS, 'tenant', 'timestamp'].map((field) => [toFlag(field), field]),
)
const USAGE_FLAGS = new Map(USAGE_FIELDS.map((field) => [toFlag(field), field]))

const FLAGS = {
  config: { type: 'string' },
  json: { type: 'boolean' },
  jsonl: { type: 'boolean' },
  ...Object.fromEntries(
    [...TEXT_FLAGS.keys(), ...USAGE_FLAGS.keys()].map((flag) => [
      flag,
      { type: 'string' } as const,
    ]),
  ),
} as const

const MAX_LINE_BYTES = 1024 * 1024

/** Prices usage that is not on a span: one call from flags, or many from standard input. */
export const price: Verb = {
  name: 'price',
  summary: 'price usage, from flags or JSON lines',
  help: `Usage: spancost price --model MODEL [--provider PROVIDER] [flags]
       spancost price --jsonl < usage.jsonl

  --jsonl             one JSON object a line on standard input, one a line on standard output
  --json              the answer as JSON
  --provider NAME     such as openai
  --model NAME        the model that answered
  --timestamp WHEN    ISO 8601 or Unix milliseconds; default: now
  --service-tier T    standard, batch, flex, priority or fast
  --region NAME       --server-address HOST
  --tenant NAME       by the prices of a tenant, where the config has such
  --config FILE       whose prices hold; default: ./spancost.yaml, if it is there

Totals with their parts, in whole numbers (seconds may have fractions):
${[...USAGE_FLAGS.keys()].map((flag) => `  --${flag} N`).join('\n')}

With --jsonl a line is {"provider", "model", "timestamp"?, "serviceTier"?, "region"?,
"serverAddress"?, "tenant"?, "usage": {"inputTokens", ...}}. A line that is none of this is
answered with "status": "unpriced" and an "error", and the exit code is 1 in the end.`,
  async run(argv, io) {
    const { values } = readFlags(argv, FLAGS)
    const { config, json, jsonl, ...flags } = values
    const given: Readonly<Record<string, unknown>> = flags
    if (jsonl === true) {
      const [flag] = Object.keys(given)
      if (flag !== undefined) throw new UsageError(`--${flag} does not go with --jsonl`)
      const opened = await openConfigured(config, io)
      return opened === undefined ? 1 : priceLines(opened.books, io)
    }
    const record = readFlagRecord(given)
    const opened = await openConfigured(config, io)
    if (opened === undefined) return 1
    const rating = rateOperation(record.operation, record.atMs, opened.books.of(record.tenant))
    await writeLine(io.stdout, json === true ? toJson(rating) : toText(rating))
    return 0
  },
}

/** `cacheWrite5mTokens` is given as `--cache-write-5m-tokens`. */
function toFlag(field: string): string {
  return field.replaceAll(/[A-Z0-9]/g, (found) => `-${found.toLowerCase()}`)
}

function readFlagRecord(given: Readonly<Record<string, unknown>>) {
  const usage: Record<string, number> = {}
  const fields: Record<string, unknown> = { usage }
  for (const [flag, text] of Object.entries(given)) {
    const countField = USAGE_FLAGS.get(flag)
    if (countField === undefined) {
      fields[TEXT_FLAGS.get(flag)!] = text
      continue
    }
    if (!/^\d+(?:\.\d+)?$/.test(String(text))) {
      throw new UsageError(`--${flag}: expected a number, found ${String(text)}`)
    }
    usage[countField] = Number(text)
  }
  if (fields['model'] === undefined) throw new UsageError('--model is missing (or --jsonl)')
  const record = readRecord(fields, Date.now())
  if (record.kind === 'malformed') throw new UsageError(record.message)
  return record
}

async function priceLines(books: Books, io: Io): Promise<0 | 1> {
  let isAnyMalformed = false
  for await (const lines of readLines(io.stdin, MAX_LINE_BYTES)) {
    let answers = ''
    for (const line of lines) {
      const { json, isMalformed } = priceLine(line, books)
      answers += `${json}\n`
      isAnyMalformed ||= isMalformed
    }
    await writeText(io.stdout, answers)
  }
  return isAnyMalformed ? 1 : 0
}

function priceLine(line: Line, books: Books): { json: string; isMalformed: boolean } {
  const read = readLine(line)
  if (read.kind === 'record') {
    const rating = rateOperation(read.operation, read.atMs, books.of(read.tenant))
    return { json: toJson(rating), isMalformed: false }
  }
  const reason: CostReason = 'bad_usage'
  const answer = {
    status: 'unpriced',
    reason,
    error: read.message,
    book: books.of(undefined).id,
    units: [],
  }
  return { json: JSON.stringify(answer), isMalformed: true }
}

function readLine(line: Line): ReadRecord {
  if (line.kind === 'too_long') {
    return { kind: 'malformed', message: `the line is longer than ${MAX_LINE_BYTES} bytes` }
  }
  if (line.kind === 'not_utf8') return { kind: 'malformed', message: 'the line is not UTF-8' }
  let value: unknown
  try {
    value = JSON.parse(line.text)
  } catch (error) {
    return { kind: 'malformed', message: `not JSON: ${describeError(error)}` }
  }
  return readRecord(value, Date.now())
}

function toJson({ status, costAtto, list, reason, card, book, lines }: Rating): string {
  return JSON.stringify({
    status,
    usd: costAtto === undefined ? undefined : formatAmount(costAtto),
    list,
    reason,
    card,
    book,
    units: lines.map(({ unit, quantity, rate, costAtto: lineAtto }) => ({
      unit,
      quantity,
      rate,
      usd: formatAmount(lineAtto),
    })),
  })
}

function toText({ status, costAtto, list, reason, detail, card, book, lines }: Rating): string {
  const amount = costAtto === undefined ? 'no price' : `${formatAmount(costAtto)} USD`
  const why = reason === undefined ? '' : `, ${reason}${detail === undefined ? '' : `: ${detail}`}`
  const before = list === undefined ? '' : `; list ${list}`
  return [
    `${amount} (${status}${why}${before})`,
    ...lines.map(
      ({ unit, quantity, rate, costAtto: lineAtto }) =>
        `  ${unit.padEnd(16)} ${quantity} x ${rate} = ${formatAmount(lineAtto)}`,
    ),
    `  ${card === undefined ? '' : `card ${card}, `}book ${book}`,
  ].join('\n')
}
