/** An instrumentation to compare with, in an installation of its own. */
export interface Peer {
  readonly name: string
  /** Of the compared SDKs, those that it has an instrumentation for. */
  readonly sdks: readonly string[]
  /** Of npm, with versions; ours has none, it is the checkout. */
  readonly packages: Readonly<Record<string, string>>
  /** A CommonJS module that is loaded before the application. */
  readonly preload: string
}

/** The SDKs that everybody gets, in the versions of this day. */
export const SDK_PACKAGES: Readonly<Record<string, string>> = {
  '@anthropic-ai/sdk': '1.12.0',
  '@google/genai': '3.1.0',
  openai: '7.57.0',
}

/** By their keys in the matrix. */
export const COMPARED_SDKS = ['openai', 'anthropic', 'googleGenAI']

const SDK_2 = {
  '@opentelemetry/api': '1.9.1',
  '@opentelemetry/exporter-trace-otlp-http': '0.223.0',
  '@opentelemetry/instrumentation': '0.223.0',
  '@opentelemetry/sdk-trace-node': '2.12.0',
}

/** Starts an SDK of the second generation with these instrumentations. */
function preloadSdk2(...classes: readonly (readonly [name: string, from: string])[]): string {
  return `
const { NodeTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-node')
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-http')
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const spanProcessors = [new SimpleSpanProcessor(new OTLPTraceExporter())]
const tracerProvider = new NodeTracerProvider({ spanProcessors })
tracerProvider.register()
const instrumentations = [${classes.map(([name, from]) => `new (require('${from}').${name})()`).join(', ')}]
registerInstrumentations({ tracerProvider, instrumentations })
process.once('beforeExit', () => tracerProvider.shutdown())`
}

const NO_OTHER_SIGNALS = `
process.env.OTEL_METRICS_EXPORTER = process.env.OTEL_LOGS_EXPORTER = 'none'
process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json'`

export const PEERS: readonly Peer[] = [
  {
    name: 'OpenTelemetry',
    sdks: ['openai'],
    packages: {
      '@opentelemetry/instrumentation-openai': '0.22.0',
      '@opentelemetry/api': '1.10.0',
      '@opentelemetry/sdk-node': '0.301.0',
    },
    preload: `${NO_OTHER_SIGNALS}
const { NodeSDK } = require('@opentelemetry/sdk-node')
const { OpenAIInstrumentation } = require('@opentelemetry/instrumentation-openai')
const sdk = new NodeSDK({ instrumentations: [new OpenAIInstrumentation()] })
sdk.start()
process.once('beforeExit', () => sdk.shutdown())`,
  },
  {
    name: 'OpenLLMetry (Traceloop)',
    sdks: COMPARED_SDKS,
    packages: {
      ...SDK_2,
      '@traceloop/instrumentation-anthropic': '0.27.0',
      '@traceloop/instrumentation-google-generativeai': '0.27.0',
      '@traceloop/instrumentation-openai': '0.27.0',
    },
    preload: preloadSdk2(
      ['OpenAIInstrumentation', '@traceloop/instrumentation-openai'],
      ['AnthropicInstrumentation', '@traceloop/instrumentation-anthropic'],
      ['GenAIInstrumentation', '@traceloop/instrumentation-google-generativeai'],
    ),
  },
  {
    name: 'OpenInference (Arize)',
    sdks: ['openai', 'anthropic'],
    packages: {
      ...SDK_2,
      '@arizeai/openinference-instrumentation-anthropic': '0.2.8',
      '@arizeai/openinference-instrumentation-openai': '4.2.7',
    },
    preload: preloadSdk2(
      ['OpenAIInstrumentation', '@arizeai/openinference-instrumentation-openai'],
      ['AnthropicInstrumentation', '@arizeai/openinference-instrumentation-anthropic'],
    ),
  },
  {
    name: 'OpenLIT',
    sdks: COMPARED_SDKS,
    packages: { openlit: '1.15.0' },
    preload: `${NO_OTHER_SIGNALS}
const openlit = require('openlit')
;(openlit.default ?? openlit).init({
  applicationName: 'application',
  otlpEndpoint: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
  disableBatch: true,
  disableMetrics: true,
})`,
  },
  {
    name: 'Sentry',
    sdks: COMPARED_SDKS,
    packages: { '@sentry/node': '11.12.0' },
    // It sends envelopes of its own; their spans are handed on as OTLP.
    preload: `
const Sentry = require('@sentry/node')
const sent = []
Sentry.init({
  dsn: 'http://key@127.0.0.1:9/1',
  tracesSampleRate: 1,
  traceLifecycle: 'static',
  beforeSendTransaction(event) {
    const { trace } = event.contexts
    const spans = [{ ...trace, description: event.transaction }, ...event.spans]
    sent.push(...spans.map((span) => ({
      traceId: span.trace_id,
      spanId: span.span_id,
      parentSpanId: span.parent_span_id,
      name: span.description ?? '',
      attributes: Object.entries(span.data ?? {}).map(([key, value]) => ({
        key,
        value: typeof value === 'number' ? { doubleValue: value } : { stringValue: String(value) },
      })),
    })))
    return null
  },
})
globalThis.runBelowSpan = (name, run) => Sentry.startNewTrace(() => Sentry.startSpan({ name }, run))
process.once('beforeExit', async () => {
  await Sentry.flush(2000)
  const scopeSpans = [{ scope: { name: '@sentry/node', version: Sentry.SDK_VERSION }, spans: sent }]
  await fetch(process.env.OTEL_EXPORTER_OTLP_ENDPOINT + '/v1/traces', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans }] }),
  })
})`,
  },
]
