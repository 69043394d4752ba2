import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from '../testing/api.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})

afterAll(() => api.stop())

describe('every answer', () => {
  test('is JSON that nobody keeps, runs or guesses the type of', async () => {
    const { status, headers } = await api.fetch('/healthz')
    expect(status).toBe(200)
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/json',
      'content-length': '15',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    expect(headers.has('access-control-allow-origin')).toBe(false)
  })

  test('to HEAD has the same headers and no body', async () => {
    const response = await api.fetch('/api/v1/spend', { method: 'HEAD' })
    const whole = await api.fetch('/api/v1/spend')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-length')).toBe(whole.headers.get('content-length'))
    expect(await response.text()).toBe('')
    expect(await whole.text()).not.toBe('')
  })
})

describe('a problem document', () => {
  test.each(['/', '/api/v1', '/api/v1/spend/', '/api/v1/traces/a/b', '/API/v1/spend', '//healthz'])(
    'for the unknown path %s',
    async (path) => {
      const response = await api.fetch(path)
      expect(response.status).toBe(404)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      expect(await response.json()).toEqual({
        type: 'about:blank',
        title: 'Not Found',
        status: 404,
        detail: 'no such path; /api/v1/openapi.json lists them',
      })
    },
  )

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('for the method %s', async (method) => {
    const response = await api.fetch('/api/v1/spend', { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, HEAD')
    expect(await response.json()).toMatchObject({ title: 'Method Not Allowed', status: 405 })
  })

  test('for a URL that is too long', async () => {
    const response = await api.fetch(`/api/v1/spend?by=${'x'.repeat(8192)}`)
    expect(response.status).toBe(414)
    expect(await response.json()).toMatchObject({
      detail: 'the URL has 8209 characters; at most 8192',
    })
  })

  test('for a fault of ours, without its words', async () => {
    const errors: unknown[] = []
    const secret = new Error('the password is hunter2')
    const broken = await startTestApi({
      readMetrics: () => Promise.reject(secret),
      onError: (error) => errors.push(error),
    })
    const response = await broken.fetch('/metrics')
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('hunter2')
    expect(errors).toEqual([secret])
    expect((await broken.fetch('/healthz')).status).toBe(200)
    await broken.stop()
  })
})

describe('the server', () => {
  test('survives bytes that are no HTTP', async () => {
    const port = Number(api.address.split(':')[1])
    const socket = connect(port, '127.0.0.1')
    socket.write('\u0000\u0001 nonsense\r\n\r\n')
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /)
    expect((await api.fetch('/healthz')).status).toBe(200)
  })

  test('says where it cannot listen', async () => {
    await expect(startTestApi({ endpoint: api.address })).rejects.toThrow(
      `the API cannot listen on ${api.address}: listen EADDRINUSE`,
    )
    await expect(startTestApi({ endpoint: '192.0.2.1:80' })).rejects.toThrow(
      'the API cannot listen on 192.0.2.1:80: ',
    )
  })

  test('stops when the requests in work are answered, and takes no new ones', async () => {
    const { promise: scraped, resolve } = Promise.withResolvers<string>()
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    const slow = await startTestApi({
      readMetrics: async () => {
        ask()
        return { contentType: 'text/plain', text: await scraped }
      },
    })
    const answer = slow.fetch('/metrics')
    await asked
    const stopped = slow.stop()
    await expect(slow.fetch('/healthz')).rejects.toThrow('fetch failed')
    resolve('x 1\n')
    expect(await (await answer).text()).toBe('x 1\n')
    await stopped
  })
})

describe('health', () => {
  test.each(['', '/api/v1'])('%s/healthz and /readyz', async (prefix) => {
    expect(await api.json(`${prefix}/healthz`)).toEqual({ status: 'ok' })
    expect(await api.json(`${prefix}/readyz`)).toEqual({ status: 'ready' })
  })

  test('a service that takes no requests is healthy, but not ready', async () => {
    const starting = await startTestApi({ whyNotReady: () => 'starting' })
    const ready = await starting.fetch('/readyz')
    expect((await starting.fetch('/healthz')).status).toBe(200)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toEqual({ status: 'not ready', reason: 'starting' })
    await starting.stop()
  })
})

describe('/metrics', () => {
  test('is Prometheus text', async () => {
    const response = await api.fetch('/metrics')
    // The test's own answer, to see that what is accepted is handed on.
    expect(response.headers.get('content-type')).toBe('text/plain; given="*/*"')
    expect(await response.text()).toBe('# TYPE x counter\nx 1\n')
  })

  test('is not there where the config says so', async () => {
    const without = await startTestApi({}, { hasMetrics: false })
    const response = await without.fetch('/metrics')
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({
      detail: 'metrics.prometheus is false in the config',
    })
    await without.stop()
  })
})
