import type { DatabaseSync } from 'node:sqlite'
import type { SpendLine } from '../budget-accounts.ts'
import { SUM_COLUMNS } from './rows.ts'
import { decodeLine, type LineRow } from './spend-lines.ts'
import { prepare } from './sqlite-statements.ts'
import { SELECT_OF_ENTRY } from './sum-lines.ts'

/** What a transaction has added: counted entries, and corrections. */
const READ_AFTER = `
  SELECT labels, lines.* FROM (
    SELECT hour, hour_nano, label_set, status, operations, ${SUM_COLUMNS.join(', ')} FROM (
      SELECT hour, hour_nano, label_set, status, ${SELECT_OF_ENTRY} FROM entries
      WHERE sequence > ?1 AND standing = 'counted')
    UNION ALL
    SELECT hour, hour_nano, label_set, status, operations, ${SUM_COLUMNS.join(', ')}
    FROM corrections WHERE sequence > ?2
  ) AS lines JOIN label_sets ON label_sets.id = lines.label_set`

const FIGURES = `operations, ${SUM_COLUMNS.join(', ')}`

/** What retention has dropped is known by the hour. */
const READ_SINCE = `
  SELECT labels, found.* FROM (
    SELECT hour, hour_nano, label_set, status, ${FIGURES} FROM lines WHERE hour >= ?1
    UNION ALL
    SELECT hour, 0, label_set, status, ${FIGURES} FROM dropped_hourly WHERE hour >= ?1
  ) AS found JOIN label_sets ON label_sets.id = found.label_set`

const MS_PER_HOUR = 3_600_000
const BATCH = 10_000

export interface LineReader {
  readAfter(entry: bigint, correction: bigint): readonly SpendLine[]
  /** Everything that started in an hour from this on, in pieces. */
  readSince(fromUnixMs: number, take: (lines: readonly SpendLine[]) => void): void
}

export function createLineReader(database: DatabaseSync): LineReader {
  const after = prepare<LineRow>(database, READ_AFTER)
  const since = database.prepare(READ_SINCE)
  since.setReadBigInts(true)
  return {
    readAfter: (entry, correction) => after.all(entry, correction).map(decodeLine),
    readSince(fromUnixMs, take) {
      const hour = BigInt(Math.floor(fromUnixMs / MS_PER_HOUR))
      let lines: SpendLine[] = []
      for (const row of since.iterate(hour)) {
        lines.push(decodeLine(row as unknown as LineRow))
        if (lines.length < BATCH) continue
        take(lines)
        lines = []
      }
      take(lines)
    },
  }
}
