import { Writable } from 'node:stream'
import { ROOT_CONTEXT, SeverityNumber, trace, TraceFlags } from '@opentelemetry/api'
import type { AnyValue, Context } from '@opentelemetry/api'
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions'
import type { LogDestination } from './config.ts'

/** Sends what is logged over OTLP, beside the lines that are printed. */
export interface LogExport {
  /** Takes the lines that pino writes. */
  readonly lines: Writable
  /** Sends what was not sent yet. */
  stop(): Promise<void>
}

/** pino's levels, by number. */
const SEVERITIES: Readonly<Record<number, readonly [SeverityNumber, string]>> = {
  10: [SeverityNumber.TRACE, 'TRACE'],
  20: [SeverityNumber.DEBUG, 'DEBUG'],
  30: [SeverityNumber.INFO, 'INFO'],
  40: [SeverityNumber.WARN, 'WARN'],
  50: [SeverityNumber.ERROR, 'ERROR'],
  60: [SeverityNumber.FATAL, 'FATAL'],
}

/** Up to 2048 records wait for their export; those beyond are not sent. */
export function startLogExport({ endpoint, headers }: LogDestination, version: string): LogExport {
  const exporter = new OTLPLogExporter({ url: `${endpoint}/v1/logs`, headers })
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({
      [ATTR_SERVICE_NAME]: 'spancost',
      [ATTR_SERVICE_VERSION]: version,
    }),
    processors: [new BatchLogRecordProcessor({ exporter })],
  })
  const logger = provider.getLogger('spancost', version)
  const lines = new Writable({
    decodeStrings: false,
    write: (line: string, _encoding, done) => {
      const {
        level,
        time,
        msg,
        trace_id: traceId,
        span_id: spanId,
        ...rest
      } = JSON.parse(line) as PinoLine
      const [severityNumber, severityText] = SEVERITIES[level]!
      const attributes = rest as Record<string, AnyValue>
      const context = openContext(traceId, spanId)
      logger.emit({ timestamp: time, severityNumber, severityText, body: msg, attributes, context })
      done()
    },
  })
  return { lines, stop: () => provider.shutdown() }
}

/** A record about a span is linked to it, not told in attributes. */
function openContext(traceId: string | undefined, spanId: string | undefined): Context {
  if (traceId === undefined || spanId === undefined) return ROOT_CONTEXT
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED })
}

interface PinoLine {
  readonly level: number
  /** Unix milliseconds. */
  readonly time: number
  readonly msg: string
  /** Of the span that the line is about. */
  readonly trace_id?: string
  readonly span_id?: string
}
