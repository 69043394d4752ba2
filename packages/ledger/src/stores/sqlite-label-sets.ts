import type { DatabaseSync } from 'node:sqlite'
import { prepare } from './sqlite-statements.ts'

/**
 * Characters of the sets that are known, about as many bytes: 90 000 sets with a user in each. To look
 * a set up takes as long as to write its entry.
 */
const MAX_KNOWN_LENGTH = 16 * 1024 * 1024
/** What a set takes beside its text, as a number of characters. */
const EXTRA_LENGTH = 64
/** Longer texts are looked up each time. */
const MAX_TEXT_LENGTH = 1_000

export interface LabelSets {
  /** The id of a set of labels, given as `encodeLabels` writes it; writes the set where it is new. */
  getId(text: string): number
  /** Must be called after a rollback: what the transaction wrote is gone, and its ids with it. */
  forget(): void
}

/** The dictionary of label sets, with the ones in use kept in memory. */
export function createLabelSets(database: DatabaseSync): LabelSets {
  const known = new Map<string, number>()
  let knownLength = 0
  const find = prepare<{ readonly id: bigint }>(
    database,
    'SELECT id FROM label_sets WHERE labels = ?',
  )
  const insert = prepare(database, 'INSERT INTO label_sets (labels) VALUES (?)')

  function getId(text: string): number {
    const knownId = known.get(text)
    if (knownId !== undefined) return knownId

    const id = Number(find.get(text)?.id ?? insert.run(text).lastInsertRowid)
    if (text.length <= MAX_TEXT_LENGTH) keep(text, id)
    return id
  }

  function keep(text: string, id: number): void {
    if (knownLength >= MAX_KNOWN_LENGTH) forget()
    known.set(text, id)
    knownLength += text.length + EXTRA_LENGTH
  }

  function forget(): void {
    known.clear()
    knownLength = 0
  }

  return { getId, forget }
}
