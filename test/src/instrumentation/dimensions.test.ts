import { expect, test } from 'vitest'
import { sendJson, startProvider, type ProviderRequest } from '../demo/replies-over-http.ts'
import { runProgram } from './harness.ts'
import { readAttributes } from './received-spans.ts'

const DIMENSIONS = {
  'spancost.tenant': 'acme-4711',
  'spancost.feature': 'triage-4711',
  'user.id': 'u-4711',
}

async function runCalls(env: Readonly<Record<string, string>> = {}) {
  const requests: ProviderRequest[] = []
  const run = await runProgram('program-dimensions.js', {
    env,
    startProvider: async () =>
      startProvider((request, response) => {
        requests.push(request)
        sendJson(response, 200, { id: 'r', type: 'message', content: [], choices: [] })
      }),
  })
  expect(run).toMatchObject({ exitCode: 0, stderr: '' })
  return { requests, spans: new Map(run.spans.map((span) => [span.name, readAttributes(span)])) }
}

test("every span below has them: the SDK's, ours, the application's; none beside", async () => {
  const { spans } = await runCalls()
  expect(spans.get('anthropic.messages.create')).toMatchObject(DIMENSIONS)
  expect(spans.get('chat gpt')).toMatchObject(DIMENSIONS)
  expect(spans.get('work')).toEqual(DIMENSIONS)
  expect(spans.get('other work')).toEqual({})
})

test('where another variable asks for the whole SDK, calls have them all the same', async () => {
  const { spans } = await runCalls({ OTEL_TRACES_SAMPLER: 'always_on' })
  expect(spans.get('anthropic.messages.create')).toMatchObject(DIMENSIONS)
  expect(spans.get('chat gpt')).toMatchObject(DIMENSIONS)
})

test('nothing of them is sent to a model provider', async () => {
  const { requests } = await runCalls()
  // The SDK did propagate, so there was an occasion.
  expect(requests.map(({ headers }) => headers['baggage'])).toEqual(['theirs=kept', undefined])
  expect(requests[0]?.headers['traceparent']).toBeDefined()
  expect(JSON.stringify(requests)).not.toContain('4711')
})

test('they go to a host that the user lists', async () => {
  const { requests } = await runCalls({ SPANCOST_DIMENSIONS_SEND_TO: 'other.internal, 127.0.0.1' })
  expect(requests[0]?.headers['baggage']).toBe(
    'theirs=kept,spancost.tenant=acme-4711,spancost.feature=triage-4711,spancost.userId=u-4711',
  )
})
