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
import type { Config, MetricsDestination } from './config.ts'
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

export interface Telemetry extends Instruments {
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
  const scrapeReader = new ScrapeReader()
  const sdk = new NodeSDK({
    autoDetectResources: false,
    resource: resourceFromAttributes(resource),
    metricReaders: [scrapeReader, ...config.metrics.otlp.map(createOtlpReader)],
    spanProcessors: [],
    logRecordProcessors: [],
    instrumentations: [],
    textMapPropagator: null,
  })
  sdk.start()
  const serializer = new PrometheusSerializer()
  const readCosts = limitShare(() => meter.read())
  const instruments = createInstruments(meter.attributesOf)
  return {
    ...instruments,
    onRecorded(entries, recorded) {
      instruments.onRecorded(entries, recorded)
      meter.exemplars.offer(entries, recorded)
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
function createOtlpReader({
  endpoint,
  headers,
  intervalMs,
  temporality,
}: MetricsDestination): MetricReader {
  const exporter = new OTLPMetricExporter({
    url: `${endpoint}/v1/metrics`,
    headers,
    temporalityPreference:
      temporality === 'delta' ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
  })
  return new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: Math.min(intervalMs, 10_000),
  })
}
