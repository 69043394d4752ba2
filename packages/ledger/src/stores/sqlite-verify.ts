import type { DatabaseSync } from 'node:sqlite'
import { checkLimit } from '../check-entry.ts'
import type { Fault, TraceFault } from '../store.ts'
import { prepare } from './sqlite-statements.ts'
import { TRACE_HOUR_CHECKS } from './sqlite-trace-hours.ts'
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

export type Verifier = (query: { readonly limit: number }) => readonly Fault[]

export function createVerifier(database: DatabaseSync): Verifier {
  const sums = FIND_FAULTS.map(({ table, sql }) => ({
    table,
    find: prepare<FaultRow>(database, `${sql} ?`),
  }))
  const traces = [...createTraceChecks(), ...TRACE_HOUR_CHECKS].map((check) => ({
    check,
    find: prepare<TraceFaultRow>(database, `${check.sql} ?`),
  }))
  const findRepricings = createMisratedFinder(database)
  return ({ limit }) => {
    const most = checkLimit(limit)
    return [
      ...sums.flatMap(({ table, find }) => decodeFaults(table, find.all(most))),
      ...traces.flatMap(({ check, find }) =>
        find.all(most).map((row) => decodeTraceFault(check, row)),
      ),
      ...findRepricings(limit),
    ]
  }
}

function createMisratedFinder(database: DatabaseSync): (limit: number) => readonly TraceFault[] {
  const list = prepare<RepricingRow>(database, `${listRepricings('?')} ?`)
  return (limit) => {
    const faults: TraceFault[] = []
    let after = 0n
    while (faults.length < limit) {
      const rows = list.all(after, REPRICINGS_AT_A_TIME)
      if (rows.length === 0) break
      faults.push(...findMisrated(rows))
      after = rows.at(-1)!.sequence
    }
    return faults.slice(0, limit)
  }
}
