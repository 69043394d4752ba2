/**
 * One team's month: prices change in the middle, the clock changes on the 25th, spans come late, and an
 * hour is replayed. What the budgets say at every look is held against plain sums over the calls that
 * had come by then. 41 000 calls here; `SPANCOST_MONTH_CALLS=4100000 npm test -- month` for all
 * of it, which passed on 2026-11-24, in 262 s on 2 busy cores.
 */
import { DEFAULT_THRESHOLDS, type Budget } from '@spancost/budget'
import { openSqliteStore, type Entry, type Store } from '@spancost/ledger'
import { createBook, createOverrides, rateOperation, type PriceBook } from '@spancost/pricing'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createEntry } from '../testing/api.ts'
import { updateAlerts } from '../watch/alerts.ts'
import { BUDGET_LOOKOUT, listBudgetSigns } from '../watch/budget-signs.ts'
import { createBudgetDesk } from './desk.ts'
import { readStandings, stateOf } from './standing.ts'

const CALLS = Number(process.env['SPANCOST_MONTH_CALLS'] ?? 41_000)
const USERS = 12
const [MINUTE_MS, HOUR_MS] = [60_000, 3_600_000]

/** October 2026 by the clock of Berlin: 745 hours, the last 167 of them an hour from UTC. */
const START_MS = Date.parse('2026-10-01T00:00:00+02:00')
const CHANGE_MS = Date.parse('2026-10-25T01:00:00Z')
const END_MS = Date.parse('2026-11-01T00:00:00+01:00')
const NEW_PRICE_MS = Date.parse('2026-10-16T00:00:00Z')
const REPLAYED_MS = Date.parse('2026-10-14T10:00:00Z')

/** USD per million tokens are 1e-18 USD per token times 1e12; written a second time in `costOf`. */
const PRICES = {
  provider: 'acme',
  source: 'the test',
  checked: '2026-11-01',
  models: [
    {
      model: 'one',
      cards: [
        { from: '2026-01-01', to: '2026-10-16', rates: { input: '2.5', output: '10' } },
        { from: '2026-10-16', rates: { input: '2', output: '8' } },
      ],
    },
  ],
}

interface Call {
  readonly id: number
  readonly startMs: number
  readonly arrivesMs: number
  readonly user: number
  readonly input: number
  readonly output: number
}

/** Multiplying by primes spreads well enough, and always the same. */
function createCall(id: number): Call {
  const spread = (prime: number, below: number): number => (id * prime) % below
  const startMs = START_MS + ((id * 7_919_777) % (END_MS - START_MS))
  // One in fifty comes up to two days late, over the ends of days, weeks and the month.
  const delayMs = id % 50 === 0 ? spread(3_571_133, 48 * HOUR_MS) : spread(7919, 2 * MINUTE_MS)
  const [user, input, output] = [spread(31, USERS), 200 + spread(7919, 4000), spread(104_729, 900)]
  return { id, startMs, arrivesMs: startMs + delayMs, user, input, output }
}

function costOf({ startMs, input, output }: Call): bigint {
  const [perInput, perOutput] = startMs < NEW_PRICE_MS ? [25n, 100n] : [20n, 80n]
  return (BigInt(input) * perInput + BigInt(output) * perOutput) * 10n ** 11n
}

/** The average call costs about 0.0095 USD; limits are passed by the end of their windows. */
const MEAN = 95n * 10n ** 14n
const BERLIN = { zone: 'Europe/Berlin', weekStart: 1, fiscalStart: 1 }
const COUNT = BigInt(CALLS)

interface Plan {
  readonly budget: Budget
  readonly amountOf: (call: Call) => bigint
}

const PLANS: readonly Plan[] = [
  plan('team', 'month', { measure: 'cost', amount: (COUNT * MEAN * 4n) / 5n }, costOf),
  plan('users', 'day', { measure: 'cost', amount: (COUNT * MEAN) / 400n }, costOf, ['user']),
  plan(
    'answers',
    'week',
    { measure: 'tokens', amount: (COUNT * 450n) / 5n, types: ['output', 'reasoning'] },
    ({ output }) => BigInt(output),
  ),
  plan('quota', 'day', { measure: 'operations', amount: COUNT / 31n }, () => 1n),
]

function plan(
  id: string,
  period: 'day' | 'week' | 'month',
  limit: Budget['limit'],
  amountOf: Plan['amountOf'],
  each: readonly string[] = [],
): Plan {
  const budget: Budget = {
    id,
    name: id,
    scope: { team: ['web'] },
    each,
    limit,
    window: { period, ...BERLIN },
    carriesOver: false,
    mayOvercommit: false,
    thresholds: DEFAULT_THRESHOLDS,
    unpriced: 'allow',
    onFailure: 'allow',
  }
  return { budget, amountOf }
}

/** By the calendar alone: dates in Berlin, weeks from Monday. */
function windowIdOf({ window: { period } }: Budget, ms: number): string {
  const wall = new Date(ms + (ms < CHANGE_MS ? 2 : 1) * HOUR_MS)
  const date = (days: number) =>
    new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate() - days))
      .toISOString()
      .slice(0, 10)
  if (period === 'month') return `month:${date(wall.getUTCDate() - 1)}`
  return period === 'week' ? `week:${date((wall.getUTCDay() + 6) % 7)}` : `day:${date(0)}`
}

/** By counter, as `budget|window|key`: plain sums, of each call once. */
function createSums() {
  const sums = new Map<string, bigint>()
  const seen = new Set<number>()
  return {
    sums,
    add(call: Call): void {
      if (seen.has(call.id)) return
      seen.add(call.id)
      for (const { budget, amountOf } of PLANS) {
        const key = budget.each.length === 0 ? '' : `["u${call.user}"]`
        const name = `${budget.id}|${windowIdOf(budget, call.startMs)}|${key}`
        sums.set(name, (sums.get(name) ?? 0n) + amountOf(call))
      }
    },
  }
}

/** Alert keys of all that has passed a threshold of what is spent in the windows of a moment. */
function listPassed(sums: ReadonlyMap<string, bigint>, atMs: number): Set<string> {
  const passed = new Set<string>()
  for (const { budget } of PLANS) {
    const windowId = windowIdOf(budget, atMs)
    const prefix = `${budget.id}|${windowId}|`
    for (const [name, sum] of sums) {
      if (!name.startsWith(prefix)) continue
      const key = name.slice(prefix.length)
      const who = key === '' ? '' : `/${encodeURIComponent(key)}`
      for (const percent of [50n, 80n, 95n, 100n]) {
        const isPassed = sum >= (budget.limit.amount * percent) / 100n
        if (isPassed) passed.add(`budget/${budget.id}${who}/${windowId}/spent/${percent}`)
      }
    }
  }
  return passed
}

function toEntry(call: Call, book: PriceBook): Entry {
  const { id, startMs, user, input, output } = call
  const operation = {
    dialect: 'otel',
    role: 'leaf',
    name: 'chat',
    provider: 'acme',
    responseModel: 'one',
    usage: { inputTokens: input, outputTokens: output },
  } as const
  const startTimeUnixNano = BigInt(startMs) * 1_000_000n
  return createEntry({
    traceId: id.toString(16).padStart(32, '0'),
    spanId: id.toString(16).padStart(16, '0'),
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano + 5n,
    operation,
    units: new Map([
      ['input', input],
      ['output', output],
    ]),
    rating: rateOperation(operation, startMs, book),
    labels: { provider: 'acme', model: 'one', operation: 'chat', team: 'web', user: `u${user}` },
  })
}

/** By arrival; the calls of one hour come again two days later. */
function listArrivals(): Call[] {
  const calls = Array.from({ length: CALLS }, (_, index) => createCall(index + 1))
  const again = calls
    .filter(({ startMs }) => startMs >= REPLAYED_MS && startMs < REPLAYED_MS + HOUR_MS)
    .map((call) => ({ ...call, arrivesMs: call.arrivesMs + 48 * HOUR_MS }))
  expect(again.length).toBeGreaterThan(CALLS / 1000)
  return [...calls, ...again].sort((a, b) => a.arrivesMs - b.arrivesMs)
}

function without(all: ReadonlySet<string>, others: ReadonlySet<string>): Set<string> {
  return new Set([...all].filter((key) => !others.has(key)))
}

/** What a look tells of, and how each budget stands then. */
async function look(store: Store, atMs: number) {
  const { budgets } = await store.budgets.readBudgets()
  const standings = await Promise.all(
    budgets.map(
      async (stored) => [stored, await readStandings(stored, store.budgets, atMs)] as const,
    ),
  )
  const rules = { isQuiet: () => false, channelsOf: () => [] }
  const signs = listBudgetSigns(standings)
  const { changes } = await updateAlerts(signs, BUDGET_LOOKOUT, store, rules, atMs)
  const keys = (status: string) =>
    new Set(changes.filter((change) => change.status === status).map(({ key }) => key))
  const states = standings.map(
    ([stored, each]) => [stored.budget.id, stateOf(stored, each, atMs)] as const,
  )
  return { firing: keys('firing'), resolved: keys('resolved'), states }
}

test('a month is what its calls add up to, at every look', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'month-'))
  const store = await openSqliteStore({ path: path.join(folder, 'ledger.db') })
  onTestFinished(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })
  const book = createBook([createOverrides([{ name: 'own', value: PRICES }], '1')])
  const desk = createBudgetDesk(store.budgets, [], new Map(), () => START_MS)
  await desk.declare(PLANS.map(({ budget }) => budget))
  const { sums, add } = createSums()
  const arrivals = listArrivals()
  let [next, before, exhausted] = [0, new Set<string>(), 0]
  for (let atMs = START_MS + 6 * HOUR_MS; atMs <= END_MS + 54 * HOUR_MS; atMs += 6 * HOUR_MS) {
    while (next < arrivals.length && arrivals[next]!.arrivesMs < atMs) {
      const batch = arrivals.slice(next, next + 1024).filter(({ arrivesMs }) => arrivesMs < atMs)
      await store.record(batch.map((call) => toEntry(call, book)))
      for (const call of batch) add(call)
      next += batch.length
    }
    const passed = listPassed(sums, atMs)
    const { firing, resolved, states } = await look(store, atMs)
    expect(firing).toEqual(without(passed, before))
    expect(resolved).toEqual(without(before, passed))
    for (const [id, state] of states) {
      const mine = [...passed].filter((key) => key.startsWith(`budget/${id}/`))
      const isExhausted = mine.some((key) => key.endsWith('/100'))
      expect([id, state]).toEqual([
        id,
        isExhausted ? 'exhausted' : mine.length > 0 ? 'alert' : 'active',
      ])
      if (isExhausted) exhausted += 1
    }
    before = passed
  }
  expect(next).toBe(arrivals.length)
  // Otherwise limits were never reached, and it showed little.
  expect(exhausted).toBeGreaterThan(20)

  const spent = new Map<string, bigint>()
  for (const name of sums.keys()) {
    const [budgetId = '', windowId = '', key = ''] = name.split('|')
    const states = await store.budgets.counters({ budgetId, windowId, limit: 1000 })
    const state = states.find((each) => each.key === key)?.spent
    const { measure } = PLANS.find(({ budget }) => budget.id === budgetId)!.budget.limit
    const { costAtto = 0n, operations = 0n, tokens } = state ?? {}
    const answers = (tokens?.output ?? 0n) + (tokens?.reasoning ?? 0n)
    spent.set(name, { cost: costAtto, operations, tokens: answers }[measure])
  }
  expect(spent).toEqual(sums)
}, 3_600_000)
