import { expect, test } from 'vitest'
import { needsOnlyTracing } from './sdk.ts'

test.each<Readonly<Record<string, string>>>([
  {},
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_SERVICE_NAME: 'shop' },
  { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_HEADERS: 'a=b' },
  { OTEL_TRACES_EXPORTER: 'otlp', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
  { OTEL_TRACES_SAMPLER: '', OTHER: 'x' },
])('%j needs traces by OTLP only', (env) => {
  expect(needsOnlyTracing(env)).toBe(true)
})

test.each<Readonly<Record<string, string>>>([
  { OTEL_TRACES_EXPORTER: 'console' },
  { OTEL_TRACES_EXPORTER: 'none' },
  { OTEL_METRICS_EXPORTER: 'otlp' },
  { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://collector:4318' },
  { OTEL_TRACES_SAMPLER: 'always_off' },
  { OTEL_BSP_SCHEDULE_DELAY: '100' },
  { OTEL_PROPAGATORS: 'b3' },
  { OTEL_LOG_LEVEL: 'debug' },
  { OTEL_SOMETHING_NEW: '1' },
])('%j needs the whole SDK', (env) => {
  expect(needsOnlyTracing(env)).toBe(false)
})
