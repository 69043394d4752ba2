import { afterEach, expect, test, vi } from 'vitest'
import { createEntry, startTestApi, type TestApi } from '../testing/api.ts'

let api: TestApi
afterEach(async () => {
  vi.useRealTimers()
  await api.stop()
})

const USD = 10n ** 18n
const usd = (amount: string) => ({ amount, currency: 'USD' })

/** One call of so many USD for each of the amounts; `agent` is in its labels. */
async function recordCosts(agent: string, amounts: readonly number[], startMs: number) {
  const startTimeUnixNano = BigInt(startMs) * 1_000_000n
  const entries = amounts.map((amount, index) => {
    const costAtto = BigInt(amount) * USD
    const lines = [{ unit: 'input', quantity: 1, rate: '1', costAtto }] as const
    const { rating } = createEntry({})
    return createEntry({
      traceId: `${agent.charCodeAt(0)}${index}`.padStart(32, '0'),
      startTimeUnixNano,
      endTimeUnixNano: startTimeUnixNano,
      labels: { agent },
      rating: { ...rating, lines, costAtto, cache: { savedAtto: 2n * USD, extraAtto: 1n } },
    })
  })
  await api.store.record(entries)
}

test('/percentiles are exact, of each group and of all', async () => {
  api = await startTestApi()
  const at = Date.UTC(2026, 5, 1)
  // 1 to 100 USD, and three of 7.
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1)
  await recordCosts('planner', hundred, at)
  await recordCosts('x', [7, 7, 7], at)
  const asked = '/api/v1/percentiles?from=2026-06-01&to=2026-06-02&by=agent'
  expect(await api.json(asked)).toEqual({
    from: '2026-06-01T00:00:00.000Z',
    to: '2026-06-02T00:00:00.000Z',
    zone: 'UTC',
    rows: [
      {
        labels: { agent: 'planner' },
        operations: 100,
        p50: usd('50'),
        p90: usd('90'),
        p99: usd('99'),
        most: usd('100'),
        cacheSaved: usd('200'),
        cacheExtra: usd('0.0000000000000001'),
      },
      {
        labels: { agent: 'x' },
        operations: 3,
        p50: usd('7'),
        p90: usd('7'),
        p99: usd('7'),
        most: usd('7'),
        cacheSaved: usd('6'),
        cacheExtra: usd('0.000000000000000003'),
      },
    ],
    // Of 103, in order: the 52nd, with four of 7, is 49; the 93rd is 90, the 102nd 99.
    total: {
      operations: 103,
      p50: usd('49'),
      p90: usd('90'),
      p99: usd('99'),
      most: usd('100'),
      cacheSaved: usd('206'),
      cacheExtra: usd('0.000000000000000103'),
    },
    newestOnly: false,
    truncated: false,
  })
  expect(await api.json(`${asked}&where=agent=x`)).toMatchObject({ total: { operations: 3 } })
  expect(await api.json('/api/v1/percentiles?from=2020-01-01&to=2020-01-02')).toMatchObject({
    rows: [],
    total: { operations: 0, cacheSaved: usd('0') },
  })
})

test('/forecast is the line where little is known, and of the month of the zone', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  // Ten of thirty days of November in Berlin have gone by.
  vi.setSystemTime('2026-11-10T23:00:00Z')
  api = await startTestApi()
  await recordCosts('planner', [5], Date.UTC(2026, 9, 31, 22, 59))
  await recordCosts('y', [20], Date.UTC(2026, 10, 5))
  expect(await api.json('/api/v1/forecast?zone=Europe/Berlin')).toEqual({
    zone: 'Europe/Berlin',
    from: '2026-11-01T00:00:00+01:00',
    to: '2026-12-01T00:00:00+01:00',
    spent: usd('20'),
    forecast: usd('60'),
    method: 'line',
  })
  expect(await api.json('/api/v1/forecast?where=agent=nobody')).toMatchObject({
    spent: usd('0'),
    forecast: usd('0'),
  })
})
