import { genaiPrices } from './genai-prices.ts'
import { langfuse } from './langfuse.ts'
import { litellm } from './litellm.ts'
import { portkey } from './portkey.ts'
import type { PriceTable, TableReader } from './table.ts'

/** Asked in this order; each knows its own format. */
const READERS: readonly TableReader[] = [litellm, langfuse, portkey, genaiPrices]

/** The formats of tables, for people. */
export const TABLE_FORMATS: readonly string[] = READERS.map(({ format }) => format)

/**
 * Reads somebody else's price table, in whichever format it is. `undefined`: in none that we know.
 * @param name of the file, which tells the provider where the table does not.
 * @param atMs for when; of tables with dates, only what held then.
 */
export function readTable(value: unknown, name: string, atMs: number): PriceTable | undefined {
  for (const { format, read } of READERS) {
    const rows = read(value, name, atMs)
    if (rows !== undefined) return { format, rows }
  }
  return undefined
}
