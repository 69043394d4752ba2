/* oxlint-disable no-underscore-dangle -- names of the SDK */
import { trace } from '@opentelemetry/api'
import { readMember, readObject } from '@spancost/instrumentation'

/** What the SDK, from 2.0, runs before each request; it starts a span where tracing is asked for. */
interface TracingHook {
  beforeRequest: (context: unknown, request: unknown) => Promise<unknown>
  /** Set where the spans go to Mistral. */
  readonly _autoTelemetryProvider?: unknown
}

const silenced = new WeakSet<TracingHook>()

/**
 * The SDK can make spans of its own (`registerTracerProvider()`); they know less of what a price
 * needs, and below ours each would be a second span of the same call. Those that are sent to Mistral
 * are another matter and stay.
 *
 * @param scope whose spans stand for the call
 */
export function silenceNativeSpans(resource: unknown, scope: string): void {
  const hooks = readMember(
    readMember(readMember(resource, '_options'), 'hooks'),
    'beforeRequestHooks',
  )
  if (!Array.isArray(hooks)) return
  for (const hook of hooks) {
    if (!isTracingHook(hook) || silenced.has(hook)) continue
    silenced.add(hook)
    const original = hook.beforeRequest
    hook.beforeRequest = async (context, request) =>
      isBelow(scope) && !isMeantForMistral(hook) ? request : original.call(hook, context, request)
  }
}

function isTracingHook(value: unknown): value is TracingHook {
  const { _mistralTracingHook: mark, beforeRequest } = readObject(value)
  return mark === true && typeof beforeRequest === 'function'
}

function isMeantForMistral(hook: TracingHook): boolean {
  const mode = process.env['MISTRAL_SDK_TELEMETRY'] ?? ''
  return hook._autoTelemetryProvider !== undefined || !['', 'false', 'global'].includes(mode)
}

function isBelow(scope: string): boolean {
  const span: unknown = trace.getActiveSpan()
  return readMember(readMember(span, 'instrumentationScope'), 'name') === scope
}
