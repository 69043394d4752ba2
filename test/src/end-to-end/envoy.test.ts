/** A real Envoy with examples/envoy/envoy.yaml between a client, a processor and a provider. */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import {
  findFreeAddresses,
  makeFolder,
  onStop,
  ROOT,
  startChild,
  stopAfterEach,
  waitFor,
} from './children.ts'
import { findEndpoints, startProcessor, type Processor } from './processor.ts'
import { findTool, needTool, type FoundTool } from './tools.ts'

stopAfterEach()

let found: FoundTool
beforeAll(async () => {
  found = await findTool('envoy')
})

interface Provider {
  readonly address: string
  readonly got: { readonly url: string; readonly headers: http.IncomingHttpHeaders }[]
}

async function startProvider(): Promise<Provider> {
  const got: Provider['got'] = []
  const server = http.createServer((request, response) => {
    got.push({ url: request.url ?? '', headers: request.headers })
    request.resume().on('end', () => response.end('{"answer":"hello"}'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onStop(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, got }
}

/** The addresses of the example become those of the test, and its token one that is known. */
async function startEnvoy(program: string, to: { spancost: string; provider: string }) {
  const [address = ''] = await findFreeAddresses(1)
  const ports = { 10000: address, 8080: to.provider, 14320: to.spancost }
  let text = await readFile(path.join(ROOT, 'examples', 'envoy', 'envoy.yaml'), 'utf8')
  for (const [port, own] of Object.entries(ports)) {
    const wanted = `port_value: ${port}`
    expect(text.split(wanted)).toHaveLength(2)
    text = text.replace(wanted, `port_value: ${own.split(':')[1]}`)
  }
  text = text.replace('YOUR_DECIDER_TOKEN', 'gate')
  const folder = await makeFolder()
  const file = path.join(folder, 'envoy.yaml')
  await writeFile(file, text)
  const args = ['-c', file, '--use-dynamic-base-id', '--log-level', 'warning', '--concurrency', '1']
  const child = startChild(program, args, { cwd: folder })
  await waitFor('Envoy', async () => (await fetch(`http://${address}/`)).status, {
    limitMs: 30_000,
    describe: () => child.log(),
  })
  return `http://${address}`
}

async function startGuarded(): Promise<Processor> {
  const endpoints = await findEndpoints()
  const sha256 = createHash('sha256').update('gate').digest('hex')
  const limited = (amount: string) => ({ limit: { amount }, window: { period: 'total' } })
  const config = {
    api: { endpoint: endpoints.api, tokens: [{ name: 'gate', sha256, roles: ['decider'] }] },
    budgets: [
      { id: 'web', scope: { team: 'web' }, ...limited('1') },
      { id: 'poor', scope: { team: 'poor' }, ...limited('0.000001') },
    ],
  }
  return startProcessor({ config }, endpoints)
}

function chat(url: string, team: string) {
  return fetch(`${url}/v1/chat/completions?stream=false`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: 'Bearer sk-of-the-client',
      'x-spancost-dimensions': `team=${team}`,
      // Not among the headers that Envoy lets through.
      'x-spancost-provider': 'nobody',
    },
    body: JSON.stringify({ model: 'gpt-4o', max_tokens: 100, messages: [] }),
  })
}

test('Envoy lets through what has budget, and tells the client why not', async (context) => {
  const program = needTool(context, found)
  const processor = await startGuarded()
  const provider = await startProvider()
  const spancost = new URL(processor.apiUrl).host
  const url = await startEnvoy(program, { spancost, provider: provider.address })
  provider.got.length = 0

  const passed = await chat(url, 'web')
  expect({ status: passed.status, body: await passed.json() }).toEqual({
    status: 200,
    body: { answer: 'hello' },
  })
  expect(provider.got).toMatchObject([
    {
      url: '/v1/chat/completions?stream=false',
      headers: { authorization: 'Bearer sk-of-the-client' },
    },
  ])
  const holdId = String(provider.got[0]?.headers['x-spancost-hold-id'])
  expect(holdId).toMatch(/^[0-9a-f-]{36}$/)
  const headers = { authorization: 'Bearer gate', 'content-type': 'application/json' }
  const release = `${processor.apiUrl}/api/v1/holds/${holdId}/release`
  const released = await fetch(release, { method: 'POST', headers, body: '{}' })
  expect(await released.json()).toEqual({ holdId, state: 'released' })

  const stopped = await chat(url, 'poor')
  expect(stopped.status).toBe(403)
  expect(stopped.headers.get('x-spancost-decision')).toBe(
    'decision=deny, budget="poor", window="total", reason=too_large, left="0.000001 USD"',
  )
  expect(await stopped.json()).toMatchObject({
    detail: 'budget "poor" in total has no room for this call (too_large)',
  })
  expect(provider.got).toHaveLength(1)

  await processor.stop()
  // `failure_mode_allow` is false in the example.
  expect((await chat(url, 'web')).status).toBe(403)
  expect(provider.got).toHaveLength(1)
})
