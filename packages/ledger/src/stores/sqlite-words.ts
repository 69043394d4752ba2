import type { DatabaseSync } from 'node:sqlite'
import { prepare } from './sqlite-statements.ts'

/** The words of a ledger's details, as the thread knows them. */
export interface Words {
  /** By their numbers. It grows, and is never another one. */
  readonly all: readonly string[]
  /** Takes words over, before anything that may fail: later entries may name them, too. */
  add(words: readonly string[]): void
  /** Writes down, within the transaction that is open, all that are not written yet. */
  write(): void
  /** After a commit: what was written down is there to stay. */
  keep(): void
}

export function createWords(database: DatabaseSync): Words {
  const all = prepare<{ readonly text: string }>(database, 'SELECT text FROM words ORDER BY number')
    .all()
    .map(({ text }) => text)
  const insert = prepare(database, 'INSERT INTO words VALUES (?, ?)')
  let kept = all.length
  return {
    all,
    add(words) {
      all.push(...words)
    },
    write() {
      for (let number = kept; number < all.length; number += 1) {
        insert.run(BigInt(number), all[number]!)
      }
    },
    keep() {
      kept = all.length
    },
  }
}
