import { request } from 'node:http'
import { openSqliteStore, type Store } from '@spancost/ledger'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openBudgets } from '../budgets/open-budgets.ts'
import { budget } from '../config/budgets.ts'
import { createTestAlerts, createTestBook } from '../testing/api.ts'
import { digestToken } from './access.ts'
import { startApi, type Api } from './server.ts'

const TOKENS = [
  { name: 'envoy', roles: ['decider'], labels: {} },
  { name: 'acme', roles: ['decider'], labels: { tenant: 'acme' } },
  { name: 'vera', roles: ['viewer'], labels: {} },
].map((token) => ({ ...token, sha256: digestToken(token.name) }))

const TOTAL = { period: 'total' }
const BUDGETS = [
  { id: 'web', scope: { team: 'web' }, limit: { amount: '1' }, window: TOTAL },
  { id: 'none', scope: { team: 'none' }, limit: { amount: '0' }, window: TOTAL },
  {
    id: 'slow',
    scope: { team: 'slow' },
    limit: { operations: 0 },
    window: TOTAL,
    thresholds: [{ percent: 1, action: { throttle: 0 } }],
  },
  {
    id: 'cheap',
    scope: { team: 'cheap' },
    limit: { operations: 0 },
    window: TOTAL,
    thresholds: [{ percent: 1, action: { downgrade: ['small\r\nx-evil: 1'] } }],
  },
].map((written) => budget.parse(written))

let store: Store
let api: Api

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' })
  const books = { of: createTestBook }
  const budgets = openBudgets(store, books, { approvals: [], prices: { exchange: {} } })
  await budgets.desk.declare(BUDGETS)
  api = await startApi({
    endpoint: '127.0.0.1:0',
    tokens: TOKENS,
    store,
    books,
    ...budgets,
    forecasts: () => new Map(),
    alerts: createTestAlerts(),
    version: '1',
    whyNotReady: () => undefined,
  })
})

afterEach(async () => {
  await api.stop()
  await store.close()
})

interface Sent {
  readonly token?: string
  readonly method?: string
  readonly path?: string
  readonly body?: string
}

/** As Envoy asks: the client's method, its path behind the prefix, and the headers it lets through. */
function ask(headers: Readonly<Record<string, string>>, sent: Sent = {}) {
  const { token = 'envoy', method = 'POST', path = '/v1/chat/completions?x=1', body = '' } = sent
  const [host, port] = api.address.split(':')
  return new Promise<{ status: number; headers: Record<string, unknown>; body: unknown }>(
    (resolve, reject) => {
      const asking = request(
        {
          host,
          port,
          method,
          path: `/api/v1/ext-authz${path}`,
          headers: { authorization: `Bearer ${token}`, ...headers },
        },
        (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (part: string) => (text += part))
          response.on('end', () => {
            const { statusCode: status = 0, headers: answered } = response
            resolve({ status, headers: answered, body: text === '' ? '' : JSON.parse(text) })
          })
        },
      )
      asking.on('error', reject)
      asking.end(body)
    },
  )
}

/** `acme/one` costs 0.1 USD a token in and 0.2 out. */
const CALL = { 'x-spancost-provider': 'acme', 'x-spancost-model': 'one' }
const WEB = { ...CALL, 'x-spancost-dimensions': 'team=web' }

describe('a request', () => {
  test.each(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'passes where there is room, whatever its method: %s',
    async (method) => {
      const headers = { ...WEB, 'x-spancost-max-output-tokens': '5' }
      expect(await ask(headers, { method })).toMatchObject({
        status: 200,
        headers: {
          'x-spancost-decision': 'decision=allow, budget="web", window="total", left="1 USD"',
        },
        body: { decision: 'allow', worstCase: { amount: '1' } },
      })
    },
  )

  test('that would cross the limit does not pass', async () => {
    expect(await ask({ ...WEB, 'x-spancost-max-output-tokens': '6' })).toMatchObject({
      status: 403,
      headers: {
        'content-type': 'application/problem+json',
        'x-spancost-decision':
          'decision=deny, budget="web", window="total", reason=too_large, left="1 USD"',
      },
      body: { detail: 'budget "web" in total has no room for this call (too_large)' },
    })
    const none = { ...CALL, 'x-spancost-dimensions': ' team=no%6ee ' }
    expect(await ask(none)).toMatchObject({ status: 403, body: { detail: /\(limit\)$/ } })
  })

  test('is slowed down with 429, and told which model it may use instead', async () => {
    const slow = await ask({ ...CALL, 'x-spancost-dimensions': 'team=slow' })
    expect(slow).toMatchObject({ status: 429, headers: { 'retry-after': '60' } })
    const cheap = await ask({ ...CALL, 'x-spancost-dimensions': 'team=cheap' })
    expect(cheap).toMatchObject({
      status: 403,
      headers: { 'x-spancost-model': 'small%0D%0Ax-evil%3A%201' },
    })
    expect(cheap.headers).not.toHaveProperty('x-evil')
  })

  test('tells by its body what it costs at most', async () => {
    const body = JSON.stringify({ model: 'one', max_completion_tokens: 2, n: 2 })
    expect(body).toHaveLength(47)
    const roomy = { 'x-spancost-provider': 'acme', 'x-spancost-input-tokens': '0' }
    // 4 tokens out, as there are two answers.
    expect(await ask(roomy, { body })).toMatchObject({ body: { worstCase: { amount: '0.8' } } })
    // 47 bytes are at most 47 tokens.
    const whole = { 'x-spancost-provider': 'acme' }
    expect(await ask(whole, { body })).toMatchObject({ body: { worstCase: { amount: '5.5' } } })
  })

  test('reserves under its id, once', async () => {
    const headers = { ...WEB, 'x-spancost-max-output-tokens': '3', 'x-request-id': 'r1' }
    const held = await ask({ ...headers, 'x-spancost-hold': 'true' })
    expect(held).toMatchObject({ status: 200 })
    const again = await ask({ ...headers, 'x-spancost-hold': 'true' })
    expect(again.headers['x-spancost-hold-id']).toBe(held.headers['x-spancost-hold-id'])
    const other = { ...headers, 'x-request-id': 'r2', 'x-spancost-hold': '60000' }
    expect(await ask(other)).toMatchObject({ status: 403 })
  })
})

describe('refused is', () => {
  test.each([
    [{ 'x-spancost-max-output-tokens': 'many' }, 400, /^maxOutputTokens/],
    [{ 'x-spancost-max-output-tokens': '-1' }, 400, /^maxOutputTokens/],
    [{ 'x-spancost-dimensions': 'team' }, 400, /expected team=search/],
    [{ 'x-spancost-dimensions': 'team=%zz' }, 400, /expected team=search/],
    [{ 'x-spancost-dimensions': 'Team=web' }, 400, /^dimensions/],
    [{ 'x-spancost-hold': 'soon' }, 400, /^hold/],
    [{ 'x-spancost-hold': 'true' }, 400, /^requestId: missing/],
    [{ 'x-envoy-auth-partial-body': 'true' }, 400, /the body was cut/],
  ])('%j', async (headers, status, detail) => {
    expect(await ask(headers)).toMatchObject({
      status,
      body: { detail: expect.stringMatching(detail) as unknown },
    })
  })

  test('whoever is nobody, no decider, or asks for others', async () => {
    expect((await ask(WEB, { token: 'nobody' })).status).toBe(401)
    expect((await ask(WEB, { token: 'vera' })).status).toBe(403)
    const other = { 'x-spancost-dimensions': 'tenant=other' }
    expect(await ask(other, { token: 'acme' })).toMatchObject({
      status: 403,
      body: { detail: '"acme" may ask only for what is its own' },
    })
  })

  test('a body that is too long to be counted', async () => {
    expect(await ask(WEB, { body: 'x'.repeat(16 * 1024 * 1024 + 1) })).toMatchObject({
      status: 413,
    })
  })
})
