import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEntry, startTestApi, TRACE_ONE, TRACE_TWO, type TestApi } from '../testing/api.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})

afterAll(() => api.stop())

const usd = (amount: string) => ({ amount, currency: 'USD' })

/** What one call of 10 USD adds. */
const TEN = {
  cost: usd('10'),
  parts: {
    input: usd('2'),
    output: usd('8'),
    cache_read: usd('0'),
    cache_write: usd('0'),
    other: usd('0'),
  },
  tokens: { input: 20, output: 40, cache_read: 0, cache_write: 0, reasoning: 0 },
  operations: 1,
}

const TWENTY = {
  cost: usd('20'),
  parts: {
    input: usd('4'),
    output: usd('16'),
    cache_read: usd('0'),
    cache_write: usd('0'),
    other: usd('0'),
  },
}

const NOTHING = {
  cost: usd('0'),
  parts: {
    input: usd('0'),
    output: usd('0'),
    cache_read: usd('0'),
    cache_write: usd('0'),
    other: usd('0'),
  },
}

/** The call without a price: 7 input tokens. */
const UNPRICED = {
  ...NOTHING,
  tokens: { input: 7, output: 0, cache_read: 0, cache_write: 0, reasoning: 0 },
  operations: 1,
  statuses: { unpriced: 1 },
}

const UNPRICED_ENTRY = {
  parentSpanId: '00f067aa0ba902b1',
  status: 'unpriced',
  reason: 'unknown_model',
  detail: 'no price of "two" is known',
  units: [{ unit: 'input', quantity: 7 }],
}

const TOTAL = {
  ...TWENTY,
  tokens: { input: 47, output: 80, cache_read: 0, cache_write: 0, reasoning: 0 },
  operations: 3,
  statuses: { priced: 2, unpriced: 1 },
}

describe('/spend', () => {
  test('in total', async () => {
    expect(await api.json('/api/v1/spend')).toEqual({
      zone: 'UTC',
      rows: [{ labels: {}, ...TOTAL }],
      total: TOTAL,
      truncated: false,
    })
  })

  test('by labels, the most expensive first', async () => {
    expect(await api.json('/api/v1/spend?by=model,service')).toEqual({
      zone: 'UTC',
      rows: [
        { labels: { model: 'one', service: 'shop' }, ...TEN, statuses: { priced: 1 } },
        { labels: { model: 'one' }, ...TEN, statuses: { priced: 1 } },
        { labels: { model: 'two', service: 'shop' }, ...UNPRICED },
      ],
      total: TOTAL,
      truncated: false,
    })
  })

  test('by hour', async () => {
    expect(await api.json('/api/v1/spend?by=model&granularity=hour')).toMatchObject({
      rows: [
        { start: '2026-08-01T10:00:00.000Z', labels: { model: 'one' }, cost: usd('10') },
        { start: '2026-08-01T10:00:00.000Z', labels: { model: 'two' }, cost: usd('0') },
        { start: '2026-08-01T11:00:00.000Z', labels: { model: 'one' }, cost: usd('10') },
      ],
      total: TOTAL,
    })
  })

  test.each([
    ['from=2026-08-01T10:30:00Z', 2],
    ['from=2026-08-01T10:30:00.001Z', 1],
    ['to=2026-08-01T10:30:00Z', 1],
    ['to=1785580200001', 2],
    ['from=2026-08-01&to=2026-08-02', 3],
    ['from=2027-01-01', 0],
  ])('%s has %i operations', async (range, operations) => {
    expect(await api.json(`/api/v1/spend?${range}`)).toMatchObject({ total: { operations } })
  })
})

describe('/traces', () => {
  test('the most expensive ones', async () => {
    expect(await api.json('/api/v1/traces?sort=cost')).toEqual({
      zone: 'UTC',
      traces: [
        {
          traceId: TRACE_ONE,
          start: '2026-08-01T10:00:00.000Z',
          ...TEN,
          tokens: { ...TEN.tokens, input: 27 },
          operations: 2,
          unpriced: 1,
        },
        { traceId: TRACE_TWO, start: '2026-08-01T11:30:00.000Z', ...TEN, unpriced: 0 },
      ],
    })
    expect(await api.json('/api/v1/traces?limit=1')).toMatchObject({
      traces: [{ traceId: TRACE_ONE }],
    })
    expect(await api.json('/api/v1/traces?from=2026-08-01T11:00:00Z')).toMatchObject({
      traces: [{ traceId: TRACE_TWO }],
    })
  })

  test('one of them: what counted, by model and by service, and every entry', async () => {
    const trace = await api.json(`/api/v1/traces/${TRACE_ONE.toUpperCase()}`)
    expect(trace).toMatchObject({
      traceId: TRACE_ONE,
      cost: usd('10'),
      operations: 2,
      unpriced: 1,
      byModel: [
        { model: 'one', cost: usd('10'), operations: 1, unpriced: 0 },
        { model: 'two', cost: usd('0'), operations: 1, unpriced: 1 },
      ],
      byService: [{ service: 'shop', cost: usd('10'), operations: 2, unpriced: 1 }],
      entries: [
        { spanId: '00f067aa0ba902b1', standing: 'counted' },
        { spanId: '00f067aa0ba902b2', standing: 'counted' },
        { spanId: '00f067aa0ba902b3', standing: 'held' },
      ],
      truncated: false,
    })
  })

  test('its spans as a tree: what is below each, exact in whatever order they came', async () => {
    const traced = await startTestApi()
    const traceId = 'd'.repeat(32)
    const call = createEntry({
      traceId,
      spanId: '00f067aa0ba902c1',
      parentSpanId: '00f067aa0ba902c2',
    })
    const { startTimeUnixNano, endTimeUnixNano } = call
    const root = { traceId, spanId: '00f067aa0ba902c2', parentSpanId: '', name: 'GET /' }
    const times = { startTimeUnixNano: startTimeUnixNano - 1n, endTimeUnixNano }
    await traced.store.record([call], [{ ...root, ...times, service: 'web' }])
    const trace = await traced.json(`/api/v1/traces/${traceId}`)
    const ten = { cost: usd('10'), operations: 1, unpriced: 0 }
    const rootPlace = {
      spanId: '00f067aa0ba902c2',
      name: 'GET /',
      service: 'web',
      startTimeUnixNano: '1785578399999999999',
      endTimeUnixNano: '1785578400000000005',
    }
    expect(trace).toMatchObject({
      byAgent: [ten],
      topSubtrees: [
        { ...rootPlace, ...ten },
        { spanId: '00f067aa0ba902c1', ...ten },
      ],
    })
    expect(trace).toHaveProperty('spans.0', { ...rootPlace, subtree: ten })
    expect(trace).toMatchObject({
      spans: [
        {},
        {
          spanId: '00f067aa0ba902c1',
          parentSpanId: '00f067aa0ba902c2',
          service: 'shop',
          standing: 'counted',
          status: 'priced',
          card: 'acme/one',
          cost: usd('10'),
          subtree: ten,
          units: [{ unit: 'input' }, { unit: 'output' }],
        },
      ],
    })
    await traced.stop()
  })

  test('one that is not there', async () => {
    const response = await api.fetch(`/api/v1/traces/${'a'.repeat(32)}`)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({
      detail: `no operation of trace ${'a'.repeat(32)} is in the ledger`,
    })
  })
})

describe('/entries', () => {
  test('have all that is known', async () => {
    const answer = await api.json(`/api/v1/entries?traceId=${TRACE_ONE}&limit=1`)
    expect(answer).toHaveProperty('entries.0', {
      traceId: TRACE_ONE,
      spanId: '00f067aa0ba902b1',
      spanName: 'chat one',
      startTimeUnixNano: '1785578400000000000',
      endTimeUnixNano: '1785578400000000005',
      recordedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as unknown,
      operation: 'chat',
      dialect: 'otel',
      role: 'leaf',
      provider: 'acme',
      responseModel: 'one',
      usage: { inputTokens: 20, outputTokens: 40 },
      labels: { provider: 'acme', model: 'one', operation: 'chat', service: 'shop', team: 'web' },
      standing: 'counted',
      arrivedAs: 'counted',
      corrections: [],
      status: 'priced',
      source: 'book',
      card: 'acme/one',
      book: 'test@1',
      cost: usd('10'),
      units: [
        { unit: 'input', quantity: 20, rate: '0.1', cost: usd('2') },
        { unit: 'output', quantity: 40, rate: '0.2', cost: usd('8') },
      ],
    })
  })

  test('without a price have no cost, and units without a rate', async () => {
    const answer = await api.json(`/api/v1/traces/${TRACE_ONE}`)
    expect(answer).toMatchObject({ entries: [{}, UNPRICED_ENTRY, {}] })
    expect(answer).not.toHaveProperty('entries.1.cost')
    expect(answer).not.toHaveProperty('entries.1.units.0.cost')
  })

  test('say when there are more', async () => {
    const two = await api.json(`/api/v1/entries?traceId=${TRACE_ONE}&limit=2`)
    const three = await api.json(`/api/v1/entries?traceId=${TRACE_ONE}&limit=3`)
    expect(two).toMatchObject({ entries: [{}, {}], truncated: true })
    expect(three).toMatchObject({ entries: [{}, {}, {}], truncated: false })
  })

  test('of an unknown trace are none', async () => {
    expect(await api.json(`/api/v1/entries?traceId=${'b'.repeat(32)}`)).toEqual({
      entries: [],
      truncated: false,
    })
  })
})

describe('/prices', () => {
  test('of a model that has some', async () => {
    expect(await api.json('/api/v1/prices?provider=acme&model=one&at=2026-08-01')).toEqual({
      provider: 'acme',
      model: 'one',
      at: '2026-08-01T00:00:00.000Z',
      book: 'test@1',
      card: {
        id: 'acme/one',
        provider: 'acme',
        model: 'one',
        source: 'a test',
        currency: 'USD',
        from: '2026-01-01T00:00:00.000Z',
        rates: [
          { unit: 'input', rate: '0.1' },
          { unit: 'output', rate: '0.2' },
        ],
        contextTiers: [
          {
            aboveInputTokens: 100,
            rates: [
              { unit: 'input', rate: '1/3' },
              { unit: 'output', rate: '0.2' },
            ],
          },
        ],
      },
    })
  })

  test('of one that has none, or had none then: the reason', async () => {
    expect(await api.json('/api/v1/prices?provider=acme&model=nine')).toMatchObject({
      reason: 'unknown_model',
      detail: 'no price of "nine" is known',
    })
    expect(await api.json('/api/v1/prices?provider=acme&model=one&at=2025-12-31')).toMatchObject({
      reason: 'no_rate',
    })
  })
})

describe('parameters', () => {
  const words = 'today, yesterday, this-week, last-week, this-month, last-month'
  const instants =
    'ISO 8601 such as 2026-08-01 or 2026-08-01T12:00:00Z, Unix milliseconds, now, ' +
    `${words}, or so long ago: 24h, 7d, 4w`
  const labels = 'at most 8 different label names such as model,team'
  const periods = '"hour" or "day" or "week" or "month"'
  const filter = 'a label and a value such as team=search (team= where there is none)'

  test.each([
    ['/spend?by=a,b,c,d,e,f,g,h,i', 'by', `expected ${labels}, found "a,b,c,d,e,f,g,h,i"`],
    ['/spend?by=model,model', 'by', `expected ${labels}, found "model,model"`],
    ['/spend?by=', 'by', `expected ${labels}, found ""`],
    ['/spend?by=a&by=b', 'by', 'given twice'],
    ['/spend?from=soon', 'from', `expected ${instants}, found "soon"`],
    ['/spend?from=2026-08-02&to=2026-08-01', 'to', 'expected an instant after "from"'],
    ['/spend?granularity=year', 'granularity', `expected ${periods}, found "year"`],
    ['/spend?range=now', 'range', `expected ${words}, or 24h, 7d, 4w until now, found "now"`],
    ['/spend?range=7d&to=now', 'range', 'cannot be given together with "from" or "to"'],
    ['/spend?zone=Mars', 'zone', 'expected a time zone such as Europe/Berlin or UTC, found "Mars"'],
    ['/spend?where=team', 'where', `expected ${filter}, found "team"`],
    ['/spend?form=2026-08-01', 'form', 'unknown; did you mean "from"?'],
    ['/entries?__proto__=1', '__proto__', 'unknown; known here: traceId, spanId, limit'],
    ['/traces?sort=name', 'sort', 'expected "cost", found "name"'],
    ['/traces?limit=1001', 'limit', 'expected a whole number from 1 to 1000, found "1001"'],
    ['/traces?limit=0', 'limit', 'expected a whole number from 1 to 1000, found "0"'],
    ['/traces?limit=1e3', 'limit', 'expected a whole number from 1 to 1000, found "1e3"'],
    ['/traces/xyz', 'traceId', 'expected 32 hex digits, found "xyz"'],
    ['/traces/%zz', 'traceId', 'expected 32 hex digits, found "%zz"'],
    ['/entries', 'traceId', 'expected 32 hex digits, found nothing'],
    ['/prices?provider=acme', 'model', 'expected 1 to 256 characters, found nothing'],
    ['/healthz?x=1', 'x', 'none is taken here'],
  ])('%s is refused', async (path, parameter, message) => {
    const response = await api.fetch(`/api/v1${path}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: `parameter "${parameter}": ${message}`,
      parameter,
    })
  })
})

test('counts have all their digits, beyond what a double holds', async () => {
  const big = await startTestApi()
  // Each entry may have a trillion tokens; ten thousand of them exceed 2^53.
  const entries = Array.from({ length: 10_000 }, (_, index) =>
    createEntry({
      spanId: (index + 1).toString(16).padStart(16, '0'),
      traceId: 'c'.repeat(32),
      units: new Map([['input', 1_000_000_000_000 - (index === 0 ? 1 : 0)]]),
      labels: { model: 'big' },
    }),
  )
  await big.store.record(entries)
  const text = await (await big.fetch('/api/v1/spend?by=model')).text()
  expect(text).toContain('"tokens":{"input":9999999999999999,')
  const trace = await big.json(`/api/v1/traces/${'c'.repeat(32)}`)
  expect(trace).toMatchObject({ operations: 10_000, truncated: false })
  await big.stop()
})
