import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import {
  AggregationTemporality,
  PeriodicExportingMetricReader,
  type MetricReader,
} from '@opentelemetry/sdk-metrics'
import type { Store } from '@spancost/ledger'
import type { Config } from './config.ts'
import { createMetricProducer } from './metric-formats.ts'
import type { readCostMetrics } from './meter.ts'

/** Readers that send the cost metrics, and with them the processor's own, over OTLP. */
export function createOtlpReaders(
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
