import { ExportResultCode } from '@opentelemetry/core'
import type { SpanExporter } from '@opentelemetry/sdk-trace'

/**
 * The OTLP exporter of the protocol that the environment names, loaded when there are spans to send:
 * none of them is needed while the application starts.
 */
export function createLazyExporter(env: NodeJS.ProcessEnv): SpanExporter {
  let loading: Promise<SpanExporter> | undefined
  const load = () => (loading ??= loadExporter(readProtocol(env)))
  return {
    export(spans, done) {
      void exportWith(load(), spans, done)
    },
    async forceFlush() {
      await (await loading)?.forceFlush?.()
    },
    async shutdown() {
      await (await loading)?.shutdown()
    },
  }
}

type Export = SpanExporter['export']

async function exportWith(
  loading: Promise<SpanExporter>,
  spans: Parameters<Export>[0],
  done: Parameters<Export>[1],
): Promise<void> {
  try {
    const exporter = await loading
    exporter.export(spans, done)
  } catch (error) {
    done({ code: ExportResultCode.FAILED, error: error instanceof Error ? error : new Error() })
  }
}

async function loadExporter(protocol: string): Promise<SpanExporter> {
  if (protocol === 'grpc') {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-grpc')
    return new OTLPTraceExporter()
  }
  if (protocol === 'http/json') {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http')
    return new OTLPTraceExporter()
  }
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto')
  return new OTLPTraceExporter()
}

function readProtocol(env: NodeJS.ProcessEnv): string {
  const own = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL']?.trim()
  return own || env['OTEL_EXPORTER_OTLP_PROTOCOL']?.trim() || 'http/protobuf'
}
