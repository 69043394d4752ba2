import type { DatabaseSync } from 'node:sqlite'
import type { Note } from '../store.ts'
import { prepare } from './sqlite-statements.ts'

export interface Notes {
  read(name: string): Note | undefined
  /** In a transaction of its own, and on the disk when it answers. */
  write(name: string, text: string, version: number): boolean
}

export function createNotes(database: DatabaseSync): Notes {
  const find = prepare<{ readonly version: bigint; readonly text: string }>(
    database,
    'SELECT version, text FROM notes WHERE name = ?',
  )
  const insert = prepare(
    database,
    'INSERT INTO notes (name, version, text) VALUES (?, 1, ?) ON CONFLICT DO NOTHING',
  )
  const update = prepare(
    database,
    'UPDATE notes SET version = version + 1, text = ? WHERE name = ? AND version = ?',
  )
  return {
    read(name) {
      const row = find.get(name)
      return row === undefined ? undefined : { version: Number(row.version), text: row.text }
    },
    write(name, text, version) {
      const { changes } =
        version === 0 ? insert.run(name, text) : update.run(text, name, BigInt(version))
      return BigInt(changes) === 1n
    },
  }
}
