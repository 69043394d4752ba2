import { expect, test } from 'vitest'
import { readConfig } from './config.ts'
import { openLedger } from './open-ledger.ts'

function readLedger(text: string) {
  const read = readConfig(`ledger: ${text}`, {
    LEDGER_URL: 'postgres://me:secret@127.0.0.1:1/costs',
  })
  return read.kind === 'config' ? read.config.ledger : read.faults
}

test('PostgreSQL by its URL, whose password is in no message', async () => {
  const config = readLedger("{store: postgres, url: '${env:LEDGER_URL}'}")
  expect(config).toEqual({
    store: 'postgres',
    path: './.spancost/ledger.db',
    settleAfterMs: 120_000,
    // 90 days.
    retention: { decisionsMs: 7_776_000_000 },
    url: 'postgres://me:secret@127.0.0.1:1/costs',
  })
  // Nothing listens on port 1.
  await expect(openLedger(config as never)).rejects.toThrow(
    'cannot open the ledger postgres://127.0.0.1:1/costs: connect ECONNREFUSED 127.0.0.1:1',
  )
})

test('a URL of something else is refused', () => {
  expect(readLedger("{store: postgres, url: 'mysql://localhost/costs'}")).toMatchObject([
    { path: 'ledger.url', message: 'expected postgres://user:password@host:port/database' },
  ])
})

test('SQLite without any', async () => {
  const store = await openLedger({ store: 'sqlite', path: ':memory:' })
  expect(await store.totals()).toEqual([])
  await store.close()
})
