import type { DatabaseSync } from 'node:sqlite'
import { decodeExact, encodeExact, type KeptDecision, type Reserved } from '../budget-accounts.ts'
import type { AuditStep, Decided, HoldState } from '../budgets.ts'
import type { FreshDecision } from '../decide-once.ts'
import { prepare } from './sqlite-statements.ts'

export interface Decisions {
  add(fresh: FreshDecision): void
  find(requestId: string): (Decided & { readonly state: string }) | undefined
  findHold(
    holdId: string,
  ): { readonly state: HoldState; readonly reserved: readonly Reserved[] } | undefined
  end(holdId: string, state: HoldState): void
  listDue(nowUnixMs: number, limit: bigint): readonly string[]
}

export function createDecisions(database: DatabaseSync): Decisions {
  const insert = prepare(
    database,
    `INSERT INTO decisions
      (request_id, decided_at_unix_ms, state, hold_id, expires_at_unix_ms, decided)
    VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const find = prepare<{ readonly state: string; readonly decided: string }>(
    database,
    'SELECT state, decided FROM decisions WHERE request_id = ?',
  )
  const findHold = prepare<{ readonly state: HoldState; readonly decided: string }>(
    database,
    'SELECT state, decided FROM decisions WHERE hold_id = ?',
  )
  const end = prepare(database, 'UPDATE decisions SET state = ? WHERE hold_id = ?')
  const listDue = prepare<{ readonly hold_id: string }>(
    database,
    `SELECT hold_id FROM decisions WHERE state = 'held' AND expires_at_unix_ms <= ?
    ORDER BY expires_at_unix_ms LIMIT ?`,
  )
  return {
    add({ requestId, expiresAtUnixMs, ...kept }) {
      const { holdId = null, atUnixMs } = kept.decided
      insert.run(
        requestId,
        BigInt(atUnixMs),
        holdId === null ? 'refused' : 'held',
        holdId,
        expiresAtUnixMs === undefined ? null : BigInt(expiresAtUnixMs),
        encodeExact(kept satisfies KeptDecision),
      )
    },
    find(requestId) {
      const row = find.get(requestId)
      if (row === undefined) return undefined
      return { ...decodeExact<KeptDecision>(row.decided).decided, state: row.state }
    },
    findHold(holdId) {
      const row = findHold.get(holdId)
      if (row === undefined) return undefined
      return { state: row.state, reserved: decodeExact<KeptDecision>(row.decided).reserved }
    },
    end(holdId, state) {
      end.run(state, holdId)
    },
    listDue: (nowUnixMs, limit) => listDue.all(BigInt(nowUnixMs), limit).map((row) => row.hold_id),
  }
}

export interface Audit {
  add(step: AuditStep): void
  list(budgetId: string | undefined, limit: bigint): readonly AuditStep[]
}

/** Only ever added to. */
export function createAudit(database: DatabaseSync): Audit {
  const insert = prepare(
    database,
    'INSERT INTO budget_audit (at_unix_ms, budget_id, step) VALUES (?, ?, ?)',
  )
  const list = prepare<{ readonly step: string }>(
    database,
    `SELECT step FROM budget_audit WHERE ?1 IS NULL OR budget_id = ?1
    ORDER BY sequence DESC LIMIT ?2`,
  )
  return {
    add(step) {
      insert.run(BigInt(step.atUnixMs), step.budgetId, JSON.stringify(step))
    },
    list: (budgetId, limit) =>
      list.all(budgetId ?? null, limit).map(({ step }) => JSON.parse(step) as AuditStep),
  }
}
