import type { PoolClient } from 'pg'
import type { SpendLine } from '../budget-accounts.ts'
import { ask } from './postgres-client.ts'
import type { Line } from './postgres-sums.ts'
import { SUM_COLUMNS } from './rows.ts'
import { decodeLine, type LineRow } from './spend-lines.ts'
import { FIGURES } from './sum-lines.ts'

const FIND_LABELS = 'SELECT id, labels FROM label_sets WHERE id = ANY ($1::uuid[])'

const COLUMNS = `label_set, status, operations, ${SUM_COLUMNS.join(', ')}`

/** What retention has dropped is known by the hour. */
const DECLARE = `
  DECLARE spend_lines NO SCROLL CURSOR FOR
  SELECT labels, found.* FROM (
    SELECT hour, hour_nano, ${COLUMNS} FROM lines WHERE hour >= $1
    UNION ALL SELECT hour, 0::bigint, ${COLUMNS} FROM dropped_hourly WHERE hour >= $1
  ) AS found JOIN label_sets ON label_sets.id = found.label_set`

const MS_PER_HOUR = 3_600_000

/** What a transaction has added to the sums, with labels in the place of their ids. */
export async function readLines(
  client: PoolClient,
  lines: readonly Line[],
): Promise<readonly SpendLine[]> {
  const ids = [...new Set(lines.map((line) => line.label_set))]
  type Row = { readonly id: string; readonly labels: string }
  const rows = await ask<Row>(client, 'find_labels', FIND_LABELS, [ids])
  const labels = new Map(rows.map((row) => [row.id, row.labels]))
  return lines.map((line) => {
    const figures = Object.fromEntries(FIGURES.map((name, at) => [name, line.figures[at]!]))
    const { hour, hour_nano, status } = line
    const row = { ...figures, hour, hour_nano, status, labels: labels.get(line.label_set)! }
    return decodeLine(row as unknown as LineRow)
  })
}

/** Everything that started in an hour from this on, in pieces, within the transaction. */
export async function readLinesSince(
  client: PoolClient,
  fromUnixMs: number,
  take: (lines: SpendLine[]) => Promise<void>,
): Promise<void> {
  await client.query(DECLARE, [Math.floor(fromUnixMs / MS_PER_HOUR)])
  for (;;) {
    const { rows } = await client.query<LineRow>('FETCH 10000 FROM spend_lines')
    if (rows.length === 0) break
    await take(rows.map(decodeLine))
  }
  await client.query('CLOSE spend_lines')
}
