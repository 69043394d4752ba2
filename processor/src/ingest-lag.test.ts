import { AggregationTemporality, type MetricProducer } from '@opentelemetry/sdk-metrics'
import { expect, test } from 'vitest'
import { createIngestLag } from './ingest-lag.ts'

const CHAT = { 'gen_ai.operation.name': 'chat' }
const OTHER = { 'gen_ai.operation.name': 'embeddings' }

async function collect(producer: MetricProducer) {
  const { resourceMetrics } = await producer.collect()
  return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
}

async function collectPoints(producer: MetricProducer) {
  return (await collect(producer)).flatMap<unknown>(({ dataPoints }) => dataPoints)
}

test('a lag is counted in the bucket whose bound it reaches, apart by attributes', async () => {
  let nowMs = 1_500
  const lag = createIngestLag(() => nowMs)
  const producer = lag.createProducer(AggregationTemporality.CUMULATIVE)
  expect(await collect(producer)).toEqual([])
  for (const lagS of [0, 0.01, 0.011, 60, 4000]) lag.record(lagS, CHAT)
  lag.record(0.5, OTHER)
  nowMs = 2_250
  const [metric, ...others] = await collect(producer)
  expect(others).toEqual([])
  expect(metric).toMatchObject({
    descriptor: { name: 'spancost.ingest.lag', unit: 's' },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  })
  const boundaries = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 3600]
  const times = { startTime: [1, 500_000_000], endTime: [2, 250_000_000] }
  expect(metric?.dataPoints).toEqual([
    {
      ...times,
      attributes: CHAT,
      value: {
        buckets: { boundaries, counts: [2, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1] },
        count: 5,
        sum: 4060.021,
        min: 0,
        max: 4000,
      },
    },
    {
      ...times,
      attributes: OTHER,
      value: {
        buckets: { boundaries, counts: [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0] },
        count: 1,
        sum: 0.5,
        min: 0.5,
        max: 0.5,
      },
    },
  ])
})

test('each reader has all of it: in sum, or what is new to it', async () => {
  let nowMs = 0
  const lag = createIngestLag(() => nowMs)
  const sum = lag.createProducer(AggregationTemporality.CUMULATIVE)
  const delta = lag.createProducer(AggregationTemporality.DELTA)
  lag.record(1, CHAT)
  nowMs = 1000
  const first = await collectPoints(delta)
  expect(first).toMatchObject([{ startTime: [0, 0], endTime: [1, 0], value: { count: 1 } }])
  expect(await collectPoints(delta)).toEqual([])
  lag.record(2, CHAT)
  nowMs = 2000
  expect(await collectPoints(delta)).toMatchObject([
    { startTime: [1, 0], endTime: [2, 0], value: { count: 1, sum: 2, min: 2, max: 2 } },
  ])
  expect(await collectPoints(sum)).toMatchObject([
    { startTime: [0, 0], endTime: [2, 0], value: { count: 2, sum: 3, min: 1, max: 2 } },
  ])
  // What was told stays as it was told.
  expect(first).toMatchObject([{ value: { count: 1, sum: 1 } }])
})

test('beyond 2000 sets of attributes, the rest shares one', async () => {
  const lag = createIngestLag()
  const producer = lag.createProducer(AggregationTemporality.CUMULATIVE)
  for (let at = 0; at < 2003; at += 1) lag.record(1, { 'service.name': `s${at}` })
  lag.record(1, { 'service.name': 's0' })
  const points = await collectPoints(producer)
  expect(points).toHaveLength(2001)
  expect(points[0]).toMatchObject({ attributes: { 'service.name': 's0' }, value: { count: 2 } })
  expect(points.at(-1)).toMatchObject({
    attributes: { 'otel.metric.overflow': true },
    value: { count: 3 },
  })
})
