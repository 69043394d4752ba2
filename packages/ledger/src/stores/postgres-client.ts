import { types, type CustomTypesConfig, type Pool, type PoolClient, type QueryResultRow } from 'pg'

/** What the PostgreSQL store asks of the driver. */

/** Object ids of `bigint` and `numeric`; https://www.postgresql.org/docs/current/datatype-oid.html */
const WHOLE_NUMBERS = new Set([20, 1700])

/** All that the store reads of these types is whole: counts, limbs and their sums. */
export const parseIntegers: CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): never {
    return (WHOLE_NUMBERS.has(oid) ? BigInt : types.getTypeParser(oid, format)) as never
  },
}

/** Commits what `work` did, or undoes all of it and throws what `work` threw. */
export async function inTransaction<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  let failure: Error | undefined
  // Without a listener, a connection that breaks meanwhile would end the process; the query fails.
  const ignore = (): void => {}
  client.on('error', ignore)
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    client.off('error', ignore)
    // A connection that something went wrong on is closed, which undoes its transaction.
    client.release(failure)
  }
}

/** `Row` is a promise of the caller: nothing checks it against the SQL. */
export async function ask<Row extends QueryResultRow>(
  client: Pick<PoolClient, 'query'>,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  // With a name, the server plans it once for each connection.
  const { rows } = await client.query<Row>({ name, text, values: [...values] })
  return rows
}
