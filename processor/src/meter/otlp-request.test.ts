import { expect, test } from 'vitest'
import type { CostMetric, Exemplar } from './cost-metric.ts'
import { writeOtlpRequest } from './otlp-request.ts'

const START_MS = 1_780_308_000_123
const RANGE = { startUnixMs: START_MS, endUnixMs: START_MS + 1000 }
const [START, END] = ['1780308000123000000', '1780308001123000000']

function write(metrics: readonly CostMetric[], temporality: 'cumulative' | 'delta'): unknown {
  const body = writeOtlpRequest(metrics, RANGE, temporality, { 'service.name': 'spancost' })
  return body === undefined ? undefined : JSON.parse(Buffer.from(body).toString())
}

const COST: CostMetric = {
  name: 'spancost.cost',
  description: 'What it cost.',
  unit: '{USD}',
  kind: 'sum',
  scale: 'atto',
  points: [
    { attributes: { 'otel.metric.overflow': true, a: 'x' }, figures: [3_500_000_000_000_000n] },
  ],
}
const TOKENS: CostMetric = { ...COST, name: 'spancost.tokens', scale: 'whole', unit: '{token}' }

test.each([
  ['delta', 1],
  ['cumulative', 2],
] as const)('sums are monotonic, with start times: %s', (temporality, number) => {
  const points = [{ attributes: {}, figures: [9_007_199_254_740_993n] }]
  const attributes = [
    { key: 'otel.metric.overflow', value: { boolValue: true } },
    { key: 'a', value: { stringValue: 'x' } },
  ]
  const times = { startTimeUnixNano: START, timeUnixNano: END }
  const sum = { aggregationTemporality: number, isMonotonic: true }
  const about = { description: 'What it cost.', unit: '{USD}' }
  expect(write([COST, { ...TOKENS, points }], temporality)).toEqual({
    resourceMetrics: [
      {
        resource: {
          attributes: [{ key: 'service.name', value: { stringValue: 'spancost' } }],
        },
        scopeMetrics: [
          {
            scope: { name: 'spancost' },
            metrics: [
              {
                name: 'spancost.cost',
                ...about,
                sum: { ...sum, dataPoints: [{ attributes, ...times, asDouble: 0.0035 }] },
              },
              {
                name: 'spancost.tokens',
                ...about,
                unit: '{token}',
                // All digits: OTLP's integers have 64 bits, and JSON writes them as text.
                sum: {
                  ...sum,
                  dataPoints: [{ attributes: [], ...times, asInt: '9007199254740993' }],
                },
              },
            ],
          },
        ],
      },
    ],
  })
})

test('a gauge has a time and no start', () => {
  const gauge: CostMetric = { ...COST, kind: 'gauge' }
  expect(write([gauge], 'delta')).toMatchObject({
    resourceMetrics: [
      {
        scopeMetrics: [
          {
            metrics: [
              {
                name: 'spancost.cost',
                gauge: {
                  dataPoints: [
                    { attributes: expect.any(Array), timeUnixNano: END, asDouble: 0.0035 },
                  ],
                },
              },
            ],
          },
        ],
      },
    ],
  })
  expect(JSON.stringify(write([gauge], 'delta'))).not.toContain('startTimeUnixNano')
})

test('a histogram has counts, and exemplars of its own range', () => {
  const exemplar = (spanId: string, unixMs: number): Exemplar => ({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId,
    costAtto: 2n * 10n ** 18n,
    unixMs,
  })
  const histogram: CostMetric = {
    ...COST,
    kind: 'histogram',
    bounds: [0.0001, 1],
    points: [
      {
        attributes: {},
        figures: [4n * 10n ** 18n, 2n, 0n, 1n],
        exemplars: [
          exemplar('00000000000000aa', START_MS - 1),
          exemplar('00000000000000bb', START_MS + 1001),
          exemplar('00000000000000cc', START_MS + 7),
        ],
      },
    ],
  }
  const [{ scopeMetrics }] = (
    write([histogram], 'delta') as { resourceMetrics: [{ scopeMetrics: [{ metrics: unknown[] }] }] }
  ).resourceMetrics
  expect(scopeMetrics[0].metrics).toEqual([
    {
      name: 'spancost.cost',
      description: 'What it cost.',
      unit: '{USD}',
      histogram: {
        aggregationTemporality: 1,
        dataPoints: [
          {
            attributes: [],
            startTimeUnixNano: START,
            timeUnixNano: END,
            count: '3',
            sum: 4,
            bucketCounts: ['2', '0', '1'],
            explicitBounds: [0.0001, 1],
            exemplars: [
              {
                timeUnixNano: '1780308000130000000',
                asDouble: 2,
                traceId: '0af7651916cd43dd8448eb211c80319c',
                spanId: '00000000000000cc',
              },
            ],
          },
        ],
      },
    },
  ])
})

test('metrics without points are left out, and a request without metrics is none', () => {
  const empty = { ...COST, points: [] }
  expect(write([empty], 'delta')).toBeUndefined()
  expect(JSON.stringify(write([empty, TOKENS], 'delta'))).not.toContain('spancost.cost')
})
