import type { Pool, PoolClient } from 'pg'
import type { Counter, CounterId } from '@spancost/budget'
import {
  decodeExact,
  EMPTY_COUNTER,
  encodeExact,
  idOf,
  textOf,
  type Accounts,
  type KeptDecision,
} from '../budget-accounts.ts'
import type { Ask, BudgetStore, Decided } from '../budgets.ts'
import { decideOnce, listCounters, requestOf, type FreshDecision } from '../decide-once.ts'
import { createGroupCommit } from './group-commit.ts'
import { ask } from './postgres-client.ts'
import { findCounters, lockCounters, writeCounters, type Place } from './postgres-counters.ts'
import { askRows, insertInto } from './postgres-statements.ts'

/** Two with one request id, on two processors, come one after the other; locked in one order. */
const LOCK_REQUESTS = `
  SELECT pg_advisory_xact_lock(lock) FROM (
    SELECT DISTINCT hashtextextended(request, 0) AS lock FROM unnest($1::text[]) AS request
    ORDER BY lock) AS locks`
const FIND_REQUESTS = `
  SELECT request_id, state, decided FROM decisions WHERE request_id = ANY ($1::text[])`
const ADD_DECISIONS = insertInto('decisions', [
  ['request_id', 'text'],
  ['decided_at_unix_ms', 'bigint'],
  ['state', 'text'],
  ['hold_id', 'text'],
  ['expires_at_unix_ms', 'bigint'],
  ['decided', 'text'],
])

const ARE_DUE = `
  SELECT EXISTS (SELECT FROM decisions WHERE state = 'held' AND expires_at_unix_ms <= $1) AS is_due`

/** Decisions wait for no more of them; the rest is ended by whoever looks at budgets. */
const MAX_EXPIRED_FIRST = 1_000

/** Asks that share a transaction; each waits for all of them. */
const MAX_ASKS_PER_COMMIT = 256

/** Those of one processor follow each other: they wait for the same counters anyway. */
const MAX_COMMITS_UNDER_WAY = 1

interface DecisionRow {
  readonly request_id: string
  readonly state: string
  readonly decided: string
}

type Answer = { readonly decided: Decided } | { readonly error: unknown }

export interface PostgresDecider {
  decide(asked: Ask): Promise<Decided>
  drain(): Promise<void>
}

/**
 * Decides together what is asked together: one transaction, whose locks are held for a few trips to
 * the server, however many asks there are. What neither reserves nor has a request id only reads.
 */
export function createPostgresDecider(
  pool: Pool,
  transact: <Result>(work: (client: PoolClient) => Promise<Result>) => Promise<Result>,
  books: {
    /** Those that hold until the end of the transaction. */
    readonly hold: (client: PoolClient) => Promise<{ readonly accounts: Accounts }>
    readonly look: () => Promise<{ readonly accounts: Accounts }>
  },
  expireHolds: BudgetStore['expireHolds'],
): PostgresDecider {
  const writing = createGroupCommit(writeAll, MAX_ASKS_PER_COMMIT, MAX_COMMITS_UNDER_WAY)
  const reading = createGroupCommit(readAll, MAX_ASKS_PER_COMMIT, MAX_COMMITS_UNDER_WAY)

  /** What holds whose time is over reserve is free, whenever somebody last looked. */
  async function expireFor(asks: readonly Ask[]): Promise<void> {
    const nowUnixMs = Math.max(...asks.map(({ atUnixMs }) => atUnixMs))
    const [due] = await ask<{ is_due: boolean }>(pool, 'holds_due', ARE_DUE, [nowUnixMs])
    if (due?.is_due === true) await expireHolds(nowUnixMs, MAX_EXPIRED_FIRST)
  }

  async function writeAll(asks: readonly Ask[]): Promise<readonly Answer[]> {
    try {
      await expireFor(asks)
      return await transact(async (client) => {
        const { accounts } = await books.hold(client)
        return (await decideAll(client, asks, accounts)).map((decided) => ({ decided }))
      })
    } catch (error) {
      if (asks.length === 1) return [{ error }]
      // Whichever is at fault, the others need not fail with it.
      const alone: Answer[] = []
      for (const asked of asks) alone.push(...(await writeAll([asked])))
      return alone
    }
  }

  async function readAll(asks: readonly Ask[]): Promise<readonly Answer[]> {
    await expireFor(asks)
    const { accounts } = await books.look()
    const ids = asks.flatMap((asked) =>
      listCounters(accounts.chargesOf(asked.labels, asked.atUnixMs)),
    )
    const counters = await findCounters(pool, distinct(ids))
    const desk = openDesk(counters, new Map())
    return asks.map((asked) => ({ decided: decideOnce(asked, accounts, desk) }))
  }

  return {
    async decide(asked) {
      const group = requestOf(asked) === undefined ? reading : writing
      const answer = await group.add(asked)
      if ('error' in answer) throw answer.error
      return answer.decided
    },
    async drain() {
      await Promise.all([writing.drain(), reading.drain()])
    },
  }
}

/** What was kept about requests, with the states of their holds. */
export async function findDecisions(
  client: Pick<PoolClient, 'query'>,
  requestIds: readonly string[],
): Promise<Map<string, Decided & { readonly state: string }>> {
  const rows = await ask<DecisionRow & Record<string, unknown>>(
    client,
    'find_requests',
    FIND_REQUESTS,
    [requestIds],
  )
  return new Map(
    rows.map(({ request_id: id, state, decided }) => [
      id,
      { ...decodeExact<KeptDecision>(decided).decided, state },
    ]),
  )
}

async function decideAll(
  client: PoolClient,
  asks: readonly Ask[],
  accounts: Accounts,
): Promise<readonly Decided[]> {
  const requestIds = asks.flatMap((asked) => requestOf(asked) ?? [])
  await ask(client, 'lock_requests', LOCK_REQUESTS, [requestIds])
  const earlier = await findDecisions(client, requestIds)
  const ids: CounterId[] = []
  const places = new Map<string, Place>()
  for (const asked of asks) {
    const charges = accounts.chargesOf(asked.labels, asked.atUnixMs)
    ids.push(...listCounters(charges))
    if (asked.hold === undefined) continue
    for (const charge of charges) {
      const id = idOf(charge)
      places.set(textOf(id), { id, windowStartUnixMs: charge.window.startUnixMs })
    }
  }
  const locked = await lockCounters(client, [...places.values()])
  const others = distinct(ids).filter((id) => !places.has(textOf(id)))
  const desk = openDesk(new Map([...(await findCounters(client, others)), ...locked]), earlier)
  const decided = asks.map((asked) => decideOnce(asked, accounts, desk))
  await writeCounters(client, [...desk.changed.values()])
  await askRows(client, 'add_decisions', ADD_DECISIONS, desk.kept.map(toRow))
  return decided
}

/** What decisions of one transaction see of each other. */
function openDesk(counters: Map<string, Counter>, earlier: Map<string, Decided>) {
  const changed = new Map<string, readonly [CounterId, Counter]>()
  const kept: FreshDecision[] = []
  return {
    changed,
    kept,
    findDecision: (requestId: string) => earlier.get(requestId),
    readCounter: (id: CounterId) => counters.get(textOf(id)) ?? EMPTY_COUNTER,
    writeCounter(id: CounterId, _: number, counter: Counter) {
      counters.set(textOf(id), counter)
      changed.set(textOf(id), [id, counter])
    },
    keepDecision(fresh: FreshDecision) {
      earlier.set(fresh.requestId, fresh.decided)
      kept.push(fresh)
    },
  }
}

function toRow({ requestId, expiresAtUnixMs, ...kept }: FreshDecision): readonly unknown[] {
  const { holdId = null, atUnixMs } = kept.decided
  const state = holdId === null ? 'refused' : 'held'
  const text = encodeExact(kept satisfies KeptDecision)
  return [requestId, atUnixMs, state, holdId, expiresAtUnixMs ?? null, text]
}

function distinct(ids: readonly CounterId[]): readonly CounterId[] {
  return [...new Map(ids.map((id) => [textOf(id), id])).values()]
}
