import { context, createContextKey, type TracerProvider } from '@opentelemetry/api'
import { readMember } from './request-values.ts'

/** The key by which the OpenTelemetry SDKs mark their own calls; context keys are global symbols. */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

export function isTracingSuppressed(): boolean {
  return context.active().getValue(SUPPRESS_TRACING) === true
}

/**
 * Whether it is the API's stand-in for a provider, which is handed over where none is registered yet.
 * It may be that of a second copy of the API (CommonJS beside ES modules), to which none ever will be.
 */
export function isStandIn(provider: TracerProvider): boolean {
  return typeof readMember(provider, 'getDelegateTracer') === 'function'
}
