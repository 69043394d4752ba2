import { context, trace } from '@opentelemetry/api'
import { StackContextManager, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { silenceNativeSpans } from './native-spans.ts'

const SCOPE = '@spancost/instrumentation-mistral'

function createResource(more: object = {}) {
  const traced = vi.fn<() => Promise<string>>(async () => 'traced request')
  const hook = { _mistralTracingHook: true, beforeRequest: traced, ...more }
  const other = { beforeRequest: async () => 'other' }
  return {
    hook,
    other,
    traced,
    resource: { _options: { hooks: { beforeRequestHooks: [other, hook] } } },
  }
}

/** What the SDK would send, asked below a span of the scope. */
async function ask(hook: { beforeRequest: (...args: never[]) => Promise<unknown> }, scope: string) {
  const span = new TracerProvider().getTracer(scope).startSpan('chat')
  const send = hook.beforeRequest as unknown as (...args: unknown[]) => Promise<unknown>
  return context.with(trace.setSpan(context.active(), span), () => send({}, 'request'))
}

beforeAll(() => context.setGlobalContextManager(new StackContextManager().enable()))
afterAll(() => context.disable())
afterEach(() => vi.unstubAllEnvs())

test('below a span of ours, the SDK makes none', async () => {
  const { hook, traced, resource } = createResource()
  silenceNativeSpans(resource, SCOPE)
  silenceNativeSpans(resource, SCOPE)
  expect(await ask(hook, SCOPE)).toBe('request')
  expect(traced).not.toHaveBeenCalled()
})

test('below any other span, it goes on as before, once', async () => {
  const { hook, traced, resource } = createResource()
  silenceNativeSpans(resource, SCOPE)
  silenceNativeSpans(resource, SCOPE)
  expect(await ask(hook, 'application')).toBe('traced request')
  expect(traced).toHaveBeenCalledTimes(1)
})

test('what is sent to Mistral itself stays', async () => {
  const dedicated = createResource({ _autoTelemetryProvider: {} })
  silenceNativeSpans(dedicated.resource, SCOPE)
  expect(await ask(dedicated.hook, SCOPE)).toBe('traced request')

  const byEnvironment = createResource()
  silenceNativeSpans(byEnvironment.resource, SCOPE)
  vi.stubEnv('MISTRAL_SDK_TELEMETRY', 'dedicated')
  expect(await ask(byEnvironment.hook, SCOPE)).toBe('traced request')
  vi.stubEnv('MISTRAL_SDK_TELEMETRY', 'global')
  expect(await ask(byEnvironment.hook, SCOPE)).toBe('request')
})

test('other hooks and SDKs without any are left alone', () => {
  const { other, resource } = createResource()
  const { beforeRequest } = other
  silenceNativeSpans(resource, SCOPE)
  expect(other.beforeRequest).toBe(beforeRequest)
  expect(() => silenceNativeSpans({}, SCOPE)).not.toThrow()
})
