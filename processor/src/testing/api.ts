import { openSqliteStore, type Entry, type Store } from '@spancost/ledger'
import { createBook, createCardRate, type PriceBook, type Rating } from '@spancost/pricing'
import type { Alert } from '@spancost/budget'
import type { AlertDesk } from '../api/answer.ts'
import { openBudgets } from '../budgets/open-budgets.ts'
import { startApi, type Api, type ApiOptions } from '../api/server.ts'

export const TRACE_ONE = '0af7651916cd43dd8448eb211c80319c'
export const TRACE_TWO = '4bf92f3577b34da6a3ce929d0e0e4736'

const USD = 10n ** 18n
/** 2026-08-01T10:00:00Z. */
const TEN_UNIX_NANO = 1_785_578_400_000_000_000n
const MINUTE_NANO = 60_000_000_000n

/** One call of model `one` of provider `acme`, which costs 2 USD in and 8 USD out. */
export function createEntry(changes: Partial<Entry>): Entry {
  return {
    traceId: TRACE_ONE,
    spanId: '00f067aa0ba902b1',
    parentSpanId: '',
    spanName: 'chat one',
    startTimeUnixNano: TEN_UNIX_NANO,
    endTimeUnixNano: TEN_UNIX_NANO + 5n,
    operation: {
      dialect: 'otel',
      role: 'leaf',
      name: 'chat',
      provider: 'acme',
      responseModel: 'one',
      usage: { inputTokens: 20, outputTokens: 40 },
    },
    units: new Map([
      ['input', 20],
      ['output', 40],
    ]),
    rating: {
      status: 'priced',
      source: 'book',
      card: 'acme/one',
      book: 'test@1',
      lines: [
        { unit: 'input', quantity: 20, rate: '0.1', costAtto: 2n * USD },
        { unit: 'output', quantity: 40, rate: '0.2', costAtto: 8n * USD },
      ],
      costAtto: 10n * USD,
    },
    labels: { provider: 'acme', model: 'one', operation: 'chat', service: 'shop', team: 'web' },
    ...changes,
  }
}

const UNPRICED: Rating = {
  status: 'unpriced',
  reason: 'unknown_model',
  detail: 'no price of "two" is known',
  book: 'test@1',
  lines: [],
}

/**
 * Trace one: at 10:00 a call of 10 USD, at 10:30 one without a price, at 11:00 a held agent.
 * Trace two: at 11:30 a call of 10 USD, without a service.
 */
const ENTRIES: readonly Entry[] = [
  createEntry({}),
  createEntry({
    spanId: '00f067aa0ba902b2',
    parentSpanId: '00f067aa0ba902b1',
    startTimeUnixNano: TEN_UNIX_NANO + 30n * MINUTE_NANO,
    units: new Map([['input', 7]]),
    rating: UNPRICED,
    labels: { provider: 'acme', model: 'two', operation: 'chat', service: 'shop' },
  }),
  createEntry({
    spanId: '00f067aa0ba902b3',
    startTimeUnixNano: TEN_UNIX_NANO + 60n * MINUTE_NANO,
    operation: { dialect: 'otel', role: 'container', name: 'invoke_agent', usage: {} },
  }),
  createEntry({
    traceId: TRACE_TWO,
    spanId: '00f067aa0ba902b4',
    startTimeUnixNano: TEN_UNIX_NANO + 90n * MINUTE_NANO,
    labels: { provider: 'acme', model: 'one', operation: 'chat' },
  }),
]

/** `acme/one` at 0.1 USD in, above 100 tokens 0.3, and 0.2 out, from 2026 on. */
export function createTestBook(): PriceBook {
  const output = createCardRate('0.2', 1)
  const card = {
    id: 'acme/one',
    provider: 'acme',
    model: 'one',
    currency: 'USD',
    rates: { input: createCardRate('0.1', 1), output },
    tiers: [{ start: 100, rates: { input: createCardRate('1', 3), output } }],
    fromMs: Date.UTC(2026, 0, 1),
    source: 'a test',
  } as const
  const listing = { provider: 'acme', model: 'one', cards: [card] }
  const listings = [{ ...listing, matches: (id: string) => id === 'one' }]
  return createBook([{ name: 'test', version: '1', listings }])
}

/** One alert that is open. */
export function createTestAlerts(): AlertDesk {
  const alerts = new Map<string, Alert>([['budget/web', { sinceUnixMs: 0, toldUnixMs: 1000 }]])
  const edit = (key: string, change: Partial<Alert>) => {
    const alert = alerts.get(key)
    if (alert !== undefined) alerts.set(key, { ...alert, ...change })
    return Promise.resolve(alert !== undefined)
  }
  return {
    list: () => Promise.resolve(Object.fromEntries(alerts)),
    acknowledge: (key, acknowledgedBy) => edit(key, { acknowledgedBy }),
    snooze: (key, snoozedUntilUnixMs) => edit(key, { snoozedUntilUnixMs }),
  }
}

export interface TestApi extends Api {
  readonly store: Store
  fetch(path: string, init?: RequestInit): Promise<Response>
  json(path: string): Promise<unknown>
}

/** The API on a free port over a ledger in memory that holds `ENTRIES`. */
export async function startTestApi(
  changes: Partial<ApiOptions> = {},
  { hasMetrics = true } = {},
): Promise<TestApi> {
  const store = await openSqliteStore({ path: ':memory:' })
  await store.record(ENTRIES)
  const books = { of: createTestBook }
  const api = await startApi({
    endpoint: '127.0.0.1:0',
    tokens: [],
    store,
    books,
    ...openBudgets(store, books, { approvals: [], prices: { exchange: {} } }),
    forecasts: () => new Map(),
    alerts: createTestAlerts(),
    version: '1.2.3',
    whyNotReady: () => undefined,
    ...(hasMetrics && {
      readMetrics: async (accept) => ({
        contentType: `text/plain; given="${accept}"`,
        text: '# TYPE x counter\nx 1\n',
      }),
    }),
    ...changes,
  })
  const get = (path: string, init?: RequestInit) => fetch(`http://${api.address}${path}`, init)
  return {
    ...api,
    store,
    fetch: get,
    json: async (path) => (await get(path)).json(),
    stop: async () => {
      await api.stop()
      await store.close()
    },
  }
}
