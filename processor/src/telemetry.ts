import { metrics } from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  MetricReader,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions'
import type { Recorded, Store } from '@spancost/ledger'
import type { Config } from './config.ts'
import type { Consume, OtlpRequest } from './consume.ts'
import { createMetricProducer, formatPrometheus } from './metric-formats.ts'
import { readCostMetrics } from './meter.ts'

export interface Telemetry {
  readonly onRecorded: (spanCount: number, recorded: readonly Recorded[]) => void
  /** Shows what is in work, as asked for whenever metrics are read. */
  watchInFlight(readBytes: () => number): void
  /** Counts what a best-effort destination did not get. */
  readonly onLost: (request: OtlpRequest) => void
  /** Counts requests by what became of them, and how long they took. */
  measure(next: Consume): Consume
  /** Everything for `/metrics`: the cost metrics and our own, in the Prometheus text format. */
  readPrometheusText(): Promise<string>
  /** Exports what is not exported yet; reads the ledger, so it comes before that is closed. */
  stop(): Promise<void>
}

/** Collects our own metrics when `/metrics` is asked for. */
class ScrapeReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/**
 * Starts the processor's own telemetry. Metrics go out over OTLP only where the config names a
 * destination; nothing is sent anywhere else.
 */
export function startTelemetry(config: Config, store: Store, version: string): Telemetry {
  const readMetrics = () => readCostMetrics(store, config.dimensions)
  const scrapeReader = new ScrapeReader()
  const sdk = new NodeSDK({
    autoDetectResources: false,
    resource: resourceFromAttributes({
      [ATTR_SERVICE_NAME]: 'spancost',
      [ATTR_SERVICE_VERSION]: version,
    }),
    metricReaders: [scrapeReader, ...createOtlpReaders(config, store, readMetrics)],
    spanProcessors: [],
    logRecordProcessors: [],
    instrumentations: [],
    textMapPropagator: null,
  })
  sdk.start()
  const serializer = new PrometheusSerializer()
  return {
    ...createInstruments(),
    readPrometheusText: async () => {
      const costs = formatPrometheus(await readMetrics())
      // OTEL_SDK_DISABLED switches our own metrics off; what was spent can be asked for still.
      const own = await scrapeReader.collect().catch(() => undefined)
      return own === undefined ? costs : costs + serializer.serialize(own.resourceMetrics)
    },
    stop: async () => {
      await sdk.shutdown()
      metrics.disable()
    },
  }
}

function createOtlpReaders(
  config: Config,
  store: Store,
  readMetrics: () => ReturnType<typeof readCostMetrics>,
): readonly MetricReader[] {
  const { otlp } = config.metrics
  if (otlp === undefined) return []
  const exporter = new OTLPMetricExporter({
    url: `${otlp.endpoint}/v1/metrics`,
    headers: otlp.headers,
    temporalityPreference: AggregationTemporality.CUMULATIVE,
  })
  return [
    new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis: otlp.intervalMs,
      exportTimeoutMillis: Math.min(otlp.intervalMs, 10_000),
      metricProducers: [createMetricProducer(store.beganAtUnixMs, readMetrics)],
    }),
  ]
}

function createInstruments(): Pick<
  Telemetry,
  'onRecorded' | 'onLost' | 'measure' | 'watchInFlight'
> {
  const meter = metrics.getMeter('spancost')
  const spans = meter.createCounter('spancost.processor.spans', {
    description: 'Spans that were received and read.',
    unit: '{span}',
  })
  const entries = meter.createCounter('spancost.processor.entries', {
    description: 'GenAI operations, by whether the ledger had them already.',
    unit: '{entry}',
  })
  const duration = meter.createHistogram('spancost.processor.request.duration', {
    description: 'From a whole request to its answer, by what became of it.',
    unit: 's',
    advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] },
  })
  const bytes = meter.createCounter('spancost.processor.request.size', {
    description: 'Bytes of requests, uncompressed, by what became of them.',
    unit: 'By',
  })
  const lost = meter.createCounter('spancost.processor.best_effort.lost', {
    description: 'Requests that a best-effort destination did not take.',
    unit: '{request}',
  })
  const inFlight = meter.createObservableGauge('spancost.processor.in_flight', {
    description: 'Bytes of requests that are being read or are in work.',
    unit: 'By',
  })
  return {
    watchInFlight: (readBytes) => inFlight.addCallback((result) => result.observe(readBytes())),
    onLost: ({ signal }) => lost.add(1, { 'spancost.signal': signal }),
    onRecorded: (spanCount, recorded) => {
      spans.add(spanCount)
      for (const { outcome, standing } of recorded) {
        entries.add(1, { 'spancost.entry.outcome': outcome, 'spancost.cost.standing': standing })
      }
    },
    measure: (next) => async (request, signal) => {
      const startMs = performance.now()
      const result = await next(request, signal)
      const attributes = {
        'spancost.signal': request.signal,
        'spancost.request.outcome': result.kind,
        ...(result.kind === 'permanent' && { 'spancost.request.fault': result.fault }),
      }
      duration.record((performance.now() - startMs) / 1000, attributes)
      bytes.add(request.body.length, attributes)
      return result
    },
  }
}
