import { metrics } from '@opentelemetry/api'
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MetricReader } from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions'
import type { Store } from '@spancost/ledger'
import type { Config } from './config.ts'
import { createOtlpReaders } from './cost-export.ts'
import { createInstruments, type Instruments } from './instruments.ts'
import { formatPrometheus } from './metric-formats.ts'
import { readCostMetrics } from './meter.ts'

export interface Telemetry extends Instruments {
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
