import type { Pool, PoolClient } from 'pg'
import {
  addChange,
  addHeld,
  decodeBudgets,
  decodeExact,
  encodeBudgets,
  openAccounts,
  planRecount,
  textOf,
  type Accounts,
  type CounterChange,
  type KeptDecision,
  type Reserved,
} from '../budget-accounts.ts'
import type { AuditStep, BudgetBook, BudgetStore, HoldState, StoredBudget } from '../budgets.ts'
import { checkLimit } from '../check-entry.ts'
import { ask, inTransaction } from './postgres-client.ts'
import {
  clearCounters,
  listCounterStates,
  lockCounters,
  writeCounters,
  type Place,
} from './postgres-counters.ts'
import { createPostgresDecider, findDecisions } from './postgres-decide.ts'
import { readLines, readLinesSince } from './postgres-lines.ts'
import type { Line } from './postgres-sums.ts'

/** The note that all budgets stand in. */
const NOTE = 'budgets'

/** Whoever counts in budgets waits for whoever changes them, and the other way round. */
const VERSION = `SELECT version FROM notes WHERE name = '${NOTE}' FOR SHARE`
const READ = `SELECT version, text FROM notes WHERE name = '${NOTE}'`
const WRITE = `
  INSERT INTO notes (name, version, text) SELECT '${NOTE}', 1, $1 WHERE $2 = 0
  ON CONFLICT DO NOTHING RETURNING version`
const REWRITE = `
  UPDATE notes SET version = version + 1, text = $1 WHERE name = '${NOTE}' AND version = $2
  RETURNING version`
const LOOK = `SELECT version FROM notes WHERE name = '${NOTE}'`
const FIND_HOLDS = `
  SELECT hold_id, state, decided FROM decisions WHERE hold_id = ANY ($1::text[])
  ORDER BY hold_id FOR UPDATE`
const END_HOLDS = 'UPDATE decisions SET state = $1 WHERE hold_id = ANY ($2::text[])'
const DUE = `
  SELECT hold_id FROM decisions WHERE state = 'held' AND expires_at_unix_ms <= $1
  ORDER BY expires_at_unix_ms LIMIT $2 FOR UPDATE SKIP LOCKED`
const ADD_AUDIT = 'INSERT INTO budget_audit (at_unix_ms, budget_id, step) VALUES ($1, $2, $3)'
const LIST_AUDIT = `
  SELECT step FROM budget_audit WHERE $1::text IS NULL OR budget_id = $1
  ORDER BY sequence DESC LIMIT $2`

type KnownBook = BudgetBook & { readonly accounts: Accounts }
type HoldRow = { readonly hold_id: string; readonly state: HoldState; readonly decided: string }

/** What the writer of entries needs of budgets, within its own transaction. */
export interface PostgresChargers {
  /**
   * Adds what a transaction has added to the sums to the counters, and ends the holds that its
   * entries name.
   */
  charge(client: PoolClient, lines: readonly Line[], holdIds: readonly string[]): Promise<void>
}

/** The budgets of a PostgreSQL ledger, which several processors may use at once. */
export function createPostgresBudgets(
  pool: Pool,
): PostgresChargers & BudgetStore & { drain(): Promise<void> } {
  const { load, hold, look } = createBooks(pool)
  const transact: Transact = (work) => inTransaction(pool, work)

  const holds = createHolds(pool, transact)
  const chargers: PostgresChargers = {
    async charge(client, lines, holdIds) {
      const { accounts } = await hold(client)
      const releases = await endHolds(client, holdIds, 'settled')
      const isIdle = accounts.isEmpty || lines.length === 0
      const changes = isIdle ? [] : accounts.collect(await readLines(client, lines))
      await addChanges(client, changes, releases)
    },
  }
  return {
    ...chargers,
    ...createPostgresDecider(pool, transact, { hold, look }, holds.expireHolds),
    ...holds,
    budgetVersion: async () => (await look()).version,
    async readBudgets() {
      const { version, budgets } = await load(pool)
      return { version, budgets }
    },
    writeBudgets: (budgets, version, steps) =>
      transact(async (client) => {
        const before = await load(client)
        const text = encodeBudgets(budgets)
        const [written] =
          version === 0
            ? await ask<{ version: bigint }>(client, 'write_budgets', WRITE, [text, version])
            : await ask<{ version: bigint }>(client, 'rewrite_budgets', REWRITE, [text, version])
        if (written === undefined) return false
        for (const step of steps) await addAudit(client, step)
        await recount(client, before.budgets, budgets)
        return true
      }),
    async audit({ budgetId, limit }) {
      const values = [budgetId ?? null, checkLimit(limit)]
      const rows = await ask<{ step: string }>(pool, 'list_audit', LIST_AUDIT, values)
      return rows.map(({ step }) => JSON.parse(step) as AuditStep)
    },
    counters: ({ limit, ...query }) =>
      listCounterStates(pool, { ...query, limit: checkLimit(limit) }),
  }
}

/** The budgets, read again only where somebody has written them. */
function createBooks(pool: Pool) {
  let known: KnownBook | undefined

  async function load(client: Pick<PoolClient, 'query'>): Promise<KnownBook> {
    const [note] = await ask<{ version: bigint; text: string }>(client, 'read_budgets', READ, [])
    const budgets = note === undefined ? [] : decodeBudgets(note.text)
    return { version: Number(note?.version ?? 0n), budgets, accounts: openAccounts(budgets) }
  }

  /** The budgets that hold until the end of the transaction. */
  async function hold(client: PoolClient): Promise<KnownBook> {
    const [note] = await ask<{ version: bigint }>(client, 'budget_version', VERSION, [])
    return refresh(client, note)
  }

  /** The budgets of this moment. */
  async function look(): Promise<KnownBook> {
    const [note] = await ask<{ version: bigint }>(pool, 'look_at_budgets', LOOK, [])
    return refresh(pool, note)
  }

  async function refresh(
    client: Pick<PoolClient, 'query'>,
    note: { readonly version: bigint } | undefined,
  ): Promise<KnownBook> {
    const version = Number(note?.version ?? 0n)
    if (known?.version !== version) known = await load(client)
    return known
  }

  return { load, hold, look }
}

type Transact = <Result>(work: (client: PoolClient) => Promise<Result>) => Promise<Result>
type Holds = Pick<BudgetStore, 'findDecision' | 'endHold' | 'expireHolds'>

function createHolds(pool: Pool, transact: Transact): Holds {
  return {
    findDecision: async (requestId) => (await findDecisions(pool, [requestId])).get(requestId),
    endHold: (holdId, end) =>
      transact(async (client) => {
        const [row] = await ask<HoldRow>(client, 'find_holds', FIND_HOLDS, [[holdId]])
        if (row?.state === 'held') {
          await addChanges(client, [], await endHolds(client, [holdId], end))
        }
        return row?.state
      }),
    expireHolds: (nowUnixMs, limit) =>
      transact(async (client) => {
        const values = [nowUnixMs, checkLimit(limit)]
        const due = await ask<{ hold_id: string }>(client, 'due_holds', DUE, values)
        const ids = due.map((row) => row.hold_id)
        await addChanges(client, [], await endHolds(client, ids, 'expired'))
        return due.length
      }),
  }
}

/** Locks the holds in one order and ends those that last; answers with what they reserved. */
async function endHolds(
  client: PoolClient,
  holdIds: readonly string[],
  end: HoldState,
): Promise<readonly Reserved[]> {
  if (holdIds.length === 0) return []
  const rows = await ask<HoldRow>(client, 'find_holds', FIND_HOLDS, [holdIds])
  const held = rows.filter(({ state }) => state === 'held')
  await ask(client, 'end_holds', END_HOLDS, [end, held.map((row) => row.hold_id)])
  return held.flatMap(({ decided }) => decodeExact<KeptDecision>(decided).reserved)
}

/** All counters of a transaction are locked at once, in one order, so that none wait in a circle. */
async function addChanges(
  client: PoolClient,
  changes: readonly CounterChange[],
  releases: readonly Reserved[],
): Promise<void> {
  const places = new Map<string, Place>()
  for (const place of [...releases.map(({ id }) => ({ id, windowStartUnixMs: 0 })), ...changes]) {
    places.set(textOf(place.id), place)
  }
  const counters = await lockCounters(client, [...places.values()])
  for (const change of changes) {
    const text = textOf(change.id)
    counters.set(text, addChange(counters.get(text)!, change))
  }
  for (const { id, amounts } of releases) {
    const text = textOf(id)
    counters.set(text, addHeld(counters.get(text)!, amounts, -1n))
  }
  const written = [...places].map(([text, { id }]) => [id, counters.get(text)!] as const)
  await writeCounters(client, written)
}

async function addAudit(client: PoolClient, step: AuditStep): Promise<void> {
  const values = [step.atUnixMs, step.budgetId, JSON.stringify(step)]
  await ask(client, 'add_audit', ADD_AUDIT, values)
}

/** Makes the counters of present windows anew. */
async function recount(
  client: PoolClient,
  before: readonly StoredBudget[],
  budgets: readonly StoredBudget[],
): Promise<void> {
  const plan = planRecount(before, budgets, Date.now())
  if (plan === undefined) return
  for (const [id, startMs] of [...plan.starts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await clearCounters(client, id, startMs)
  }
  await readLinesSince(client, plan.fromUnixMs, (lines) =>
    addChanges(client, plan.collect(lines), []),
  )
}
