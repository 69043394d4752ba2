import { createHash } from 'node:crypto'
import { openSqliteStore, type Store } from '@spancost/ledger'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openBudgets } from '../budgets/open-budgets.ts'
import { createEntry, createTestAlerts, createTestBook } from '../testing/api.ts'
import { startApi, type Api } from './server.ts'

const USD = 10n ** 18n
const EXCHANGE = { EUR: { '2026-01-01': '1.25' } }

const TOKENS = [
  { token: 'rob', roles: ['requester', 'viewer'] },
  { token: 'mia', roles: ['project_manager', 'viewer'] },
  { token: 'dora', roles: ['finance_director', 'viewer'] },
  { token: 'app', roles: ['decider'] },
  { token: 'vera', roles: ['viewer', 'decider'] },
  { token: 'acme', roles: ['decider', 'viewer', 'requester'], labels: { tenant: 'acme' } },
].map(({ token, roles, labels = {} }) => ({
  name: token,
  sha256: createHash('sha256').update(token).digest('hex'),
  roles,
  labels,
}))

let store: Store
let api: Api

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' })
  const books = { of: createTestBook }
  const levels = [
    { role: 'project_manager', upToAtto: 1_000n * USD, alertAtPercent: 80 },
    { role: 'finance_director' },
  ]
  api = await startApi({
    endpoint: '127.0.0.1:0',
    tokens: TOKENS,
    store,
    books,
    ...openBudgets(store, books, { approvals: levels, prices: { exchange: EXCHANGE } }),
    forecasts: () => new Map(),
    alerts: createTestAlerts(),
    labels: ['team', 'tenant', 'user'],
    version: '1',
    whyNotReady: () => undefined,
  })
})

afterEach(async () => {
  await api.stop()
  await store.close()
})

async function ask(who: string, path: string, body?: unknown, text = JSON.stringify(body)) {
  const response = await fetch(`http://${api.address}/api/v1${path}`, {
    headers: { authorization: `Bearer ${who}`, 'content-type': 'application/json' },
    ...(body !== undefined && { method: 'POST', body: text }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

/** `acme/one` costs 0.1 USD a token in and 0.2 out. */
const BUDGET = {
  id: 'web',
  scope: { team: 'web' },
  limit: { amount: '100' },
  window: { period: 'total' },
}

async function approve(budget: object = BUDGET): Promise<void> {
  expect(await ask('rob', '/budgets', { budget })).toMatchObject({ status: 201 })
  const { id } = budget as { id: string }
  expect(await ask('dora', `/budgets/${id}/approve`, {})).toMatchObject({ status: 200 })
}

function decide(who: string, outputTokens: number, more: object = {}) {
  const call = { provider: 'acme', model: 'one', inputTokens: 0, maxOutputTokens: outputTokens }
  return ask(who, '/decisions', { dimensions: { team: 'web' }, ...call, ...more })
}

describe('the life of a budget', () => {
  test('goes from a request by approval to its end, and all of it is written down', async () => {
    const large = { ...BUDGET, limit: { amount: '1000.01' } }
    expect(await ask('rob', '/budgets', { budget: large, why: 'new index' })).toMatchObject({
      status: 201,
      body: { id: 'web', life: 'pending', state: 'pending', requestedBy: 'rob', counters: [] },
    })
    expect(await ask('mia', '/budgets/web/approve', {})).toMatchObject({
      status: 403,
      body: { detail: '"web" needs finance_director or admin; "mia" has project_manager, viewer' },
    })
    expect(await ask('dora', '/budgets/web/approve', { why: 'fits' })).toMatchObject({
      status: 200,
      body: { life: 'approved', state: 'active' },
    })
    expect(await ask('dora', '/budgets/web/approve', {})).toMatchObject({ status: 409 })
    await store.record([createEntry({})])
    expect(await ask('mia', '/budgets/web')).toMatchObject({
      status: 200,
      body: {
        state: 'active',
        limit: { amount: '1000.01', currency: 'USD' },
        counters: [
          {
            for: {},
            window: { id: 'total' },
            spent: { amount: '10', currency: 'USD' },
            left: { amount: '990.01', currency: 'USD' },
            percent: 0.999,
          },
        ],
      },
    })
    expect(await ask('dora', '/budgets/web/close', { why: 'done' })).toMatchObject({ status: 200 })
    const { body } = await ask('dora', '/audit?budget=web')
    const steps = body['steps'] as Record<string, string>[]
    expect(steps.map(({ what, who, why }) => [what, who, why])).toEqual([
      ['closed', 'dora', 'done'],
      ['approved', 'dora', 'fits'],
      ['requested', 'rob', 'new index'],
    ])
  })

  test('in another currency is shown in both, with the rate and its day', async () => {
    const limit = { amount: '10', currency: 'EUR' }
    await approve({ ...BUDGET, limit, window: { period: 'month' } })
    expect(await ask('rob', '/budgets/web')).toMatchObject({
      body: {
        limit,
        counters: [
          {
            limit: { amount: '12.5', currency: 'USD' },
            exchange: { of: limit, rate: '1.25', from: '2026-01-01' },
          },
        ],
      },
    })
    // An output token of the test's model costs 0.20: 62 are less than 12.50, 63 are more.
    expect((await decide('app', 62)).body).toMatchObject({ decision: 'allow' })
    expect((await decide('app', 63)).body).toMatchObject({ decision: 'deny', budget: 'web' })
  })

  test.each([
    [
      { ...BUDGET, limit: { amount: '1', currency: 'CHF' }, window: { period: 'day' } },
      400,
      /^budget\.limit: CHF: no exch/,
    ],
    [
      { ...BUDGET, limit: { amount: '1', currency: 'EUR' } },
      400,
      /^budget\.limit: EUR: .*validFrom/,
    ],
    [{ ...BUDGET, limit: { amount: '-1' } }, 400, /^budget\.limit/],
    [{ ...BUDGET, limit: { amount: 5 } }, 400, /^budget\.limit\.amount: expected a decimal/],
    [{ ...BUDGET, limit: { tokens: -1 } }, 400, /^budget\.limit\.tokens: /],
    [{ ...BUDGET, limit: {} }, 400, /^budget\.limit/],
    [
      { ...BUDGET, window: { period: 'month', zone: 'Mars' } },
      400,
      /^budget\.window\.zone: no time/,
    ],
    [{ ...BUDGET, window: { period: 'fortnight' } }, 400, /^budget\.window\.period/],
    [{ ...BUDGET, name: 'x'.repeat(201) }, 400, /^budget\.name/],
    [{ ...BUDGET, scop: {} }, 400, /did you mean|unknown key/],
    [{ ...BUDGET, scope: { tema: 'web' } }, 400, /no operation has a label "tema"; did you mean/],
    [{ ...BUDGET, scope: { team: [] } }, 400, /^budget\.scope\.team/],
    [{ ...BUDGET, each: ['usr'] }, 400, /no operation has a label "usr"; did you mean "user"/],
    [{ ...BUDGET, scope: { team: 'x'.repeat(257) } }, 400, /^budget\.scope\.team/],
    [{ ...BUDGET, thresholds: [{ percent: 0 }] }, 400, /^budget\.thresholds\[0\]\.percent/],
    [{ ...BUDGET, validFrom: '2026-02-30' }, 400, /^budget\.validFrom/],
    ['none', 400, /^budget/],
    [{ ...BUDGET, parent: 'web' }, 400, /circle/],
    [{ ...BUDGET, parent: 'nobody' }, 400, /does not exist/],
  ])('refuses %j', async (budget, status, message) => {
    const answer = await ask('rob', '/budgets', { budget })
    expect(answer.status).toBe(status)
    expect(answer.body['detail']).toMatch(message)
    expect((await ask('dora', '/budgets')).body).toEqual({ budgets: [] })
    expect((await ask('dora', '/audit')).body).toEqual({ steps: [] })
  })

  // On its own, because each row above is printed as the name of its test.
  test('refuses a name of a megabyte', async () => {
    const answer = await ask('rob', '/budgets', { budget: { ...BUDGET, id: 'x'.repeat(1e6) } })
    expect(answer).toMatchObject({
      status: 413,
      body: { detail: expect.stringMatching(/larger than/) },
    })
    expect((await ask('dora', '/budgets')).body).toEqual({ budgets: [] })
  })

  test('takes no steps from whoever only looks, and nothing that is no JSON', async () => {
    expect(await ask('app', '/budgets', { budget: BUDGET })).toMatchObject({ status: 403 })
    expect(await ask('rob', '/budgets', {}, '{"budget"')).toMatchObject({
      status: 400,
      body: { detail: 'the body is no JSON' },
    })
    expect(await ask('mia', '/budgets/none/approve', {})).toMatchObject({ status: 404 })
  })
})

describe('a decision', () => {
  test('allows what fits, and denies the call that would cross the limit', async () => {
    await approve()
    await store.record([createEntry({})])
    expect(await decide('app', 450)).toMatchObject({
      status: 200,
      body: {
        decision: 'allow',
        worstCase: { amount: '90', currency: 'USD' },
        levels: [{ budget: 'web', left: { amount: '90', currency: 'USD' }, state: 'active' }],
      },
    })
    expect((await decide('app', 451)).body).toMatchObject({
      decision: 'deny',
      budget: 'web',
      window: 'total',
      reason: 'too_large',
    })
  })

  test('reserves, once for a request, and says later why', async () => {
    await approve()
    const held = await decide('app', 300, { requestId: 'r1', hold: true })
    expect(held.body).toMatchObject({ decision: 'allow' })
    const holdId = String(held.body['holdId'])
    expect((await decide('app', 300, { requestId: 'r1', hold: true })).body['holdId']).toBe(holdId)
    expect((await decide('app', 250, { requestId: 'r2' })).body).toMatchObject({ decision: 'deny' })
    expect(await ask('app', '/decisions/r2')).toMatchObject({
      status: 200,
      body: { state: 'refused', reason: 'too_large', dimensions: { team: 'web', model: 'one' } },
    })
    // The span of the call settles it: 10 USD instead of 60.
    await store.record([createEntry({ holdId })])
    expect((await decide('app', 450)).body).toMatchObject({ decision: 'allow' })
    expect(await ask('app', `/holds/${holdId}/release`, {})).toMatchObject({
      body: { state: 'settled' },
    })
    expect(await ask('app', '/holds/none/release', {})).toMatchObject({ status: 404 })
    expect(await ask('app', '/decisions/r9')).toMatchObject({ status: 404 })
  })

  test('is about the caller’s own labels only', async () => {
    await approve({ ...BUDGET, id: 'acme', scope: { tenant: 'acme' } })
    expect((await decide('acme', 1)).body).toMatchObject({ levels: [{ budget: 'acme' }] })
    expect(await decide('acme', 1, { dimensions: { tenant: 'other' } })).toMatchObject({
      status: 403,
    })
    await approve()
    const { body } = await ask('acme', '/budgets')
    expect((body['budgets'] as { id: string }[]).map(({ id }) => id)).toEqual(['acme'])
    expect(await ask('acme', '/budgets/web')).toMatchObject({ status: 404 })
    expect(await ask('acme', '/budgets', { budget: { ...BUDGET, id: 'x' } })).toMatchObject({
      status: 403,
    })
  })

  test.each([
    [{ maxOutputTokens: -1 }, /maxOutputTokens/],
    [{ hold: true }, /requestId: missing/],
    [{ hold: true, requestId: 'r1', maxOutputTokens: 1 }, /inputTokens: missing/],
    [{ hold: true, requestId: 'r1', inputTokens: 1 }, /maxOutputTokens: missing/],
    [{ dimensions: { 'a b': 'x' } }, /dimensions/],
    [{ modell: 'x' }, /modell/],
  ])('refuses %j', async (call, message) => {
    const { status, body } = await ask('app', '/decisions', call)
    expect(status).toBe(400)
    expect(body['detail']).toMatch(message)
  })

  test('knows what has no price', async () => {
    await approve({ ...BUDGET, unpriced: 'refuse' })
    expect((await decide('app', 1, { model: 'nobody-knows' })).body).toMatchObject({
      decision: 'deny',
      reason: 'unpriced',
    })
  })
})

describe('alerts', () => {
  test('are listed, acknowledged and snoozed', async () => {
    const key = encodeURIComponent('budget/web')
    expect(await ask('mia', `/alerts/${key}/acknowledge`, {})).toMatchObject({ status: 200 })
    const until = '2026-12-01T00:00:00.000Z'
    expect(await ask('mia', `/alerts/${key}/snooze`, { until })).toMatchObject({ status: 200 })
    for (const step of ['acknowledge', 'snooze']) {
      expect(await ask('vera', `/alerts/${key}/${step}`, { until })).toMatchObject({
        status: 403,
        body: { detail: '"vera" is no requester or approver; its roles: viewer, decider' },
      })
    }
    expect(await ask('rob', `/alerts/${key}/snooze`, { until })).toMatchObject({ status: 200 })
    expect(await ask('mia', '/alerts/none/snooze', { until })).toMatchObject({ status: 404 })
    expect(await ask('mia', `/alerts/${key}/snooze`, { until: 'soon' })).toMatchObject({
      status: 400,
    })
    expect((await ask('mia', '/alerts')).body).toEqual({
      alerts: [
        {
          key: 'budget/web',
          since: '1970-01-01T00:00:00.000Z',
          told: '1970-01-01T00:00:01.000Z',
          acknowledgedBy: 'mia',
          snoozedUntil: until,
        },
      ],
    })
  })
})
