import { createHash } from 'node:crypto'
import { MOVED_TABLES, planConversion } from './tables.ts'
import type { Cell, Conversion, Table, TableSource, TableTarget } from './tables.ts'

/**
 * A ledger as text, a JSON value a line: a header, for each table its columns and then its rows as
 * arrays, and an end with the number of rows and the SHA-256 of all lines before. Ids are hex,
 * integers that no double holds are texts.
 */
const FORMAT = 'spancost-ledger'
const VERSION = 1

interface Header {
  readonly format: typeof FORMAT
  readonly version: typeof VERSION
  readonly beganAt: string
  readonly writtenAt: string
}

interface End {
  readonly rows: number
  readonly sha256: string
}

/** How much was moved. */
export interface MovedRows {
  /** By table; only tables with rows. */
  readonly rows: Readonly<Record<string, number>>
}

const LINES_PER_WRITE = 1000

/** Writes an archive, and answers how much is in it. Closes the source. */
export async function writeArchive(
  source: TableSource,
  write: (text: string) => Promise<void>,
): Promise<MovedRows> {
  const hash = createHash('sha256')
  const counts: Record<string, number> = {}
  async function writeLines(lines: readonly unknown[]): Promise<void> {
    const text = lines.map((line) => `${JSON.stringify(line, toJson)}\n`).join('')
    hash.update(text)
    await write(text)
  }
  try {
    const header: Header = {
      format: FORMAT,
      version: VERSION,
      beganAt: new Date(source.beganAtUnixMs).toISOString(),
      writtenAt: new Date().toISOString(),
    }
    await writeLines([header])
    for (const table of source.tables) {
      await writeLines([{ table: table.name, columns: table.columns }])
      for await (const rows of source.read(table)) {
        counts[table.name] = (counts[table.name] ?? 0) + rows.length
        for (let start = 0; start < rows.length; start += LINES_PER_WRITE) {
          await writeLines(rows.slice(start, start + LINES_PER_WRITE))
        }
      }
    }
    const end: End = { rows: addUp(counts), sha256: hash.digest('hex') }
    await write(`${JSON.stringify({ end })}\n`)
    return { rows: counts }
  } finally {
    await source.close()
  }
}

function toJson(_: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

function addUp(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

const ROWS_PER_WRITE = 1000

/**
 * Reads an archive into an empty ledger: all of it, or nothing.
 * @throws Error that names the line, if it is no archive, or not the one that was written.
 */
export async function readArchive(
  lines: AsyncIterable<string>,
  target: TableTarget,
): Promise<MovedRows> {
  try {
    return await readLines(lines, target)
  } catch (error) {
    await target.abort()
    throw error
  }
}

async function readLines(lines: AsyncIterable<string>, target: TableTarget): Promise<MovedRows> {
  const hash = createHash('sha256')
  const counts: Record<string, number> = {}
  let header: Header | undefined
  let open: OpenTable | undefined
  let end: End | undefined
  let number = 0
  for await (const line of lines) {
    number += 1
    const fail = (reason: string) => new Error(`line ${number}: ${reason}`)
    const value = parseLine(line)
    if (value === undefined) throw fail('not JSON: the archive is damaged or cut off')
    if (end !== undefined) throw fail('there is something after the end')
    if (header === undefined) {
      header = readHeader(value)
      if (header === undefined) throw fail(`not the header of a ${FORMAT} of version ${VERSION}`)
    } else if (Array.isArray(value)) {
      if (open === undefined) throw fail('a row without a table')
      await open.add(value as (string | number | null)[], number)
      counts[open.name] = (counts[open.name] ?? 0) + 1
    } else if (isEnd(value)) {
      end = value.end
      await open?.flush()
      if (end.rows !== addUp(counts)) throw fail(`${addUp(counts)} rows, not ${end.rows}`)
      if (end.sha256 !== hash.digest('hex')) throw fail('the checksum differs: it is damaged')
    } else {
      await open?.flush()
      open = openTable(value, target)
      if (open === undefined) throw fail('a table that this spancost does not know')
    }
    if (end === undefined) hash.update(`${line}\n`)
  }
  if (header === undefined) throw new Error('the archive is empty')
  if (end === undefined) throw new Error(`line ${number}: the end is missing: it was cut off`)
  await target.finish(Date.parse(header.beganAt))
  return { rows: counts }
}

interface OpenTable {
  readonly name: string
  add(cells: readonly (string | number | null)[], line: number): Promise<void>
  flush(): Promise<void>
}

function openTable(value: object, target: TableTarget): OpenTable | undefined {
  const { table: name, columns } = value as { readonly table?: string; readonly columns?: string[] }
  const isKnown = MOVED_TABLES.some((one) => one === name)
  const found = target.tables.find((one) => one.name === name)
  if (!isKnown || found === undefined || columns === undefined || name === undefined)
    return undefined
  const from: Table = { name, columns }
  const conversion: Conversion = planConversion(from, found)
  const to: Table = { name, columns: conversion.columns }
  let rows: (readonly Cell[])[] = []
  async function flush(): Promise<void> {
    if (rows.length > 0) await target.write(to, rows)
    rows = []
  }
  return {
    name,
    flush,
    async add(cells, line) {
      if (cells.length !== from.columns.length)
        throw new Error(`line ${line}: not a row of ${name}`)
      rows.push(conversion.convert(cells.map((cell, at) => toCell(from.columns[at]!, cell))))
      if (rows.length >= ROWS_PER_WRITE) await flush()
    },
  }
}

/** Texts and ids; everything else is an integer. */
const TEXTS = new Set([
  'id',
  'labels',
  'label_set',
  'trace_id',
  'span_id',
  'parent_span_id',
  'standing',
  'status',
  'error_type',
  'details',
  'rating',
  'reason',
  'name',
  'service',
  'text',
  'role',
  'response',
])

function toCell(column: string, value: string | number | null): Cell {
  if (value === null) return null
  return TEXTS.has(column) ? String(value) : BigInt(value)
}

function parseLine(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function readHeader(value: object): Header | undefined {
  const { format, version, beganAt } = value as Partial<Header>
  const isGood =
    format === FORMAT && version === VERSION && !Number.isNaN(Date.parse(beganAt ?? ''))
  return isGood ? (value as Header) : undefined
}

function isEnd(value: object): value is { readonly end: End } {
  return 'end' in value
}
