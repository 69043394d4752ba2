import { afterEach, expect, test } from 'vitest'
import { createEntry, startTestApi, type TestApi } from '../testing/api.ts'

let api: TestApi
afterEach(() => api.stop())

const usd = (amount: string) => ({ amount, currency: 'USD' })

const EARLY_UNIX_NANO = 1_780_272_000_000_000_000n // 2026-06-01T00:00:00Z

/** Beside the one of team web that the API begins with. */
async function holdAgents(): Promise<void> {
  const operation = {
    dialect: 'otel',
    role: 'container',
    name: 'invoke_agent',
    usage: { inputTokens: 20 },
  } as const
  const agent = createEntry({ operation, spanName: 'plan', startTimeUnixNano: EARLY_UNIX_NANO })
  await api.store.record([
    { ...agent, traceId: 'a'.repeat(32), labels: { team: 'web' } },
    { ...agent, traceId: 'b'.repeat(32), labels: {} },
    { ...agent, traceId: 'c'.repeat(32), startTimeUnixNano: EARLY_UNIX_NANO * 2n, labels: {} },
  ])
}

test('/held tells what waits in a range, and for how much', async () => {
  api = await startTestApi()
  await holdAgents()
  expect(await api.json('/api/v1/held?from=2026-06-01&to=2026-06-02&limit=1')).toEqual({
    from: '2026-06-01T00:00:00.000Z',
    to: '2026-06-02T00:00:00.000Z',
    zone: 'UTC',
    operations: 2,
    cost: usd('20'),
    held: [
      {
        traceId: 'a'.repeat(32),
        spanId: '00f067aa0ba902b1',
        spanName: 'plan',
        labels: { team: 'web' },
        recordedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        cost: usd('10'),
      },
    ],
    truncated: true,
    oldestOnly: false,
  })
  expect(await api.json('/api/v1/held')).toMatchObject({ operations: 4, truncated: false })
  expect(await api.json('/api/v1/held?from=2026-06-02&to=2026-06-03')).toMatchObject({
    operations: 0,
    cost: usd('0'),
    held: [],
  })
})

test('of a label, or without it', async () => {
  api = await startTestApi()
  await holdAgents()
  const countOf = async (where: string) =>
    ((await api.json(`/api/v1/held?where=${where}`)) as { operations: number }).operations
  expect([await countOf('team=web'), await countOf('team='), await countOf('team=x')]).toEqual([
    2, 2, 0,
  ])
})
