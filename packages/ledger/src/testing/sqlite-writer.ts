/**
 * A process to be killed: records round after round, as fast as it can, and says on standard output
 * what was acknowledged, one `trace span` a line. Arguments: the ledger's path, the first round.
 */
import { writeSync } from 'node:fs'
import { openSqliteStore } from '../stores/sqlite.ts'
import { createRound } from './rounds.ts'

const [path = '', first = ''] = process.argv.slice(2)
const store = await openSqliteStore({ path })
for (let round = Number(first); ; round += 1) {
  await Promise.all(
    createRound(round).map(async (entries) => {
      await store.record(entries)
      writeSync(1, entries.map(({ traceId, spanId }) => `${traceId} ${spanId}\n`).join(''))
    }),
  )
}
