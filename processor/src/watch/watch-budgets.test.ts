import { DEFAULT_THRESHOLDS, type Budget } from '@spancost/budget'
import { openSqliteStore, type Store } from '@spancost/ledger'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createBudgetDesk } from '../budgets/desk.ts'
import { readStandings } from '../budgets/standing.ts'
import { createEntry } from '../testing/api.ts'
import { editAlert, settleOwed, updateAlerts, type Owed } from './alerts.ts'
import { BUDGET_LOOKOUT, listBudgetSigns } from './budget-signs.ts'
import { createQuietHours } from './quiet-hours.ts'
import { PermanentError, type Channel } from './send.ts'
import { createTell } from './tell.ts'

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
  await createBudgetDesk(store.budgets, [], new Map(), () => AT).declare([BUDGET])
})

afterEach(() => store.close())

async function look(at: number, isQuiet = false) {
  const { budgets } = await store.budgets.readBudgets()
  const [stored] = budgets
  if (stored === undefined) throw new Error('no budget')
  const standings = [[stored, await readStandings(stored, store.budgets, at)]] as const
  const rules = { isQuiet: () => isQuiet, channelsOf: () => ['mail', 'hook'] }
  const { notices, due, changes } = await updateAlerts(
    listBudgetSigns(standings),
    BUDGET_LOOKOUT,
    store,
    rules,
    at,
  )
  const show = ({ status, level, title }: (typeof notices)[number]) =>
    `${status} ${level}: ${title}`
  return { notices, due, told: notices.map(show), changed: changes.length }
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

test('what somebody knows is not repeated', async () => {
  await spend(1)
  await spend(2)
  const [, key = ''] = (await look(AT)).notices.map((notice) => notice.key)
  expect(key).toBe('budget/web/month:2026-08-01/spent/80')
  expect(await editAlert(key, { acknowledgedBy: 'olga' }, store)).toBe(true)
  expect(await editAlert('nothing', { acknowledgedBy: 'olga' }, store)).toBe(false)
  expect((await look(AT + 1)).told).toEqual([])
})

describe('what channels were not given', () => {
  const MINUTE_MS = 60_000
  const show = (due: readonly Owed[]): string[] =>
    due.map(({ notice, channels }) => `${notice.title.slice(-4)}: ${channels.join(', ')}`)

  test('as the processor was killed, is taken up by a later look', async () => {
    await spend(1)
    await spend(2)
    const { due } = await look(AT)
    expect(show(due)).toEqual(['50 %: mail, hook', '80 %: mail, hook'])
    // One channel had the first before the end.
    await settleOwed([{ notice: due[0]!.notice, channels: ['mail'] }], BUDGET_LOOKOUT, store)
    expect(await look(AT + 2 * MINUTE_MS - 1)).toMatchObject({ due: [], told: [] })
    const later = await look(AT + 2 * MINUTE_MS)
    expect(later.told).toEqual([])
    expect(show(later.due)).toEqual(['50 %: hook', '80 %: mail, hook'])
    const given = later.due.map(({ notice, channels }) => ({ notice, channels }))
    await settleOwed(given, BUDGET_LOOKOUT, store)
    expect((await look(AT + HOUR_MS)).due).toEqual([])
  })

  test('is tried again ever more seldom, for a day', async () => {
    await spend(1)
    await spend(2)
    await look(AT)
    const minutes: number[] = []
    for (let minute = 1; minute <= 25 * 60; minute++) {
      if ((await look(AT + minute * MINUTE_MS)).due.length > 0) minutes.push(minute)
    }
    expect(minutes.slice(0, 7)).toEqual([2, 6, 14, 30, 62, 122, 182])
    expect(minutes.at(-1)).toBeLessThan(24 * 60)
  })

  test('is taken up by one of two', async () => {
    await spend(1)
    await spend(2)
    await look(AT)
    const at = AT + 2 * MINUTE_MS
    const [one, other] = await Promise.all([look(at), look(at)])
    expect([...one.due, ...other.due]).toHaveLength(2)
  })
})

describe('telling', () => {
  test('strikes out what each channel has, and keeps what one did not take', async () => {
    await spend(1)
    await spend(2)
    const had: string[] = []
    const failures: unknown[] = []
    const channels = new Map<string, Channel>([
      ['mail', async ({ title }) => void had.push(title.slice(-4))],
      ['hook', () => Promise.reject(new PermanentError('gone'))],
    ])
    const log = pino({ enabled: false })
    log.error = (fault: object) => void failures.push(fault)
    const tell = createTell({ channels, store, log })
    await tell((await look(AT)).due, BUDGET_LOOKOUT)
    expect(had).toEqual(['50 %', '80 %'])
    expect(failures).toMatchObject([{ channel: 'hook' }, { channel: 'hook' }])
    const { due } = await look(AT + HOUR_MS)
    expect(due.map((each) => each.channels)).toEqual([['hook'], ['hook']])
    // The channel is gone from the config.
    await createTell({ channels: new Map(), store, log })(due, BUDGET_LOOKOUT)
    expect((await look(AT + 3 * HOUR_MS)).due).toEqual([])
  })
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
