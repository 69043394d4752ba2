import type { DatabaseSync } from 'node:sqlite'
import { prepare } from './sqlite-statements.ts'

/** Together they bound the memory: 10 000 texts of 1 000 characters. Others are looked up. */
const MAX_KNOWN = 10_000
const MAX_KNOWN_LENGTH = 1_000

export interface LabelSets {
  /** The id of a set of labels, given as `encodeLabels` writes it; writes the set where it is new. */
  getId(text: string): number
  /** Must be called after a rollback: what the transaction wrote is gone, and its ids with it. */
  forget(): void
}

/** The dictionary of label sets, with the ones in use kept in memory. */
export function createLabelSets(database: DatabaseSync): LabelSets {
  const known = new Map<string, number>()
  const find = prepare<{ readonly id: bigint }>(
    database,
    'SELECT id FROM label_sets WHERE labels = ?',
  )
  const insert = prepare(database, 'INSERT INTO label_sets (labels) VALUES (?)')

  function getId(text: string): number {
    const knownId = known.get(text)
    if (knownId !== undefined) return knownId

    const id = Number(find.get(text)?.id ?? insert.run(text).lastInsertRowid)
    if (known.size >= MAX_KNOWN) known.clear()
    if (text.length <= MAX_KNOWN_LENGTH) known.set(text, id)
    return id
  }

  return { getId, forget: () => known.clear() }
}
