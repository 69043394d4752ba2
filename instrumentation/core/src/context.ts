import { context, createContextKey } from '@opentelemetry/api'

/** The key by which the OpenTelemetry SDKs mark their own calls; context keys are global symbols. */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

export function isTracingSuppressed(): boolean {
  return context.active().getValue(SUPPRESS_TRACING) === true
}
