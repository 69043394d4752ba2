import { createCharger, DEFAULT_THRESHOLDS, type Budget } from '@spancost/budget'
import { openSqliteStore } from '@spancost/ledger'
import { expect, onTestFinished, test } from 'vitest'
import { createEntry, TRACE_ONE, TRACE_TWO } from '../testing/api.ts'
import { findCrossing } from './crossing.ts'
import { createBudgetDesk } from './desk.ts'
import { readStandings } from './standing.ts'

/** Entries start then, and cost 10 USD each. */
const START_MS = Date.parse('2026-08-01T10:00:00Z')
const USD = 10n ** 18n
const BUDGET: Budget = {
  id: 'web',
  name: 'web',
  scope: { team: ['web'] },
  each: [],
  limit: { measure: 'cost', amount: 100n * USD },
  window: { period: 'month', zone: 'UTC', weekStart: 1, fiscalStart: 1 },
  carriesOver: false,
  mayOvercommit: false,
  thresholds: DEFAULT_THRESHOLDS,
  unpriced: 'allow',
  onFailure: 'allow',
}

test('the operation that took a budget over a line is the first without which it is not', async () => {
  const store = await openSqliteStore({ path: ':memory:' })
  onTestFinished(() => store.close())
  await createBudgetDesk(store.budgets, [], new Map(), () => START_MS).declare([BUDGET])
  const spans = [
    { spanId: '1', traceId: TRACE_ONE, team: 'web' },
    { spanId: '2', traceId: TRACE_TWO, team: 'web' },
    { spanId: '3', traceId: TRACE_ONE, team: 'other' },
    { spanId: '4', traceId: TRACE_ONE, team: 'web' },
  ]
  for (const [index, { spanId, traceId, team }] of spans.entries()) {
    const startTimeUnixNano = BigInt(START_MS + index * 1000) * 1_000_000n
    const about = { spanId: spanId.padStart(16, '0'), traceId, startTimeUnixNano }
    await store.record([createEntry({ ...about, labels: { provider: 'acme', team } })])
  }
  const nowMs = START_MS + 60_000
  const { budgets } = await store.budgets.readBudgets()
  const [standing] = await readStandings(budgets[0]!, store.budgets, nowMs)
  const sight = { store, chargesOf: createCharger([BUDGET]) }
  const find = (usd: bigint, atMs = nowMs) =>
    findCrossing(BUDGET, standing!, usd * USD, sight, atMs)
  expect(await find(20n)).toEqual({ traceId: TRACE_TWO, spanId: '2'.padStart(16, '0') })
  expect(await find(21n)).toEqual({ traceId: TRACE_ONE, spanId: '4'.padStart(16, '0') })
  expect(await find(20n, nowMs + 3_600_000)).toBeUndefined()
})
