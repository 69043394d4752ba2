/** What examples/ says about asking before a call, each before a real processor. */
import { execFile } from 'node:child_process'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { createExpressApp } from '@spancost/examples/express'
import { createFastifyApp } from '@spancost/examples/fastify'
import { createHonoApp } from '@spancost/examples/hono'
import { describe, expect, test } from 'vitest'
import { makeEnv, onStop, ROOT, stopAfterEach } from './children.ts'
import { startProcessor } from './processor.ts'
import { makeSpan, sendTraces } from './requests.ts'
import { findTool, needTool } from './tools.ts'

stopAfterEach()

type Asking = Parameters<typeof createExpressApp>[0]

/** Four budgets for four users: room, none, slowed down, and sent to a cheaper model. */
const TOTAL = { period: 'total' }
const BUDGETS = [
  { id: 'team', scope: { team: 'web' }, limit: { amount: '1000' }, window: TOTAL },
  { id: 'rose', scope: { user: 'rose' }, limit: { amount: '0.005' }, window: TOTAL },
  {
    id: 'sam',
    scope: { user: 'sam' },
    limit: { operations: 0 },
    window: TOTAL,
    thresholds: [{ percent: 1, action: { throttle: 0 } }],
  },
  {
    id: 'dan',
    scope: { user: 'dan' },
    limit: { operations: 0 },
    window: TOTAL,
    thresholds: [{ percent: 1, action: { downgrade: ['gpt-4o-mini'] } }],
  },
]

async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onStop(() => new Promise((resolve) => server.close(resolve)))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const STARTS: Readonly<Record<string, (asking: Asking) => Promise<string>>> = {
  Express: (asking) => {
    const app = createExpressApp(asking)
    return serve((request, response) => void app(request, response))
  },
  Fastify: async (asking) => {
    const app = createFastifyApp(asking)
    onStop(() => app.close())
    return app.listen({ port: 0, host: '127.0.0.1' })
  },
  Hono: (asking) => {
    const app = createHonoApp(asking)
    // As its adapter for Node does: a Request goes in, a Response comes out.
    const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const headers = { 'x-user': String(request.headers['x-user']) }
      const body = await text(request)
      const asked = new Request('http://test/chat', { method: 'POST', headers, body })
      const answer = await app.fetch(asked)
      response.writeHead(answer.status, Object.fromEntries(answer.headers))
      response.end(await answer.text())
    }
    return serve((request, response) => void respond(request, response))
  },
}

async function chat(url: string, user: string, prompt = 'Hello') {
  const headers = { 'x-user': user, 'content-type': 'text/plain' }
  const answer = await fetch(`${url}/chat`, { method: 'POST', headers, body: prompt })
  const { status } = answer
  return { status, retryAfter: answer.headers.get('retry-after'), body: await answer.json() }
}

describe('middleware', () => {
  test.each(Object.keys(STARTS))('of %s answers 429 where no budget is left', async (name) => {
    const processor = await startProcessor({ config: { budgets: BUDGETS } })
    const url = await STARTS[name]!({ url: processor.apiUrl, onFailure: 'refuse' })
    expect(await chat(url, 'ann')).toMatchObject({ status: 200, body: { model: 'gpt-4o' } })
    // 500 tokens out are at most 0.005 USD, and the prompt is more than nothing.
    expect(await chat(url, 'rose')).toEqual({
      status: 429,
      retryAfter: null,
      body: { error: 'budget rose has no room for this call in total' },
    })
    expect(await chat(url, 'sam')).toMatchObject({ status: 429, retryAfter: '60' })
    expect(await chat(url, 'dan')).toMatchObject({ status: 200, body: { model: 'gpt-4o-mini' } })
    await processor.stop()
    expect(await chat(url, 'ann')).toMatchObject({ status: 503 })
    const lenient = await STARTS[name]!({ url: processor.apiUrl, onFailure: 'allow' })
    expect(await chat(lenient, 'ann')).toMatchObject({ status: 200 })
  })
})

/** The exit code and what was printed. */
function runPython(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return new Promise<{ code: number; output: string }>((resolve) => {
    execFile('python3', args, { env: makeEnv(env) }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127
      resolve({ code, output: (stdout + stderr).trim() })
    })
  })
}

test('Python asks with requests', async (context) => {
  const requests = needTool(context, await findTool('requests'))
  const processor = await startProcessor({ config: { budgets: BUDGETS } })
  const script = path.join(ROOT, 'examples', 'python', 'ask_budget.py')
  const env = { PYTHONPATH: requests, SPANCOST: processor.apiUrl }
  expect(await runPython([script, 'gpt-4o', 'Hello'], env)).toEqual({ code: 0, output: 'gpt-4o' })
  // What was spent so far leaves nothing: 400 million tokens at 2.5 USD a million.
  const spent = makeSpan(1, {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.response.model': 'gpt-4o',
    'gen_ai.usage.input_tokens': 400_000_000,
    'gen_ai.usage.output_tokens': 0,
    'spancost.team': 'web',
  })
  expect((await sendTraces(processor.httpUrl, [spent])).status).toBe(200)
  const refused = await runPython([script, 'gpt-4o', 'Hello'], env)
  expect(refused.code).toBe(1)
  expect(refused.output).toBe(
    'no budget: decision=deny, budget="team", window="total", reason=limit, left="0 USD"',
  )
  const nowhere = { ...env, SPANCOST: 'http://127.0.0.1:9' }
  expect(await runPython([script, 'gpt-4o', 'Hello'], nowhere)).toMatchObject({ code: 0 })
})
