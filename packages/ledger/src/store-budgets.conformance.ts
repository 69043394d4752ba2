import { describe, expect, test } from 'vitest'
import { describeBooks } from './store-budget-books.conformance.ts'
import { recordReversal, type Place } from './testing/place.ts'
import {
  activate,
  createAsk,
  createBudget,
  createHold,
  readSpent,
  setBudgets,
} from './testing/sample-budgets.ts'
import { createSampleEntry, SAMPLE_START_UNIX_MS } from './testing/sample-entries.ts'

const START = SAMPLE_START_UNIX_MS
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

export function describeBudgets(place: Place): void {
  describe('counters', () => {
    describeCounters(place)
  })
  describe('decisions', () => {
    describeDecisions(place)
  })
  describe('books', () => {
    describeBooks(place)
  })
}

function describeCounters(place: Place): void {
  test('they follow prices that are corrected', async () => {
    const store = await place.open()
    await setBudgets(store, createBudget('all', 100n))
    const unknown = createSampleEntry({ status: 'unpriced', reason: 'unknown_model' })
    await store.record([unknown])
    const states = () => store.budgets.counters({ budgetId: 'all', windowId: 'total', limit: 10 })
    expect(await states()).toMatchObject([{ spent: { costAtto: 0n }, unpriced: 1n }])
    await store.reprice([createSampleEntry()])
    expect(await states()).toMatchObject([
      { spent: { costAtto: 25n, operations: 1n }, unpriced: 0n },
    ])
    await store.reprice([createSampleEntry({ lines: [['input', 10, 9n]] })])
    expect(await readSpent(store, 'all')).toEqual({ '': [9n, 1n] })
  })

  test('grow with the entries, by budget, value and window', async () => {
    const store = await place.open()
    const day = { period: 'day', zone: 'UTC', weekStart: 1, fiscalStart: 1 } as const
    await setBudgets(
      store,
      createBudget('all', 100n),
      createBudget('teams', 100n, { each: ['team'], window: day }),
    )
    await store.record([
      createSampleEntry({ span: 1, labels: { team: 'a' } }),
      createSampleEntry({ span: 2, labels: { team: 'b' } }),
      createSampleEntry({ span: 3, labels: { team: 'a' } }),
      createSampleEntry({ span: 4 }),
    ])
    const nextDay = START + 24 * HOUR_MS
    await store.record([
      createSampleEntry({ span: 5, labels: { team: 'a' }, startUnixMs: nextDay }),
    ])
    expect(await readSpent(store, 'all')).toEqual({ '': [125n, 5n] })
    expect(await readSpent(store, 'teams', 'day:2026-03-01')).toEqual({
      '["a"]': [50n, 2n],
      '["b"]': [25n, 1n],
    })
    expect(await readSpent(store, 'teams', 'day:2026-03-02')).toEqual({ '["a"]': [25n, 1n] })
  })

  test('count tokens by type, and operations without a price', async () => {
    const store = await place.open()
    await setBudgets(store, createBudget('all', 100n))
    await store.record([
      createSampleEntry({
        span: 1,
        lines: [
          ['input', 10, 1n],
          ['cache_read', 20, 2n],
          ['reasoning', 3, 4n],
        ],
      }),
      createSampleEntry({ span: 2, status: 'unpriced', reason: 'unknown_model' }),
    ])
    const [counter] = await store.budgets.counters({ budgetId: 'all', windowId: 'total', limit: 1 })
    expect(counter).toMatchObject({
      unpriced: 1n,
      spent: {
        costAtto: 7n,
        operations: 2n,
        tokens: { input: 20n, output: 0n, cache_read: 20n, cache_write: 0n, reasoning: 3n },
      },
    })
  })

  test('are not moved by duplicates, and follow corrections', async () => {
    const store = await place.open()
    await setBudgets(store, createBudget('all', 100n))
    await store.record([createSampleEntry({ span: 9, trace: 2 })])
    await store.record([createSampleEntry({ span: 9, trace: 2 })])
    expect(await readSpent(store, 'all')).toEqual({ '': [25n, 1n] })
    // The sighting of 25 gives way to one of 3.
    await recordReversal(store)
    expect(await readSpent(store, 'all')).toEqual({ '': [28n, 2n] })
  })

  test('follow what is settled', async () => {
    const store = await place.open()
    await setBudgets(store, createBudget('all', 100n))
    await store.record([createSampleEntry({ operation: { role: 'container' } })])
    expect(await readSpent(store, 'all')).toEqual({})
    await store.settle({ beforeUnixMs: Date.now() + 1000, limit: 10 })
    expect(await readSpent(store, 'all')).toEqual({ '': [25n, 1n] })
  })

  test('of a new budget begin with what the ledger has of its window', async () => {
    const store = await place.open()
    const month = { period: 'month', zone: 'UTC', weekStart: 1, fiscalStart: 1 } as const
    const now = Date.now()
    const before = Date.UTC(new Date(now).getUTCFullYear(), new Date(now).getUTCMonth(), 1) - 1
    await store.record([
      createSampleEntry({ span: 1, startUnixMs: now }),
      createSampleEntry({ span: 2, startUnixMs: before }),
      createSampleEntry({ span: 3, startUnixMs: now, labels: { model: 'other' } }),
    ])
    await setBudgets(
      store,
      createBudget('month', 100n, { window: month, scope: { model: ['m*'] } }),
      createBudget('all', 100n),
    )
    const windowId = `month:${new Date(now).toISOString().slice(0, 7)}-01`
    expect(await readSpent(store, 'month', windowId)).toEqual({ '': [25n, 1n] })
    expect(await readSpent(store, 'all')).toEqual({ '': [75n, 3n] })
    await store.record([createSampleEntry({ span: 4, startUnixMs: now })])
    expect(await readSpent(store, 'month', windowId)).toEqual({ '': [50n, 2n] })
  })

  test('of a new budget count what retention has dropped, too', async () => {
    const store = await place.open()
    await store.record([createSampleEntry({ span: 1 })])
    const tomorrow = (Math.floor(Date.now() / DAY_MS) + 1) * DAY_MS
    await store.retain({ entriesBeforeUnixMs: tomorrow, limit: 10 })
    await store.close()
    const later = await place.open()
    await later.record([createSampleEntry({ span: 2 })])
    await setBudgets(later, createBudget('all', 100n))
    expect(await readSpent(later, 'all')).toEqual({ '': [50n, 2n] })
  })

  test('and decisions are dropped when they are long past, and not what is held', async () => {
    const store = await place.open()
    const monthly = { period: 'month', zone: 'UTC', weekStart: 1, fiscalStart: 1 } as const
    await setBudgets(store, createBudget('all', 100n), createBudget('m', 100n, { window: monthly }))
    const [held, ended] = [createHold('h1', 1n), createHold('h2', 1n)]
    await store.budgets.decide(held)
    await store.budgets.decide(ended)
    await store.budgets.endHold('h2', 'released')
    const retain = (decisionsBeforeUnixMs: number) =>
      store.retain({ decisionsBeforeUnixMs, limit: 10 })
    expect(await retain(START)).toMatchObject({ decisions: 0 })
    expect(await retain(START + 1)).toMatchObject({ decisions: 1 })
    expect(await store.budgets.findDecision('h1')).toMatchObject({ state: 'held' })
    expect(await store.budgets.findDecision('h2')).toBeUndefined()
    // The month began at most 31 days before, and a window may be as long as a year.
    expect(await retain(START + 330 * DAY_MS)).toMatchObject({ decisions: 0 })
    expect(await retain(START + 367 * DAY_MS)).toMatchObject({ decisions: 1 })
    const [total] = await store.budgets.counters({ budgetId: 'all', windowId: 'total', limit: 1 })
    expect(total).toMatchObject({ held: { costAtto: 1n } })
  })

  test('are counted anew where a budget sees something else', async () => {
    const store = await place.open()
    await setBudgets(store, createBudget('all', 100n), createBudget('b', 100n, { each: ['team'] }))
    await store.record([createSampleEntry({ span: 1, labels: { team: 'a', model: 'm' } })])
    await store.budgets.decide({ ...createHold('h', 5n), labels: { team: 'a' } })
    await setBudgets(store, createBudget('all', 100n), createBudget('b', 7n, { each: ['team'] }))
    expect(await readSpent(store, 'b')).toEqual({ '["a"]': [25n, 1n] })
    await setBudgets(store, createBudget('all', 100n), createBudget('b', 7n, { each: ['model'] }))
    expect(await readSpent(store, 'b')).toEqual({ '["a"]': [0n, 0n], '["m"]': [25n, 1n] })
    expect(await readSpent(store, 'all')).toEqual({ '': [25n, 1n] })
    const [held] = await store.budgets.counters({ budgetId: 'all', windowId: 'total', limit: 1 })
    expect(held?.held.costAtto).toBe(5n)
  })

  test('survive a restart', async () => {
    const store = await place.open()
    await setBudgets(store, createBudget('all', 100n))
    await store.record([createSampleEntry({ span: 1 })])
    await store.close()
    const again = await place.open()
    await again.record([createSampleEntry({ span: 2 })])
    expect(await readSpent(again, 'all')).toEqual({ '': [50n, 2n] })
  })
}

function describeDecisions(place: Place): void {
  test('know what was spent, at every level', async () => {
    const store = await place.open()
    await setBudgets(store, createBudget('top', 100n), createBudget('m1', 60n, { parent: 'top' }))
    await store.record([createSampleEntry({ span: 1 })])
    const { verdict, levels } = await store.budgets.decide(createAsk(35n))
    expect(verdict).toEqual({ kind: 'allow' })
    expect(levels).toMatchObject([
      { budgetId: 'top', spent: 25n, left: 75n },
      { budgetId: 'm1', spent: 25n, left: 35n },
    ])
    expect(await store.budgets.decide(createAsk(36n))).toMatchObject({
      verdict: { kind: 'deny' },
      by: { budgetId: 'm1', windowId: 'total', why: 'too_large' },
    })
  })

  test('reserve at every level or at none', async () => {
    const store = await place.open()
    await setBudgets(store, createBudget('small', 60n), createBudget('large', 100n))
    expect(await store.budgets.decide(createHold('h1', 40n))).toMatchObject({ holdId: 'h1' })
    const refused = await store.budgets.decide(createHold('h2', 40n))
    expect(refused).toMatchObject({ verdict: { kind: 'deny' }, by: { budgetId: 'small' } })
    expect(refused.holdId).toBeUndefined()
    expect(refused.levels).toMatchObject([{ held: 40n }, { held: 40n }])
    expect(await store.budgets.decide(createHold('h3', 20n))).toMatchObject({ holdId: 'h3' })
  })

  test('a hold ends with its entry, by a word, or with its time', async () => {
    const store = await place.open()
    await setBudgets(store, createBudget('all', 100n))
    await store.budgets.decide(createHold('settled', 30n))
    await store.budgets.decide(createHold('released', 30n))
    await store.budgets.decide(createHold('expired', 30n, START + 1))
    await store.record([{ ...createSampleEntry({ span: 1 }), holdId: 'settled' }])
    expect(await store.budgets.endHold('released', 'released')).toBe('held')
    expect(await store.budgets.expireHolds(START, 10)).toBe(0)
    expect(await store.budgets.expireHolds(START + 1, 10)).toBe(1)
    const { levels } = await store.budgets.decide(createAsk(0n))
    expect(levels).toMatchObject([{ spent: 25n, held: 0n, left: 75n }])
    expect(await store.budgets.endHold('settled', 'released')).toBe('settled')
    expect(await store.budgets.endHold('released', 'settled')).toBe('released')
    expect(await store.budgets.endHold('expired', 'settled')).toBe('expired')
    expect(await store.budgets.endHold('unknown', 'settled')).toBeUndefined()
    // What comes again, or comes late, gives nothing back twice.
    await store.record([{ ...createSampleEntry({ span: 1 }), holdId: 'settled' }])
    await store.record([{ ...createSampleEntry({ span: 2 }), holdId: 'expired' }])
    const after = await store.budgets.decide(createAsk(0n))
    expect(after.levels).toMatchObject([{ spent: 50n, held: 0n }])
  })

  test('have what holds whose time is over reserved, before anybody ends these', async () => {
    const store = await place.open()
    await setBudgets(store, createBudget('all', 50n))
    await store.budgets.decide(createHold('h1', 30n, START + 10))
    const ask = (ms: number) => store.budgets.decide({ ...createAsk(30n), atUnixMs: START + ms })
    expect((await ask(9)).verdict).toEqual({ kind: 'deny' })
    expect((await ask(10)).verdict).toEqual({ kind: 'allow' })
  })

  test('are the same for the same request', async () => {
    const store = await place.open()
    await setBudgets(store, createBudget('all', 50n))
    const first = await store.budgets.decide({ ...createHold('h1', 30n), requestId: 'r1' })
    const again = await store.budgets.decide({ ...createHold('h2', 30n), requestId: 'r1' })
    expect(again).toMatchObject({ holdId: 'h1', verdict: first.verdict })
    const labels = { model: '5n', team: '\u00007' }
    const no = await store.budgets.decide({ ...createAsk(30n), labels, requestId: 'r2' })
    expect(no.verdict).toEqual({ kind: 'deny' })
    expect(await store.budgets.findDecision('r2')).toEqual({ ...no, state: 'refused' })
    expect((await store.budgets.findDecision('r2'))?.labels).toEqual(labels)
    expect(await store.budgets.findDecision('r3')).toBeUndefined()
  })

  test('that come at once never reserve more than there is', async () => {
    const store = await place.open()
    await setBudgets(
      store,
      createBudget('top', 100n),
      createBudget('users', 40n, { each: ['user'], parent: 'top' }),
    )
    const asks = Array.from({ length: 60 }, (_, index) => ({
      ...createHold(`h${index}`, BigInt(1 + (index % 7))),
      labels: { user: `u${index % 3}` },
    }))
    const decided = await Promise.all(asks.map((ask) => store.budgets.decide(ask)))
    const held = new Map<string, bigint>()
    for (const [index, { holdId, labels }] of decided.entries()) {
      if (holdId === undefined) continue
      const user = labels['user'] ?? ''
      held.set(user, (held.get(user) ?? 0n) + BigInt(1 + (index % 7)))
    }
    const total = [...held.values()].reduce((sum, each) => sum + each, 0n)
    const { levels } = await store.budgets.decide({ ...createAsk(0n), labels: { user: 'u0' } })
    expect(levels).toMatchObject([
      { budgetId: 'top', held: total },
      { budgetId: 'users', held: held.get('u0') },
    ])
    // One that fits everywhere was never refused: less is left than the smallest ask.
    expect(total).toBe(100n)
  })

  test('know what the window before left, once', async () => {
    const store = await place.open()
    const day = { period: 'day', zone: 'UTC', weekStart: 1, fiscalStart: 1 } as const
    await setBudgets(store, createBudget('day', 100n, { window: day, carriesOver: true }))
    const nextDay = { ...createAsk(0n), atUnixMs: START + 24 * HOUR_MS }
    expect((await store.budgets.decide(nextDay)).levels).toMatchObject([{ limit: 200n }])
    await store.record([createSampleEntry({ span: 1 })])
    expect((await store.budgets.decide(nextDay)).levels).toMatchObject([{ limit: 175n }])
    const { version } = await store.budgets.readBudgets()
    const late = { ...activate(createBudget('late', 100n, { window: day, carriesOver: true })) }
    await store.budgets.writeBudgets([{ ...late, countsFromUnixMs: START }], version, [])
    expect((await store.budgets.decide(nextDay)).levels).toMatchObject([{ limit: 100n }])
  })
}
