import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, TRACE_ONE, TRACE_TWO, type TestApi } from '../testing/api.ts'
import { createAccess } from './access.ts'

const sha256 = (token: string) => createHash('sha256').update(token).digest('hex')

const TOKENS = [
  { name: 'vera', sha256: sha256('view'), roles: ['viewer'], labels: {} },
  { name: 'app', sha256: sha256('decide'), roles: ['decider'], labels: {} },
  { name: 'adam', sha256: sha256('admin'), roles: ['admin'], labels: {} },
  { name: 'web', sha256: sha256('web'), roles: ['viewer'], labels: { team: 'web' } },
  { name: 'old', sha256: sha256('old'), roles: ['admin'], labels: {}, expiresUnixMs: 1 },
]

let api: TestApi

beforeAll(async () => {
  api = await startTestApi({ tokens: TOKENS })
})

afterAll(() => api.stop())

function ask(path: string, token?: string) {
  return api.fetch(path, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  })
}

describe('with tokens', () => {
  test('whoever has none, or a wrong or an old one, is told so', async () => {
    const response = await ask('/api/v1/spend')
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="spancost"')
    expect(await response.json()).toMatchObject({ detail: 'a token is missing' })
    expect(await (await ask('/api/v1/spend', 'guess')).json()).toMatchObject({
      status: 401,
      detail: 'unknown token',
    })
    expect(await (await ask('/api/v1/spend', 'old')).json()).toMatchObject({
      status: 401,
      detail: 'the token of "old" has expired',
    })
  })

  test('roles decide what may be asked', async () => {
    expect((await ask('/api/v1/spend', 'view')).status).toBe(200)
    expect((await ask('/metrics', 'view')).status).toBe(200)
    expect((await ask('/api/v1/spend', 'admin')).status).toBe(200)
    const response = await ask('/api/v1/spend', 'decide')
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({
      detail: '"app" is no viewer; its roles: decider',
    })
  })

  test('health needs none', async () => {
    expect((await ask('/healthz')).status).toBe(200)
    expect((await ask('/readyz')).status).toBe(200)
    expect((await ask('/api/v1/openapi.json')).status).toBe(200)
  })
})

describe('a token for one team', () => {
  async function total(query: string) {
    const body: unknown = await (await ask(`/api/v1/spend${query}`, 'web')).json()
    return body
  }

  test('sees the spend of that team, whatever it asks for', async () => {
    // Of three counted operations two cost 10 USD each; one of these is the team's.
    const own = { total: { cost: { amount: '10', currency: 'USD' }, operations: 1 } }
    expect(await total('')).toMatchObject(own)
    expect(await total('?where=team=web')).toMatchObject(own)
    expect(await total('?where=team=ads')).toMatchObject({ total: { operations: 0 } })
    expect(await total('?where=team=')).toMatchObject({ total: { operations: 0 } })
    expect(await total('?where=model=two')).toMatchObject({ total: { operations: 0 } })
  })

  test('sees its own operations of a trace, and no trace of others', async () => {
    const trace: unknown = await (await ask(`/api/v1/traces/${TRACE_ONE}`, 'web')).json()
    expect(trace).toMatchObject({ operations: 1, unpriced: 0 })
    expect((await ask(`/api/v1/traces/${TRACE_TWO}`, 'web')).status).toBe(404)
    const entries: unknown = await (await ask(`/api/v1/entries?traceId=${TRACE_TWO}`, 'web')).json()
    expect(entries).toMatchObject({ entries: [] })
  })

  test('sees what its own operations add up to, whatever it filters by', async () => {
    const traces: unknown = await (await ask('/api/v1/traces', 'web')).json()
    expect(traces).toMatchObject({ traces: [{ traceId: TRACE_ONE, operations: 1, unpriced: 0 }] })
    for (const path of ['/api/v1/traces?where=team=', '/api/v1/unpriced?where=team=']) {
      expect(await (await ask(path, 'web')).text()).toMatch(/"(?:traces|unpriced)":\[\]/)
    }
    expect(await (await ask('/api/v1/unpriced', 'web')).json()).toMatchObject({ unpriced: [] })
  })

  test('may not ask for /metrics', async () => {
    const response = await ask('/metrics', 'web')
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({
      detail: '"web" may see only what is its own, and this is about everybody\'s',
    })
  })
})

describe('without tokens', () => {
  test('browsers that another site sent here under its name are refused', async () => {
    const open = await startTestApi()
    const [host = '', port = ''] = open.address.split(':')
    const { promise, resolve } = Promise.withResolvers<number | undefined>()
    const headers = { host: `rebound.example:${port}` }
    request({ host, port, path: '/api/v1/spend', headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).end()
    expect(await promise).toBe(403)
    expect((await open.fetch('/api/v1/spend')).status).toBe(200)
    await open.stop()
  })

  test.each(['localhost', 'localhost:1', '127.0.0.1:14320', '[::1]:14320', undefined])(
    'this machine is %s',
    (host) => {
      const headers = host === undefined ? {} : { host }
      const knock = { headers, remoteAddress: '::ffff:127.0.0.1' }
      expect(createAccess([])(knock, 0)).toMatchObject({
        kind: 'caller',
        caller: { name: 'local' },
      })
    },
  )

  test.each(['192.0.2.1', '2001:db8::1', '::ffff:192.0.2.1', undefined])(
    '%s is another machine, which gets nothing',
    (remoteAddress) => {
      const knock = { headers: { host: 'localhost:14320' }, remoteAddress }
      expect(createAccess([])(knock, 0)).toEqual({
        kind: 'refused',
        status: 403,
        detail: 'there are no api.tokens in the config, so only its own machine may ask',
      })
    },
  )
})
