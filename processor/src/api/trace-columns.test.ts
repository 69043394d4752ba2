import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, TRACE_ONE, type TestApi } from '../testing/api.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})

afterAll(() => api.stop())

test('as columns, without entries', async () => {
  const { columns, ...rest } = (await api.json(`/api/v1/traces/${TRACE_ONE}?spans=columns`)) as {
    columns: unknown
  }
  const whole = (await api.json(`/api/v1/traces/${TRACE_ONE}`)) as Record<string, unknown>
  expect(Object.keys(rest)).toEqual(
    Object.keys(whole).filter((name) => !['spans', 'entries'].includes(name)),
  )
  expect(columns).toEqual({
    startTimeUnixNano: '1785578400000000000',
    spanId: ['00f067aa0ba902b1', '00f067aa0ba902b2', '00f067aa0ba902b3'],
    parent: [-1, 0, -1],
    startNano: [0, 1_800_000_000_000, 3_600_000_000_000],
    durationNano: [5, 0, 0],
    name: { texts: ['chat one'], at: [0, 0, 0] },
    service: { texts: ['shop'], at: [0, 0, 0] },
    operation: { texts: ['chat', 'invoke_agent'], at: [0, 0, 1] },
    model: { texts: ['one', 'two'], at: [0, 1, 0] },
    standing: { texts: ['counted', 'held'], at: [0, 0, 1] },
    status: { texts: ['priced', 'unpriced'], at: [0, 1, 0] },
    cost: { texts: ['10'], at: [0, -1, 0] },
  })
})

test('one entry, by its span', async () => {
  const asked = `/api/v1/entries?traceId=${TRACE_ONE}&spanId=00F067AA0BA902B2`
  const unpriced = { spanId: '00f067aa0ba902b2', status: 'unpriced' }
  expect(await api.json(asked)).toMatchObject({ entries: [unpriced], truncated: false })
})
