import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from '../testing/api.ts'
import { readPage } from './page.ts'

let folder: string
let api: TestApi

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'spancost-page-'))
  await mkdir(path.join(folder, 'web', 'assets'), { recursive: true })
  await writeFile(path.join(folder, 'web', 'index.html'), '<!doctype html>')
  await writeFile(path.join(folder, 'web', 'assets', 'index-1.js'), 'go()')
  await writeFile(path.join(folder, 'web', 'notes.txt'), 'not for browsers')
  await writeFile(path.join(folder, 'secret.js'), 'outside')
  api = await startTestApi({ page: readPage(path.join(folder, 'web')) })
})

afterAll(async () => {
  await api.stop()
  await rm(folder, { recursive: true })
})

/** As a client that does not tidy the path up, as `fetch` does. */
function readStatus(requestPath: string): Promise<number | undefined> {
  const [host, port] = api.address.split(':')
  return new Promise((resolve, reject) => {
    const request = get({ host, port, path: requestPath }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    request.on('error', reject)
  })
}

describe('the page', () => {
  test('comes at the root, asked for anew each time, with nothing inline allowed', async () => {
    const response = await api.fetch('/?anything=1')
    expect(await response.text()).toBe('<!doctype html>')
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-cache')
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/default-src 'none'; script-src 'self'; style-src 'self';/)
    expect(policy).toMatch(/frame-ancestors 'none'/)
    expect(policy).not.toMatch(/unsafe|http|\*|data:/)
  })

  test('has files that are kept for good, as their names change with them', async () => {
    const response = await api.fetch('/assets/index-1.js')
    expect(await response.text()).toBe('go()')
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    const head = await api.fetch('/assets/index-1.js', { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe('4')
    expect(await head.text()).toBe('')
  })

  test.each([
    '/notes.txt',
    '/assets/',
    '/assets/../../secret.js',
    '/../secret.js',
    '/%2e%2e/secret.js',
    '/assets/..%2f..%2fsecret.js',
  ])('is nothing else: %s', async (wanted) => {
    expect(await readStatus(wanted)).toBe(404)
  })

  test('is read only', async () => {
    expect((await api.fetch('/', { method: 'POST' })).status).toBe(404)
  })

  test('holds no data, so it comes before the token does, and the data do not', async () => {
    const sha256 = 'a'.repeat(64)
    const tokens = [{ name: 'ann', sha256, roles: ['viewer'], labels: {} }]
    const locked = await startTestApi({ tokens, page: readPage(path.join(folder, 'web')) })
    expect((await locked.fetch('/')).status).toBe(200)
    expect((await locked.fetch('/api/v1/spend')).status).toBe(401)
    await locked.stop()
  })

  test('is not there where it was not built', () => {
    expect(readPage(path.join(folder, 'nowhere')).size).toBe(0)
  })
})
