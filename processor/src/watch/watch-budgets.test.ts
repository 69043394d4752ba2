import { DEFAULT_THRESHOLDS, type Budget } from '@spancost/budget'
import { openSqliteStore, type Store } from '@spancost/ledger'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createBudgetDesk } from '../budgets/desk.ts'
import { readStandings } from '../budgets/standing.ts'
import { createEntry } from '../testing/api.ts'
import { editAlert, forgetTold, updateAlerts } from './alerts.ts'
import { BUDGET_LOOKOUT, listBudgetSigns } from './budget-signs.ts'
import { createQuietHours } from './quiet-hours.ts'

/** Entries of the tests start on 2026-08-01 and cost 10 USD each. */
const AT = Date.parse('2026-08-01T12:00:00Z')
const HOUR_MS = 3_600_000

const BUDGET: Budget = {
  id: 'web',
  name: 'Web team',
  scope: {},
  each: [],
  limit: { measure: 'cost', amount: 25n * 10n ** 18n },
  window: { period: 'month', zone: 'UTC', weekStart: 1, fiscalStart: 1 },
  carriesOver: false,
  mayOvercommit: false,
  owner: 'olga',
  thresholds: DEFAULT_THRESHOLDS,
  unpriced: 'allow',
  onFailure: 'allow',
}

let store: Store

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' })
  await createBudgetDesk(store.budgets, [], () => AT).declare([BUDGET])
})

afterEach(() => store.close())

async function look(at: number, isQuiet = false) {
  const { budgets } = await store.budgets.readBudgets()
  const [stored] = budgets
  if (stored === undefined) throw new Error('no budget')
  const standings = [[stored, await readStandings(stored, store.budgets, at)]] as const
  const rules = { isQuiet: () => isQuiet }
  const { notices, changes } = await updateAlerts(
    listBudgetSigns(standings),
    BUDGET_LOOKOUT,
    store,
    rules,
    at,
  )
  const show = ({ status, level, title }: (typeof notices)[number]) =>
    `${status} ${level}: ${title}`
  return { notices, told: notices.map(show), changed: changes.length }
}

function spend(span: number) {
  return store.record([createEntry({ spanId: span.toString(16).padStart(16, '0') })])
}

test('each threshold is told once, also over restarts, and that the window is over', async () => {
  await spend(1)
  expect((await look(AT)).told).toEqual([])
  await spend(2)
  expect(await look(AT)).toMatchObject({
    told: [
      'firing info: Budget Web team is used to 50 %',
      'firing warning: Budget Web team is used to 80 %',
    ],
    notices: [
      {
        budgetId: 'web',
        owner: 'olga',
        text: '20 USD of 25 USD are spent in month:2026-08-01.',
      },
      {},
    ],
    changed: 2,
  })
  expect((await look(AT + 1)).told).toEqual([])
  await spend(3)
  expect((await look(AT + 2)).told).toEqual([
    'firing warning: Budget Web team is used to 95 %',
    'firing critical: Budget Web team is used to 100 %',
  ])
  const nextMonth = AT + 31 * 24 * HOUR_MS
  const over = await look(nextMonth)
  expect(new Set(over.told)).toEqual(new Set(['resolved info: Budget web: the window is over']))
  expect(over.told).toHaveLength(4)
  expect((await look(nextMonth + 1)).told).toEqual([])
})

test('in quiet hours only what is critical is told, the rest afterwards', async () => {
  await spend(1)
  await spend(2)
  expect(await look(AT, true)).toMatchObject({ told: [], changed: 2 })
  await spend(3)
  expect((await look(AT + 1, true)).told).toEqual([
    'firing critical: Budget Web team is used to 100 %',
  ])
  expect((await look(AT + 2)).told).toHaveLength(3)
})

test('of two processors that look at once, one tells', async () => {
  await spend(1)
  await spend(2)
  const [one, other] = await Promise.all([look(AT), look(AT)])
  expect([...one.told, ...other.told]).toHaveLength(2)
})

test('what nobody could be told is told again, and what somebody knows is not repeated', async () => {
  await spend(1)
  await spend(2)
  const { notices } = await look(AT)
  const keys = notices.map(({ key }) => key)
  expect(keys[1]).toBe('budget/web/month:2026-08-01/spent/80')
  await forgetTold(keys.slice(1), BUDGET_LOOKOUT, store)
  expect((await look(AT + 1)).told).toEqual(['firing warning: Budget Web team is used to 80 %'])
  expect(await editAlert(keys[1]!, { acknowledgedBy: 'olga' }, store)).toBe(true)
  expect(await editAlert('nothing', { acknowledgedBy: 'olga' }, store)).toBe(false)
  expect((await look(AT + 2)).told).toEqual([])
})

test('quiet hours follow the clock of their zone, past midnight too', () => {
  const hours = { fromMinute: 22 * 60, toMinute: 7 * 60, zone: 'Europe/Berlin' }
  const isQuiet = createQuietHours(hours)
  const at = (time: string) => isQuiet(Date.parse(`2026-07-01T${time}:00Z`))
  expect([at('19:59'), at('20:00'), at('04:59'), at('05:00')]).toEqual([false, true, true, false])
  const lunch = createQuietHours({ fromMinute: 720, toMinute: 780, zone: 'UTC' })
  expect(lunch(Date.parse('2026-07-01T12:30:00Z'))).toBe(true)
  expect(lunch(Date.parse('2026-07-01T13:00:00Z'))).toBe(false)
  expect(createQuietHours(undefined)(0)).toBe(false)
})
