import type { Pool, PoolClient } from 'pg'
import { checkLimit } from '../check-entry.ts'
import type { Fault, SumFault, TraceFault } from '../store.ts'
import { ask, inTransaction } from './postgres-client.ts'
import { decodeText } from './postgres-rows.ts'
import { decodeFaults, FIND_FAULTS, type FaultRow } from './sum-faults.ts'
import {
  createTraceChecks,
  decodeTraceFault,
  findMisrated,
  listRepricings,
  REPRICINGS_AT_A_TIME,
  type RepricingRow,
  type TraceFaultRow,
} from './trace-faults.ts'

type Client = Pick<PoolClient, 'query'>

/** The day is that of the entry's partition in all tables. */
const TRACE_CHECKS = createTraceChecks(['recorded_day'])

/** All of it is as of one moment, so that processors may go on writing, however long it takes. */
const AS_OF_NOW = `
  SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
  SET LOCAL statement_timeout = 0`

export async function verifyLedger(pool: Pool, limit: number): Promise<readonly Fault[]> {
  const most = checkLimit(limit)
  return inTransaction(pool, async (client) => {
    await client.query(AS_OF_NOW)
    return [...(await findFaults(client, most)), ...(await findMisratedAll(client, limit))]
  })
}

async function findFaults(client: Client, limit: bigint): Promise<readonly Fault[]> {
  const faults: Fault[] = []
  for (const question of FIND_FAULTS) faults.push(...(await findSumFaults(client, question, limit)))
  for (const [at, check] of TRACE_CHECKS.entries()) {
    const sql = `${check.sql} $1`
    const rows = await ask<TraceFaultRow & FaultRow>(client, `verify_traces_${at}`, sql, [limit])
    faults.push(...rows.map((row) => decodeTraceFault(check, row)))
  }
  return faults
}

async function findSumFaults(
  client: Client,
  { table, sql }: (typeof FIND_FAULTS)[number],
  limit: bigint,
): Promise<SumFault[]> {
  const rows = await ask<FaultRow>(client, `verify_${table}`, `${sql} $1`, [limit])
  const decoded = rows.map(({ error_type: errorType, ...row }) =>
    typeof errorType === 'string' ? { ...row, error_type: decodeText(errorType) } : row,
  )
  return decodeFaults(table, decoded)
}

async function findMisratedAll(client: Client, limit: number): Promise<readonly TraceFault[]> {
  const faults: TraceFault[] = []
  const sql = `${listRepricings('$1')} $2`
  let after = 0n
  while (faults.length < limit) {
    const values = [after, REPRICINGS_AT_A_TIME]
    const rows = await ask<RepricingRow>(client, 'list_repricings', sql, values)
    if (rows.length === 0) break
    faults.push(...findMisrated(rows))
    after = rows.at(-1)!.sequence
  }
  return faults.slice(0, limit)
}
