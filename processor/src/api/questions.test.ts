import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, TRACE_ONE, type TestApi } from '../testing/api.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})

afterAll(() => api.stop())

describe('/spend, as asked for', () => {
  test('by day of a zone', async () => {
    const question = 'granularity=day&zone=Asia/Kolkata&from=2026-08-01&to=2026-08-02'
    expect(await api.json(`/api/v1/spend?${question}`)).toMatchObject({
      zone: 'Asia/Kolkata',
      from: '2026-07-31T18:30:00.000Z',
      to: '2026-08-01T18:30:00.000Z',
      rows: [{ start: '2026-08-01T00:00:00+05:30', labels: {}, operations: 3 }],
      total: { cost: { amount: '20', currency: 'USD' }, statuses: { priced: 2, unpriced: 1 } },
      truncated: false,
    })
  })

  test.each([
    ['where=model=two', 1],
    ['where=model=two&where=model=one', 3],
    ['where=model=one&where=service=', 1],
    ['where=team=web&where=model=two', 0],
  ])('%s has %i operations', async (filter, operations) => {
    expect(await api.json(`/api/v1/spend?${filter}`)).toMatchObject({ total: { operations } })
  })

  test('as CSV', async () => {
    const response = await api.fetch('/api/v1/spend?by=model,team&granularity=hour&format=csv')
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    const parts = 'cost_input_usd,cost_output_usd,cost_cache_read_usd,cost_cache_write_usd'
    const tokens = 'tokens_input,tokens_output,tokens_cache_read,tokens_cache_write'
    expect((await response.text()).split('\r\n')).toEqual([
      `start,model,team,cost_usd,${parts},cost_other_usd,${tokens},tokens_reasoning,` +
        'operations,priced,partial,estimated,unpriced,free',
      '2026-08-01T10:00:00.000Z,one,web,10,2,8,0,0,0,20,40,0,0,0,1,1,0,0,0,0',
      '2026-08-01T10:00:00.000Z,two,,,,,,,,7,0,0,0,0,1,0,0,0,1,0',
      '2026-08-01T11:00:00.000Z,one,,10,2,8,0,0,0,20,40,0,0,0,1,1,0,0,0,0',
      '',
    ])
  })
})

test('/unpriced says what to add', async () => {
  const today = new Date().toISOString().slice(0, 10)
  expect(await api.json('/api/v1/unpriced?zone=Asia/Kolkata')).toEqual({
    zone: 'Asia/Kolkata',
    unpriced: [
      {
        provider: 'acme',
        model: 'two',
        status: 'unpriced',
        operations: 1,
        firstHour: '2026-08-01T15:30:00+05:30',
        lastHour: '2026-08-01T15:30:00+05:30',
        reason: 'unknown_model',
        detail: 'no price of "two" is known',
        traceId: TRACE_ONE,
        advice: {
          text: 'Say which known model it stands for, or add a card of your own.',
          config: [
            'prices:',
            '  aliases:',
            '    - provider: acme',
            '      model: two',
            '      means:',
            '        model: A_MODEL_WITH_A_PRICE',
            '',
          ].join('\n'),
          card: [
            'provider: acme',
            'source: WHERE_IT_IS_FROM',
            `checked: ${today}`,
            'models:',
            '  - model: two',
            '    cards:',
            '      - rates:',
            '          input: USD_PER_MILLION',
            '',
          ].join('\n'),
        },
      },
    ],
    truncated: false,
  })
})
