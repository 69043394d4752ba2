import type { Pool } from 'pg'
import type { Store } from '../store.ts'
import { ask } from './postgres-client.ts'

const FIND = 'SELECT version, text FROM notes WHERE name = $1'
const INSERT = `
  INSERT INTO notes (name, version, text) VALUES ($1, 1, $2) ON CONFLICT DO NOTHING
  RETURNING version`
const UPDATE = `
  UPDATE notes SET version = version + 1, text = $2 WHERE name = $1 AND version = $3
  RETURNING version`

/** What `Store` promises of notes; each statement is a transaction. */
export function createPostgresNotes(pool: Pool): Pick<Store, 'readNote' | 'writeNote'> {
  return {
    async readNote(name) {
      type Row = { readonly version: bigint; readonly text: string }
      const [row] = await ask<Row>(pool, 'find_note', FIND, [name])
      return row === undefined ? undefined : { version: Number(row.version), text: row.text }
    },
    async writeNote(name, text, version) {
      const written =
        version === 0
          ? await ask(pool, 'insert_note', INSERT, [name, text])
          : await ask(pool, 'update_note', UPDATE, [name, text, version])
      return written.length === 1
    },
  }
}
