import { describe, expect, test } from 'vitest'
import type { CostMetric } from './meter.ts'
import { createMetricProducer, formatPrometheus } from './metric-formats.ts'

const COST: CostMetric = {
  name: 'spancost.cost',
  description: 'What it cost.',
  unit: '{USD}',
  scale: 'atto',
  points: [
    { attributes: { 'gen_ai.response.model': 'gpt-4o' }, value: 3_500_000_000_000_000n },
    { attributes: {}, value: 1n },
    { attributes: { 'otel.metric.overflow': true }, value: 12_000_000_000_000_000_000n },
  ],
}

const TOKENS: CostMetric = {
  name: 'spancost.tokens',
  description: 'How many.',
  unit: '{token}',
  scale: 'whole',
  points: [{ attributes: { type: 'input', service: 'a' }, value: 9_007_199_254_740_993n }],
}

describe('Prometheus text', () => {
  test('values are exact decimals, in the order they came', () => {
    expect(formatPrometheus([COST, TOKENS])).toBe(`\
# HELP spancost_cost_total What it cost.
# TYPE spancost_cost_total counter
spancost_cost_total{gen_ai_response_model="gpt-4o"} 0.0035
spancost_cost_total 0.000000000000000001
spancost_cost_total{otel_metric_overflow="true"} 12
# HELP spancost_tokens_total How many.
# TYPE spancost_tokens_total counter
spancost_tokens_total{type="input",service="a"} 9007199254740993
`)
  })

  test('a metric without points still says that it is there', () => {
    expect(formatPrometheus([{ ...COST, points: [] }])).toBe(
      '# HELP spancost_cost_total What it cost.\n# TYPE spancost_cost_total counter\n',
    )
  })

  test.each<[name: string, attributes: Record<string, string>, labels: string]>([
    ['quotes', { a: 'say "hi"' }, String.raw`{a="say \"hi\""}`],
    ['backslashes', { a: String.raw`C:\new` }, String.raw`{a="C:\\new"}`],
    ['line ends', { a: 'one\ntwo' }, String.raw`{a="one\ntwo"}`],
    ['a backslash before a quote', { a: String.raw`\"` }, String.raw`{a="\\\""}`],
    ['other letters', { a: 'größe 模型 🤖' }, '{a="größe 模型 🤖"}'],
    [
      'names that Prometheus does not have',
      { 'my.key-1': 'x', '1st': 'y' },
      '{my_key_1="x",_1st="y"}',
    ],
    [
      'names that become one',
      { 'user.id': 'x', user_id: 'y', 'user-id': 'z' },
      '{user_id="x;y;z"}',
    ],
  ])('labels with %s', (_, attributes, labels) => {
    const text = formatPrometheus([{ ...TOKENS, points: [{ attributes, value: 7n }] }])
    expect(text.split('\n')[2]).toBe(`spancost_tokens_total${labels} 7`)
  })
})

describe('OpenTelemetry metrics', () => {
  test('are monotonic cumulative sums since the ledger began', async () => {
    const producer = createMetricProducer(1_780_308_000_123, () => Promise.resolve([COST, TOKENS]))
    const before = Date.now()
    const { resourceMetrics, errors } = await producer.collect()
    expect(errors).toEqual([])
    const [scope] = resourceMetrics.scopeMetrics
    expect(scope?.scope).toEqual({ name: 'spancost' })
    const startTime = [1_780_308_000, 123_000_000]
    const endTime = scope!.metrics[0]!.dataPoints[0]!.endTime
    expect(endTime[0]).toBeGreaterThanOrEqual(Math.floor(before / 1000))
    expect(endTime[1] % 1_000_000).toBe(0)
    // 1: cumulative; 3: a sum; the value types are 0 for integers and 1 for doubles.
    const sum = { aggregationTemporality: 1, dataPointType: 3, isMonotonic: true }
    expect(scope?.metrics).toEqual([
      {
        ...sum,
        descriptor: {
          name: 'spancost.cost',
          description: 'What it cost.',
          unit: '{USD}',
          valueType: 1,
        },
        dataPoints: [
          { startTime, endTime, attributes: { 'gen_ai.response.model': 'gpt-4o' }, value: 0.0035 },
          { startTime, endTime, attributes: {}, value: 1e-18 },
          { startTime, endTime, attributes: { 'otel.metric.overflow': true }, value: 12 },
        ],
      },
      {
        ...sum,
        descriptor: {
          name: 'spancost.tokens',
          description: 'How many.',
          unit: '{token}',
          valueType: 0,
        },
        dataPoints: [
          {
            startTime,
            endTime,
            attributes: { type: 'input', service: 'a' },
            // The nearest double: OTLP's SDK has no larger integers.
            value: 9_007_199_254_740_992,
          },
        ],
      },
    ])
  })

  test('leaves out a metric that has no points yet', async () => {
    const empty = { ...COST, points: [] }
    const producer = createMetricProducer(0, () => Promise.resolve([empty, TOKENS]))
    const { resourceMetrics } = await producer.collect()
    const names = resourceMetrics.scopeMetrics[0]!.metrics.map(({ descriptor }) => descriptor.name)
    expect(names).toEqual(['spancost.tokens'])
    const none = createMetricProducer(0, () => Promise.resolve([empty]))
    expect((await none.collect()).resourceMetrics.scopeMetrics).toEqual([])
  })

  test('fail where they cannot be read', async () => {
    const producer = createMetricProducer(0, () => Promise.reject(new Error('no ledger')))
    await expect(producer.collect()).rejects.toThrow('no ledger')
  })
})
