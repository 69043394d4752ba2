import type { PoolClient } from 'pg'
import { checkLimit } from '../check-entry.ts'
import type { Fault, SumFault, TraceFault } from '../store.ts'
import { ask } from './postgres-client.ts'
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

/** Each question is as of one moment, so that processors may go on writing. */
export async function verifyLedger(client: Client, limit: number): Promise<readonly Fault[]> {
  const most = checkLimit(limit)
  const faults: Fault[] = []
  for (const question of FIND_FAULTS) faults.push(...(await findFaults(client, question, most)))
  for (const [at, check] of TRACE_CHECKS.entries()) {
    const sql = `${check.sql} $1`
    const rows = await ask<TraceFaultRow & FaultRow>(client, `verify_traces_${at}`, sql, [most])
    faults.push(...rows.map((row) => decodeTraceFault(check, row)))
  }
  return [...faults, ...(await findMisratedAll(client, limit))]
}

async function findFaults(
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
