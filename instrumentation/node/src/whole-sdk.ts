import type { TextMapPropagator } from '@opentelemetry/api'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { NodeSDK } from '@opentelemetry/sdk-node'
import type { StartedSdk } from './sdk.ts'

/** Everything that the standard variables can ask for. */
export function startWholeSdk(
  env: NodeJS.ProcessEnv,
  instrumentations: Instrumentation[],
  propagator: TextMapPropagator,
): StartedSdk {
  const sdk = new NodeSDK({
    instrumentations,
    ...(isAskedFor(env, 'METRICS') ? {} : { metricReaders: [] }),
    ...(isAskedFor(env, 'LOGS') ? {} : { logRecordProcessors: [] }),
    ...((env['OTEL_PROPAGATORS'] ?? '') === '' && { textMapPropagator: propagator }),
  })
  sdk.start()
  return sdk
}

function isAskedFor(env: NodeJS.ProcessEnv, signal: 'METRICS' | 'LOGS'): boolean {
  const isSet = (name: string) => (env[name] ?? '') !== ''
  return isSet(`OTEL_${signal}_EXPORTER`) || isSet(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`)
}
