import type { Operation } from '@spancost/genai'
import { hashResponse } from '../stores/postgres-rows.ts'
import { hashText } from '../trace-ids.ts'

/**
 * A ledger as tables, to move it from one store to another. Both stores have the same tables; where
 * a column is only in one of them, it follows from others.
 */
export type Cell = string | bigint | null

export interface Table {
  readonly name: string
  readonly columns: readonly string[]
}

export interface TableSource {
  readonly beganAtUnixMs: number
  readonly tables: readonly Table[]
  /** Batches of rows, in an order in which they can be written again. */
  read(table: Table): AsyncIterable<readonly (readonly Cell[])[]>
  close(): Promise<void>
}

/** All of it appears at once with `finish`, or nothing does. */
export interface TableTarget {
  readonly tables: readonly Table[]
  write(table: Table, rows: readonly (readonly Cell[])[]): Promise<void>
  finish(beganAtUnixMs: number): Promise<void>
  /** Undoes everything. */
  abort(): Promise<void>
}

/**
 * What is moved, if a ledger has it, in this order. Label sets come early: other tables name them by
 * `label_set`. What is not here (ids, traces, words, long traces) is made from entries
 * again.
 */
export const MOVED_TABLES = [
  'label_sets',
  'entries',
  'corrections',
  'repricings',
  'unsettled',
  'relatives',
  'hourly',
  'totals',
  'reversals',
  'dropped_hourly',
  'dropped_totals',
  'dropped_reversals',
  'notes',
  'counters',
  'decisions',
  'budget_audit',
  'ledger',
] as const

const MS_PER_DAY = 86_400_000n

type Row = Readonly<Record<string, Cell>>

/** How columns that only one store has follow from those that both have. */
const DERIVED: Readonly<Record<string, (row: Row) => Cell>> = {
  recorded_day: (row) => (row['recorded_at_unix_ms'] as bigint) / MS_PER_DAY,
  recorded_at_unix_ms: (row) => (row['recorded_day'] as bigint) * MS_PER_DAY,
  role: (row) => readOperation(row).role,
  response_hash: (row) => hashAnswer(readOperation(row)),
  response: (row) => hashResponse(readOperation(row)) ?? null,
}

function hashAnswer({ role, responseId }: Operation): bigint | null {
  return role === 'leaf' && responseId ? BigInt(hashText(responseId)) : null
}

function readOperation(row: Row): Operation {
  return (JSON.parse(row['details'] as string) as { readonly operation: Operation }).operation
}

export interface Conversion {
  readonly columns: readonly string[]
  convert(cells: readonly Cell[]): readonly Cell[]
}

/**
 * From the columns of an archive to those of a table. A column that the archive lacks has its
 * default. @throws Error for one that the table lacks, if it does not follow from others.
 */
export function planConversion(from: Table, to: Table): Conversion {
  const lost = from.columns.filter((name) => !to.columns.includes(name) && !isDerived(name))
  if (lost.length > 0) {
    throw new Error(
      `this spancost does not know ${lost.map((name) => `${from.name}.${name}`).join(', ')}: ` +
        'use the newer one that wrote it',
    )
  }
  const columns = to.columns.filter(
    (name) => from.columns.includes(name) || isDerivable(name, from),
  )
  return {
    columns,
    convert(cells) {
      const row = Object.fromEntries(from.columns.map((name, index) => [name, cells[index]!]))
      return columns.map((name) => (from.columns.includes(name) ? row[name]! : DERIVED[name]!(row)))
    },
  }
}

function isDerived(name: string): boolean {
  return Object.hasOwn(DERIVED, name)
}

function isDerivable(name: string, { columns }: Table): boolean {
  if (name === 'recorded_day') return columns.includes('recorded_at_unix_ms')
  if (name === 'recorded_at_unix_ms') return columns.includes('recorded_day')
  return isDerived(name) && columns.includes('details')
}
