import { readFile, stat } from 'node:fs/promises'
import {
  auditTable,
  readTable,
  TABLE_FORMATS,
  type AuditedRow,
  type PriceBook,
} from '@spancost/pricing'
import { describeError } from '../describe-error.ts'
import { writeLine, writeText, type ExitCode, type Io } from './io.ts'

interface AuditOptions {
  readonly atMs: number
  readonly json: boolean
  /** Whether rows that the book has no price for are listed, too. */
  readonly missing: boolean
}

const MAX_TABLE_BYTES = 64 * 1024 * 1024

/** Prints where a book and somebody else's table differ. A finding is 1. */
export async function auditBook(
  book: PriceBook,
  file: string,
  { atMs, json, missing }: AuditOptions,
  io: Io,
): Promise<ExitCode> {
  let value: unknown
  try {
    const { size } = await stat(file)
    if (size > MAX_TABLE_BYTES)
      throw new Error(`${size} bytes; at most ${MAX_TABLE_BYTES} are read`)
    value = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    await writeLine(io.stderr, `${file}: ${describeError(error)}`)
    return 2
  }
  const table = readTable(value, file, atMs)
  if (table === undefined) {
    await writeLine(io.stderr, `${file}: no table of ${TABLE_FORMATS.join(', ')}`)
    return 2
  }
  const rows = auditTable(book, table, atMs)
  const counts = { agrees: 0, differs: 0, missing: 0 }
  for (const { outcome } of rows) counts[outcome] += 1
  const shown = rows.filter(
    ({ outcome }) => outcome === 'differs' || (missing && outcome === 'missing'),
  )
  const at = new Date(atMs).toISOString()
  if (json) {
    const audit = { file, format: table.format, book: book.id, at, counts, rows: shown.map(toJson) }
    await writeLine(io.stdout, JSON.stringify(audit))
  } else {
    const { agrees, differs, missing: absent } = counts
    const sum = `${file} (${table.format}): ${agrees} agree, ${differs} differ, ${absent} missing here`
    const lines = [...shown.map(toText), sum, `book ${book.id}, at ${at}`]
    await writeText(io.stdout, lines.map((line) => `${line}\n`).join(''))
  }
  return counts.differs > 0 ? 1 : 0
}

function toJson({ row, outcome, reason, card, units }: AuditedRow) {
  const { name, provider, model, serviceTier, region, above } = row
  const { id, source, contested } = card ?? {}
  const place = { name, provider, model, serviceTier, region, aboveInputTokens: above }
  return { outcome, ...place, reason, card: id, source, contested, units }
}

function toText({ row, outcome, reason, card, units }: AuditedRow): string {
  const { provider, model, serviceTier, region, above } = row
  const place = [serviceTier, region, above && `above ${above}`].filter((each) => each)
  const name = [provider, model].filter((each) => each !== undefined).join('/')
  const head = `${outcome} ${[name, ...place].join(' ')}`
  if (card === undefined) return `${head}: ${reason}`
  const rates = units
    .filter(({ ours, theirs }) => ours !== theirs)
    .map(({ unit, ours = 'none', theirs }) => `${unit} ${ours}, theirs ${theirs}`)
  const doubt = card.contested === undefined ? '' : ` (contested: ${card.contested})`
  return `${head}: ${rates.join('; ')} [${card.id}]${doubt}`
}
