/**
 * Trace requests for tests. They are written as OTLP/JSON; the protobuf form is encoded and decoded
 * by the generated code of @opentelemetry/otlp-transformer, which shares nothing with ours.
 */
import root from 'otlp-oracle/build/src/generated/root.js'

type Values = Readonly<Record<string, string | number | bigint | boolean>>

export interface AttributeJson {
  readonly key: string
  readonly value: {
    readonly stringValue?: string
    readonly intValue?: string
    readonly doubleValue?: number
    readonly boolValue?: boolean
  }
}

export interface SpanJson {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly AttributeJson[]
}

export interface TracesJson {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly AttributeJson[] }
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string; readonly attributes: readonly AttributeJson[] }
      readonly spans: readonly SpanJson[]
    }[]
  }[]
}

/** 2026-06-01T10:00:00Z: within the dates of the prices that tests rely on. */
const START_UNIX_MS = 1_780_308_000_000

/** Span `id` (1 to 0xffff) of trace `id`, by default 1.5 s long. */
export function createSpan(id: number, values: Values): SpanJson {
  return {
    traceId: id.toString(16).padStart(32, '0'),
    spanId: id.toString(16).padStart(16, '0'),
    name: `span ${id}`,
    startTimeUnixNano: `${START_UNIX_MS}000001`,
    endTimeUnixNano: `${START_UNIX_MS + 1500}000001`,
    attributes: createAttributes(values),
  }
}

/** A call of model `one` of provider `acme`, with 20 and 40 tokens. */
export function createChatSpan(id: number, more: Values = {}): SpanJson {
  return createSpan(id, {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'acme',
    'gen_ai.response.model': 'one',
    'gen_ai.usage.input_tokens': 20,
    'gen_ai.usage.output_tokens': 40,
    ...more,
  })
}

export function createTraces(
  spans: readonly SpanJson[],
  resource: Values = { 'service.name': 'checkout' },
  scope: Values = {},
): TracesJson {
  const scopeSpans = [{ scope: { name: 'by-hand', attributes: createAttributes(scope) }, spans }]
  return { resourceSpans: [{ resource: { attributes: createAttributes(resource) }, scopeSpans }] }
}

/** A `bigint` is an integer, and so is a whole `number`. */
function createAttributes(values: Values): AttributeJson[] {
  return Object.entries(values).map(([key, value]) => {
    if (typeof value === 'string') return { key, value: { stringValue: value } }
    if (typeof value === 'boolean') return { key, value: { boolValue: value } }
    // OTLP/JSON writes 64-bit integers as strings.
    const isInteger = typeof value === 'bigint' || Number.isInteger(value)
    return { key, value: isInteger ? { intValue: String(value) } : { doubleValue: value } }
  })
}

interface OracleType {
  fromObject(object: object): object
  encode(message: object): { finish(): Uint8Array }
  decode(bytes: Uint8Array): object
  toObject(message: object, options: object): object
}

const { ExportTraceServiceRequest } = (
  root as unknown as {
    opentelemetry: {
      proto: {
        collector: { trace: { v1: { ExportTraceServiceRequest: OracleType } } }
      }
    }
  }
).opentelemetry.proto.collector.trace.v1

export function encodeTraces(request: TracesJson): Buffer {
  // Ids are hex in OTLP/JSON; a string would be taken for base64.
  const message: object = JSON.parse(JSON.stringify(request), (key, value) =>
    /^(?:trace|span|parentSpan)Id$/.test(key) ? Buffer.from(value, 'hex') : value,
  )
  const type = ExportTraceServiceRequest
  return Buffer.from(type.encode(type.fromObject(message)).finish())
}

/** A plain object; to be compared with what another request decodes to. */
export function decodeTraces(bytes: Uint8Array): object {
  const type = ExportTraceServiceRequest
  return type.toObject(type.decode(bytes), { longs: String })
}
