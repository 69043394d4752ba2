import { NodeSDK } from '@opentelemetry/sdk-node'
import { getNodeInstrumentations } from './instrumentations.ts'

/**
 * Starts the OpenTelemetry SDK as the standard `OTEL_*` variables say, with one difference: metrics
 * and logs are exported only where a variable asks for them. A GenAI application that wants its
 * spans should not get connection errors for two signals that it never mentioned.
 */
export function startSdk(env: NodeJS.ProcessEnv): NodeSDK {
  const sdk = new NodeSDK({
    instrumentations: getNodeInstrumentations(),
    ...(isAskedFor(env, 'METRICS') ? {} : { metricReaders: [] }),
    ...(isAskedFor(env, 'LOGS') ? {} : { logRecordProcessors: [] }),
  })
  sdk.start()
  return sdk
}

function isAskedFor(env: NodeJS.ProcessEnv, signal: 'METRICS' | 'LOGS'): boolean {
  const isSet = (name: string) => (env[name] ?? '') !== ''
  return isSet(`OTEL_${signal}_EXPORTER`) || isSet(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`)
}
