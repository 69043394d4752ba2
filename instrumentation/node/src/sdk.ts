import {
  CompositePropagator,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core'
import { createCostPropagator } from '@spancost/instrumentation'
import { registerInstrumentations } from './instrumentations.ts'

/** What runs, so that it can be ended. */
export interface StartedSdk {
  shutdown(): Promise<void>
}

/**
 * Starts the OpenTelemetry SDK as the standard `OTEL_*` variables say, with one difference: metrics
 * and logs are exported only where a variable asks for them. A GenAI application that wants its
 * spans should not get connection errors for two signals that it never mentioned.
 *
 * The usual variables need only the tracing SDK. Whatever else is asked for, the whole SDK sees to;
 * it loads every exporter that there is, which takes several times as long.
 */
export async function startSdk(env: NodeJS.ProcessEnv): Promise<StartedSdk> {
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true')
    return { shutdown: async () => undefined }
  const instrumentations = registerInstrumentations()
  const standard = new CompositePropagator({
    propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
  })
  const propagator = createCostPropagator(standard, {
    sendTo: readList(env['SPANCOST_DIMENSIONS_SEND_TO']),
    trustInbound: env['SPANCOST_DIMENSIONS_TRUST_INBOUND'] === 'true',
  })
  if (needsOnlyTracing(env)) {
    const { startTracing } = await import('./tracing-sdk.ts')
    return startTracing(env, instrumentations, propagator)
  }
  const { startWholeSdk } = await import('./whole-sdk.ts')
  return startWholeSdk(env, instrumentations, propagator)
}

const KNOWN: ReadonlySet<string> = new Set([
  'OTEL_RESOURCE_ATTRIBUTES',
  'OTEL_SDK_DISABLED',
  'OTEL_SEMCONV_STABILITY_OPT_IN',
  'OTEL_SERVICE_NAME',
])

/** Exporters read these by themselves. */
const KNOWN_PREFIXES = ['OTEL_EXPORTER_OTLP_', 'OTEL_INSTRUMENTATION_']

/** Variables that may only say what is done anyway. */
const KNOWN_VALUES: Readonly<Record<string, readonly string[]>> = {
  OTEL_TRACES_EXPORTER: ['otlp'],
  OTEL_METRICS_EXPORTER: ['none'],
  OTEL_LOGS_EXPORTER: ['none'],
  OTEL_PROPAGATORS: ['tracecontext,baggage'],
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: [],
  OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: [],
}

/** Whether no variable asks for more than traces by OTLP, as they are sent by default. */
export function needsOnlyTracing(env: NodeJS.ProcessEnv): boolean {
  return Object.entries(env).every(([name, value = '']) => {
    if (!name.startsWith('OTEL_') || value === '') return true
    const values = KNOWN_VALUES[name]
    if (values !== undefined) return values.includes(value.trim())
    return KNOWN.has(name) || KNOWN_PREFIXES.some((prefix) => name.startsWith(prefix))
  })
}

function readList(value = ''): readonly string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
