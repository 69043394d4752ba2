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
import type { Entry, Recorded } from '@spancost/ledger'
import type { Config, MetricsDestination } from './config.ts'
import { createIngestLag, type IngestLag } from './ingest-lag.ts'
import { createInstruments, type Instruments } from './instruments.ts'
import type { CostMeter } from './meter/cost-meter.ts'
import { limitShare } from './meter/limit-share.ts'
import {
  chooseFormat,
  CONTENT_TYPES,
  END_OF_OPEN_METRICS,
  formatCosts,
  toOpenMetrics,
} from './meter/prometheus-text.ts'

export interface Telemetry extends Omit<Instruments, 'onRecorded'> {
  /** Told what became of a request's operations. */
  readonly onRecorded: (entries: readonly Entry[], recorded: readonly Recorded[]) => void
  /** Everything for `/metrics`, the cost metrics and our own, in the format that is accepted. */
  readMetrics(accept: string): Promise<{ readonly contentType: string; readonly text: string }>
  /** Exports what is not exported yet of the processor's own metrics. */
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
export function startTelemetry(
  config: Config,
  meter: CostMeter,
  resource: Readonly<Record<string, string>>,
): Telemetry {
  const lag = createIngestLag()
  const scrapeReader = new ScrapeReader({
    metricProducers: [lag.createProducer(AggregationTemporality.CUMULATIVE)],
  })
  const otlpReaders = config.metrics.otlp.map((destination) => createOtlpReader(destination, lag))
  const sdk = new NodeSDK({
    autoDetectResources: false,
    resource: resourceFromAttributes(resource),
    metricReaders: [scrapeReader, ...otlpReaders],
    spanProcessors: [],
    logRecordProcessors: [],
    instrumentations: [],
    textMapPropagator: null,
  })
  sdk.start()
  const serializer = new PrometheusSerializer()
  const readCosts = limitShare(() => meter.read())
  const instruments = createInstruments(lag)
  return {
    ...instruments,
    onRecorded(entries, recorded) {
      const attributes = entries.map(({ labels }) => meter.attributesOf(labels))
      instruments.onRecorded(entries, recorded, attributes)
      meter.exemplars.offer(entries, recorded, attributes)
    },
    readMetrics: async (accept) => {
      const format = chooseFormat(accept)
      const contentType = CONTENT_TYPES[format]
      const costs = formatCosts((await readCosts()).metrics, format)
      // OTEL_SDK_DISABLED switches our own metrics off; what was spent can be asked for still.
      const collected = await scrapeReader.collect().catch(() => undefined)
      const own = collected === undefined ? '' : serializer.serialize(collected.resourceMetrics)
      if (format === 'text') return { contentType, text: costs + own }
      return { contentType, text: costs + toOpenMetrics(own) + END_OF_OPEN_METRICS }
    },
    stop: async () => {
      await sdk.shutdown()
      metrics.disable()
    },
  }
}

/** For the processor's own metrics; the cost metrics go out beside them (`cost-export.ts`). */
function createOtlpReader(
  { endpoint, headers, intervalMs, temporality: configured }: MetricsDestination,
  lag: IngestLag,
): MetricReader {
  const temporality =
    configured === 'delta' ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE
  const exporter = new OTLPMetricExporter({
    url: `${endpoint}/v1/metrics`,
    headers,
    temporalityPreference: temporality,
  })
  return new PeriodicExportingMetricReader({
    exporter,
    metricProducers: [lag.createProducer(temporality)],
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: Math.min(intervalMs, 10_000),
  })
}
