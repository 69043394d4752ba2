import type { PoolClient } from 'pg'
import { ask } from './postgres-client.ts'

/** SQL that takes rows as one array for each of their columns. */

export type Column = readonly [name: string, type: string]

/** Inserts rows in their order. */
export function insertInto(table: string, columns: readonly Column[]): string {
  const names = columns.map(([name]) => name).join(', ')
  return `INSERT INTO ${table} (${names}) SELECT * FROM ${unnest(columns)}`
}

export function unnest(columns: readonly Column[]): string {
  const arrays = columns.map(([, type], index) => `$${index + 1}::${type}[]`)
  return `unnest(${arrays.join(', ')})`
}

/** Does nothing where there are no rows. */
export async function askRows<Row extends object = never>(
  client: Pick<PoolClient, 'query'>,
  name: string,
  text: string,
  rows: readonly (readonly unknown[])[],
): Promise<Row[]> {
  const [first] = rows
  if (first === undefined) return []
  const columns = Array.from(first, (_, column) => rows.map((row) => row[column]))
  return ask<Row & Record<string, unknown>>(client, name, text, columns)
}
