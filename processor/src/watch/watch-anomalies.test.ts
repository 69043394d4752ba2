import { openSqliteStore, type Entry, type Store } from '@spancost/ledger'
import type { Rating } from '@spancost/pricing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEntry } from '../testing/api.ts'
import { readAlerts, updateAlerts } from './alerts.ts'
import { ANOMALY_KINDS, ANOMALY_LOOKOUT, type AnomalyKind } from './anomaly-signs.ts'
import { createAnomalyEyes, type AnomalyEyes, type AnomalyOptions } from './watch-anomalies.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const USD = 10n ** 18n
/** A Monday. */
const NOW = Date.parse('2026-11-23T10:20:00Z')

let store: Store
let spans = 0

beforeEach(async () => {
  // The ledger is younger than what is imported into it here.
  store = await openSqliteStore({ path: ':memory:' })
  spans = 0
})

afterEach(() => store.close())

function createCall(atUnixMs: number, costAtto: bigint, labels: Entry['labels'] = {}): Entry {
  spans += 1
  const id = spans.toString(16)
  const start = BigInt(atUnixMs) * 1_000_000n
  const line = { unit: 'input', quantity: 1, rate: '1', costAtto } as const
  const rating: Rating = {
    status: 'priced',
    source: 'book',
    card: 'acme/one',
    book: 'test@1',
    lines: [line],
    costAtto,
  }
  return createEntry({
    traceId: id.padStart(32, '0'),
    spanId: id.padStart(16, '0'),
    startTimeUnixNano: start,
    endTimeUnixNano: start + 5n,
    units: new Map([['input', 1]]),
    rating,
    labels: { provider: 'acme', model: 'one', operation: 'chat', service: 'shop', ...labels },
  })
}

const UNPRICED: Rating = {
  status: 'unpriced',
  reason: 'unknown_model',
  detail: 'unknown',
  book: 'test@1',
  lines: [],
}

function createEyes(watch: readonly AnomalyKind[], more: Partial<AnomalyOptions> = {}) {
  const options: AnomalyOptions = {
    watch,
    by: ['service'],
    hourFloorAtto: USD,
    operationFloorAtto: USD / 10n,
    zone: 'UTC',
    intervalMs: 60_000,
    ...more,
  }
  return createAnomalyEyes(store, options, () => NOW)
}

/** What people are told at a moment. */
async function look(eyes: AnomalyEyes, at: number): Promise<string[]> {
  const rules = { isQuiet: () => false, channelsOf: () => [] }
  const signs = await eyes.look(at)
  const { notices } = await updateAlerts(signs, ANOMALY_LOOKOUT, store, rules, at)
  return notices.map(({ status, level, title }) => `${status} ${level}: ${title}`)
}

/** This hour cost 1 USD in each of six weeks, and the hour before it 3 USD. */
async function recordWeeks(): Promise<void> {
  const calls = [1, 2, 3, 4, 5, 6].flatMap((week) => [
    createCall(NOW - week * 7 * DAY, USD),
    createCall(NOW - week * 7 * DAY - HOUR, 3n * USD),
  ])
  await store.record(calls)
}

describe('cost', () => {
  test('over three times the usual of this hour of the week is told once, and that it is over', async () => {
    await recordWeeks()
    const eyes = createEyes(['cost'])
    await store.record([createCall(NOW - HOUR, 3n * USD), createCall(NOW, 3n * USD)])
    // Six equal hours have no deviation, so whatever is more stands out by that.
    expect(await look(eyes, NOW)).toEqual([
      'firing warning: Spend of service shop is over 3 standard deviations above its mean',
    ])
    await store.record([createCall(NOW, 1n)])
    const signs = await eyes.look(NOW + 60_000)
    expect(signs.map((sign) => [sign.key, sign.isWrong, sign.describe()])).toEqual([
      [
        'anomaly/cost/service%20shop',
        true,
        {
          title: 'Spend of service shop is over 3 times the usual of this hour',
          text: '3.000000000000000001 USD were spent in the hour; usual are 1 USD.',
          facts: [
            { name: 'spent', value: '3.000000000000000001 USD' },
            { name: 'usual', value: '1 USD' },
            { name: 'hour', value: '2026-11-23T10:00:00.000Z' },
          ],
        },
      ],
    ])
    expect(await look(eyes, NOW + 60_000)).toEqual([])
    // After a restart, and still in the next hour.
    expect(await look(createEyes(['cost']), NOW + HOUR)).toEqual([])
    expect(await look(createEyes(['cost']), NOW + 2 * HOUR)).toEqual([
      'resolved warning: Spend of service shop is usual again',
    ])
  })

  test('under the floor, or of hours that nobody knows others of, is nothing', async () => {
    await recordWeeks()
    await store.record([createCall(NOW, 9n * USD), createCall(NOW, 9n * USD, { service: 'new' })])
    expect(await look(createEyes(['cost'], { hourFloorAtto: 9n * USD }), NOW)).toEqual([])
    expect(await look(createEyes(['cost'], { by: ['team'] }), NOW)).toEqual([
      'firing warning: Spend of no team is over 3 times the usual of this hour',
    ])
  })

  test('of a young ledger is compared with the same hour of the days before', async () => {
    const days = [1, 2, 3, 4].map((day) => createCall(NOW - day * DAY, USD))
    await store.record([...days, createCall(NOW, 4n * USD)])
    expect(await look(createEyes(['cost']), NOW)).toEqual([])
    await store.record([createCall(NOW - 5 * DAY, USD)])
    expect(await look(createEyes(['cost']), NOW)).toHaveLength(1)
  })

  test('follows the clock of the zone over a change of the clock', async () => {
    // Until 2026-10-25 Berlin was two hours ahead of UTC: 11:20 there was 09:20 UTC.
    const weeks = [1, 2, 3, 4, 5, 6].map((week) =>
      createCall(NOW - week * 7 * DAY - (week > 4 ? HOUR : 0), USD),
    )
    await store.record([...weeks, createCall(NOW, 4n * USD)])
    expect(await look(createEyes(['cost']), NOW)).toEqual([])
    expect(await look(createEyes(['cost'], { zone: 'Europe/Berlin' }), NOW)).toHaveLength(1)
  })
})

describe('an operation', () => {
  test('over twice the 95th percentile of its feed is told once an hour, by its trace', async () => {
    const eyes = createEyes(['operation'])
    const record = async (calls: readonly Entry[], by = eyes): Promise<void> =>
      by.onRecorded(calls, await store.record(calls))
    // 94 of 0.1, 6 of 0.2: the 95th of 100 costs 0.2.
    const usual = Array.from({ length: 100 }, (_, i) =>
      createCall(NOW, i < 94 ? USD / 10n : USD / 5n),
    )
    await record(usual)
    await record([createCall(NOW, (2n * USD) / 5n)])
    expect(await look(eyes, NOW)).toEqual([])
    const large = createCall(NOW, (2n * USD) / 5n + 1n)
    await record([large])
    const [sign] = await eyes.look(NOW)
    expect(sign?.describe()).toMatchObject({
      text: '95 of 100 of its operations cost 0.2 USD at most.',
      facts: [{}, {}, { name: 'trace', value: large.traceId }],
    })
    const told = 'firing warning: One operation of service shop cost 0.400000000000000001 USD'
    expect(await look(eyes, NOW)).toEqual([told])
    expect(await look(eyes, NOW + 60_000)).toEqual([])
    // It came again: that is no other operation.
    await record([large])
    expect(await look(eyes, NOW + HOUR)).toEqual([])

    // After a restart the percentile is known still.
    const other = createEyes(['operation'])
    expect(await look(other, NOW + 61_000)).toEqual([])
    await record([createCall(NOW, USD)], other)
    expect(await other.look(NOW + 62_000)).toHaveLength(1)
  })
})

describe('silence', () => {
  test('of three times the longest pause is told, and its end', async () => {
    // Every hour of two days until NOW, with one pause of two hours.
    const hours = Array.from({ length: 48 }, (_, hour) => hour).filter((hour) => hour !== 20)
    await store.record(hours.map((hour) => createCall(NOW - hour * HOUR, 1n)))
    const last = Date.parse('2026-11-23T11:00:00Z')
    expect(await look(createEyes(['silence']), last + 6 * HOUR)).toEqual([])
    expect(await look(createEyes(['silence']), last + 6 * HOUR + 1)).toEqual([
      'firing warning: Nothing comes from service shop',
    ])
    await store.record([createCall(last + 7 * HOUR, 1n)])
    expect(await look(createEyes(['silence']), last + 7 * HOUR + 1)).toEqual([
      'resolved warning: service shop is heard of again',
    ])
    // Two weeks later nobody waits for it.
    expect(await look(createEyes(['silence']), last + 30 * DAY)).toEqual([])
  })

  test('that nobody ends is told to be over, when it is no longer waited for', async () => {
    const hours = Array.from({ length: 30 }, (_, hour) => hour)
    await store.record(hours.map((hour) => createCall(NOW - hour * HOUR, 1n)))
    expect(await look(createEyes(['silence']), NOW + DAY)).toHaveLength(1)
    expect(await look(createEyes(['silence']), NOW + 15 * DAY)).toEqual([
      'resolved info: service shop is not watched any more',
    ])
  })
})

describe('the unpriced share', () => {
  test('that rises is told', async () => {
    const before = Array.from({ length: 100 }, (_, i) =>
      createCall(NOW - 3 * DAY, 1n, i === 0 ? { service: 'shop' } : {}),
    )
    const now = Array.from({ length: 20 }, () => createCall(NOW, 1n))
    await store.record([...before, ...now])
    expect(await look(createEyes(['unpriced']), NOW)).toEqual([])
    await store.record([{ ...createCall(NOW, 1n), rating: UNPRICED }])
    expect(await look(createEyes(['unpriced']), NOW)).toEqual([
      'firing warning: 4.7 % of the operations of service shop have no full price',
    ])
    expect(await look(createEyes(['unpriced']), NOW + 2 * HOUR)).toEqual([
      'resolved warning: The operations of service shop have prices again, as far as is usual',
    ])
  })
})

describe('a model', () => {
  test('is new once, over restarts, and not at the first look', async () => {
    await store.record([createCall(NOW - DAY, 1n)])
    expect(await look(createEyes(['model']), NOW)).toEqual([])
    await store.record([createCall(NOW, 1n, { model: '<b>two</b>' })])
    expect(await look(createEyes(['model']), NOW)).toEqual([
      'firing info: A new model is called: <b>two</b>',
    ])
    expect(await look(createEyes(['model']), NOW + 60_000)).toEqual([])
    expect(await look(createEyes(['model']), NOW + 2 * HOUR)).toEqual([])
    const alert = (await readAlerts(store))['anomaly/model/%3Cb%3Etwo%3C%2Fb%3E']
    expect(alert).toMatchObject({ toldUnixMs: NOW, resolvedUnixMs: NOW + 2 * HOUR })
  })
})

test('a ledger without anything has no anomalies', async () => {
  expect(await look(createEyes(ANOMALY_KINDS), NOW)).toEqual([])
  expect(await look(createEyes(ANOMALY_KINDS, { by: [] }), NOW)).toEqual([])
})
