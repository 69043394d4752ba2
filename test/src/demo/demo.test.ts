/** The demo as `npm start` runs it, on ports and in a folder of its own. */
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import {
  findFreeAddresses,
  makeFolder,
  onStop,
  ROOT,
  startChild,
  stopEverything,
  waitFor,
} from '../end-to-end/children.ts'

const DEMO = path.join(ROOT, 'test', 'dist', 'demo', 'main.js')

afterEach(stopEverything)

async function startDemo(env: Readonly<Record<string, string>> = {}) {
  const [grpc = '', http = '', api = ''] = await findFreeAddresses(3)
  const demo = startChild(process.execPath, [DEMO], {
    cwd: await makeFolder(),
    env: {
      SPANCOST_GRPC_ENDPOINT: grpc,
      SPANCOST_HTTP_ENDPOINT: http,
      SPANCOST_API_ENDPOINT: api,
      ...env,
    },
  })
  return { ...demo, apiUrl: `http://${api}` }
}

test('it prints what six tickets cost, to the digit, and ends without a trace', async () => {
  const demo = await startDemo()
  await waitFor('screen', async () => (demo.log().includes('Ctrl-C') ? true : undefined), {
    describe: demo.log,
  })
  // 4 letters: 304 x 2.50 + 1536 x 1.25 + 236 x 10; 2 opinions: 390 x 0.25 + 1920 x 0.025 + 480 x 2;
  // 6 sortings: 612 x 0.15 + 19 x 0.60; 6 embeddings: 37 x 0.02; all in USD per million tokens.
  expect(demo.log()).toContain('sorted 6 tickets with 18 calls to 4 models, for 0.02299464 USD.')
  expect(demo.log()).toMatch(/gpt-4o-2024-08-06 +4 +1216 +6144 +944 +0 +0\.02016\n/)
  expect(demo.log()).toMatch(/gpt-5-mini-2025-08-07 +2 +780 +3840 +192 +768 +0\.002211\n/)
  expect(demo.log()).toMatch(/gpt-4o-mini-2024-07-18 +6 +3672 +0 +114 +0 +0\.0006192\n/)
  expect(demo.log()).toMatch(/text-embedding-3-small +6 +222 +0 +0 +0 +0\.00000444\n/)
  // The most expensive trace is a disputed ticket: one call of each model.
  expect(demo.log()).toMatch(/\w{8} +T-100[36] .* +4 +1343 +3456 +351 +384 +0\.00624944\n/)
  expect(demo.log()).not.toContain('\u001B[')

  expect((await fetch(`${demo.apiUrl}/metrics`)).status).toBe(200)
  expect(await demo.stop()).toBe(0)
  await expect(fetch(`${demo.apiUrl}/readyz`)).rejects.toThrow('fetch failed')
}, 30_000)

test('a port in use is named, with what to do about it', async () => {
  const server = createServer()
  onStop(() => new Promise((resolve) => server.close(resolve)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const demo = await startDemo({ SPANCOST_API_ENDPOINT: `127.0.0.1:${port}` })
  expect(await demo.exited).toBe(1)
  expect(demo.log()).toBe(
    `The demo cannot run: 127.0.0.1:${port} is in use. Does another spancost run? End it, ` +
      'or choose another endpoint: SPANCOST_API_ENDPOINT=127.0.0.1:PORT npm start\n',
  )
})

test('a signal while it starts ends it as well', async () => {
  const demo = await startDemo()
  await waitFor('processor', async () => (await fetch(`${demo.apiUrl}/readyz`)).status, {
    describe: demo.log,
  })
  expect(await demo.stop('SIGINT')).toBe(0)
  expect(demo.log()).toBe('')
  await expect(fetch(`${demo.apiUrl}/readyz`)).rejects.toThrow('fetch failed')
}, 30_000)
