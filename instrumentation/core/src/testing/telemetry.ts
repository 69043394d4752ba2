import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace'
import { createInstruments } from '../metrics.ts'
import type { OperationStart, Telemetry } from '../operation.ts'

export interface RecordedPoint {
  readonly metric: string
  readonly attributes: object
  readonly count: number
  readonly sum: number | undefined
}

/** A telemetry whose spans and metrics can be looked at. */
export interface RecordingTelemetry extends Telemetry {
  readSpans(): readonly ReadableSpan[]
  readPoints(): Promise<readonly RecordedPoint[]>
}

export function createRecordingTelemetry(): RecordingTelemetry {
  const spans = new InMemorySpanExporter()
  const tracers = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter: spans })],
  })
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const meters = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter: metrics })],
  })
  return {
    tracer: tracers.getTracer('test'),
    instruments: createInstruments(meters.getMeter('test')),
    readSpans: () => spans.getFinishedSpans(),
    async readPoints() {
      await meters.forceFlush()
      const [newest] = metrics.getMetrics().slice(-1)
      const found = newest?.scopeMetrics.flatMap((scope) => scope.metrics) ?? []
      return found.flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => ({
          metric: descriptor.name,
          attributes,
          count: typeof value === 'number' ? 1 : value.count,
          sum: typeof value === 'number' ? value : value.sum,
        })),
      )
    },
  }
}

export const CHAT: OperationStart = {
  name: 'chat',
  provider: 'openai',
  requestModel: 'gpt-4o',
  server: { address: 'api.openai.com', port: 443 },
  stream: false,
  attributes: {},
  serviceTierKey: 'openai.response.service_tier',
}
