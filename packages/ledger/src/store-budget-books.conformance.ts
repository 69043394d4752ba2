import { expect, test } from 'vitest'
import type { StoredBudget } from './budgets.ts'
import type { Place } from './testing/place.ts'
import {
  activate,
  createAsk,
  createBudget,
  createHold,
  readSpent,
} from './testing/sample-budgets.ts'
import { createSampleEntry, SAMPLE_START_UNIX_MS } from './testing/sample-entries.ts'

const START = SAMPLE_START_UNIX_MS
const DAY_MS = 86_400_000

export function describeBooks(place: Place): void {
  test('are there again as they were written', async () => {
    const store = await place.open()
    expect(await store.budgets.readBudgets()).toEqual({ version: 0, budgets: [] })
    const stored: StoredBudget = {
      budget: createBudget('b', 10n ** 30n),
      life: 'pending',
      origin: 'api',
      requestedBy: 'rob',
    }
    const step = { atUnixMs: START, budgetId: 'b', what: 'requested', who: 'rob', why: 'new team' }
    expect(await store.budgets.writeBudgets([stored], 0, [{ ...step, what: 'requested' }])).toBe(
      true,
    )
    expect(await store.budgets.readBudgets()).toEqual({ version: 1, budgets: [stored] })
    expect(await store.budgets.audit({ limit: 10 })).toEqual([step])
    expect(await store.budgets.audit({ budgetId: 'other', limit: 10 })).toEqual([])
  })

  test('in another currency keep the rate of each window', async () => {
    const store = await place.open()
    const day = { period: 'day', zone: 'UTC', weekStart: 1, fiscalStart: 1 } as const
    const rates = [
      { since: '2026-03-01', from: '2026-02-27', usd: { num: 11n * 10n ** 17n, den: 1n } },
      { since: '2026-03-02', from: '2026-03-02', usd: { num: 10n ** 18n, den: 3n } },
    ]
    const limit = { measure: 'cost', amount: 100n, foreign: { currency: 'EUR', rates } } as const
    const stored = activate(createBudget('euros', 1n, { limit, window: day }))
    expect(await store.budgets.writeBudgets([stored], 0, [])).toBe(true)
    expect((await store.budgets.readBudgets()).budgets).toEqual([stored])
    await store.record([createSampleEntry()])
    // 110 on the first day, of which 25 are spent; a third of 100, rounded down, on the second.
    expect(await store.budgets.decide(createHold('first', 85n))).toMatchObject({
      verdict: { kind: 'allow' },
      levels: [{ limit: 110n }],
    })
    const over = await store.budgets.decide(createHold('over', 1n))
    expect([over.verdict.kind, over.holdId]).toEqual(['deny', undefined])
    const nextDay = (id: string, costAtto: bigint) =>
      store.budgets.decide({
        ...createHold(id, costAtto, START + 2 * DAY_MS),
        atUnixMs: START + DAY_MS,
      })
    expect((await nextDay('more', 34n)).verdict).toEqual({ kind: 'deny' })
    expect(await nextDay('all', 33n)).toMatchObject({
      verdict: { kind: 'allow' },
      levels: [{ limit: 33n }],
    })
  })

  test('are written by one of two who read the same', async () => {
    const store = await place.open()
    const write = (id: string) =>
      store.budgets.writeBudgets([activate(createBudget(id, 1n))], 0, [
        { atUnixMs: START, budgetId: id, what: 'approved', who: id },
      ])
    const won = await Promise.all([write('a'), write('b')])
    expect(won.toSorted((a, b) => Number(a) - Number(b))).toEqual([false, true])
    expect(await store.budgets.audit({ limit: 10 })).toHaveLength(1)
    expect((await store.budgets.readBudgets()).version).toBe(1)
  })

  test('that are not active count nothing', async () => {
    const store = await place.open()
    const pending: StoredBudget = { budget: createBudget('b', 1n), life: 'pending', origin: 'api' }
    await store.budgets.writeBudgets([pending], 0, [])
    await store.record([createSampleEntry()])
    expect(await readSpent(store, 'b')).toEqual({})
    expect(await store.budgets.decide(createAsk(5n))).toMatchObject({
      verdict: { kind: 'allow' },
      levels: [],
    })
  })
}
