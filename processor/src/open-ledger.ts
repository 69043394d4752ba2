import { openPostgresStore, openSqliteStore, type Store } from '@spancost/ledger'
import type { Config } from './config.ts'

/** Opens the ledger that the config names. @throws Error that names it, if it cannot be used. */
export function openLedger({
  store,
  path,
  url,
}: Pick<Config['ledger'], 'store' | 'path' | 'url'>): Promise<Store> {
  return store === 'postgres' ? openPostgresStore({ url: url! }) : openSqliteStore({ path })
}
