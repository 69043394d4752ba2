import { exportBook } from '@spancost/pricing'
import { readInstant } from '../instant.ts'
import { openConfigured } from './config-source.ts'
import { writeLine, type ExitCode, type Io } from './io.ts'
import { auditBook } from './prices-audit.ts'
import { compareBookFile } from './prices-compare.ts'
import { readFlags, UsageError, type Verb } from './verb.ts'

const FLAGS = {
  config: { type: 'string' },
  json: { type: 'boolean' },
  against: { type: 'string' },
  at: { type: 'string' },
  missing: { type: 'boolean' },
} as const

/** Looks after the price book: what it is, what a new one would change, what others say. */
export const prices: Verb = {
  name: 'prices',
  summary: 'export, check, compare and audit price books',
  help: `Usage: spancost prices export > book.json
       spancost prices check FILE        what is wrong or suspicious about a new book
       spancost prices diff FILE         what it would change
       spancost prices audit --against FILE [--missing] [--at WHEN]

  export          the book that comes with us as one JSON file, for prices.book.path
  check           as the processor would before it took the book; exits with 1 if it would not
  diff            each card that is added, removed or changed, beside the book of the config;
                  exits with 1 if there is one
  audit           the book beside somebody else's table: LiteLLM, Langfuse, Portkey or genai-prices,
                  told by its shape; exits with 1 if a rate differs
  --missing       of an audit, also what the book has no price for
  --at WHEN       of an audit, as of when; ISO 8601 or Unix milliseconds, default: now
  --config FILE   whose prices are compared; default: ./spancost.yaml, if it is there
  --json          one JSON object`,
  async run(argv, io) {
    const { values, positionals } = readFlags(argv, FLAGS, { takesOperands: true })
    const [action, file, ...rest] = positionals
    const { against } = values
    if (action === 'export' && file === undefined) return exportAll(io)
    const isAudit = action === 'audit' && against !== undefined && file === undefined
    const isComparison = (action === 'check' || action === 'diff') && file !== undefined
    if (rest.length > 0 || !(isAudit || isComparison)) {
      throw new UsageError('expected `export`, `check FILE`, `diff FILE` or `audit --against FILE`')
    }
    const atMs = readInstant(values.at ?? Date.now())
    if (atMs === undefined) throw new UsageError(`--at: no instant: ${values.at}`)
    const opened = await openConfigured(values.config, io)
    if (opened === undefined) return 1
    const { json = false, missing = false } = values
    return isAudit
      ? auditBook(opened.books.of(undefined), against, { atMs, json, missing }, io)
      : compareBookFile(opened.config.prices.book, file!, { action, json }, io)
  },
}

async function exportAll(io: Io): Promise<ExitCode> {
  await writeLine(io.stdout, JSON.stringify(await exportBook(), undefined, 1))
  return 0
}
