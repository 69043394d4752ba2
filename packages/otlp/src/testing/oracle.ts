/**
 * An independent reading of OTLP: the message classes that opentelemetry-js generated from the
 * published .proto files for traces and metrics, and what it has by hand for logs. It drops
 * unknown fields, and of a message that is there twice it keeps the last where protobuf merges.
 */
import { JsonLogsSerializer, ProtobufLogsSerializer } from 'otlp-oracle'
import root from 'otlp-oracle/build/src/generated/root.js'

export interface OracleType {
  readonly name: string
  readonly prototype: object
  fromObject(object: object): object
  encode(message: object): { finish(): Uint8Array }
  decode(bytes: Uint8Array): object
  toObject(message: object, options: object): Record<string, unknown>
}

type Types<Name extends string> = Readonly<Record<Name, OracleType>>

interface OracleRoot {
  readonly common: {
    readonly v1: Types<
      'AnyValue' | 'ArrayValue' | 'KeyValueList' | 'KeyValue' | 'InstrumentationScope' | 'EntityRef'
    >
  }
  readonly resource: { readonly v1: Types<'Resource'> }
  readonly trace: { readonly v1: Types<'ResourceSpans' | 'ScopeSpans' | 'Span' | 'Status'> }
  readonly metrics: { readonly v1: Types<string> }
  readonly collector: {
    readonly trace: {
      readonly v1: Types<'ExportTraceServiceRequest' | 'ExportTraceServiceResponse'>
    }
    readonly metrics: {
      readonly v1: Types<'ExportMetricsServiceRequest' | 'ExportMetricsServiceResponse'>
    }
  }
}

export const oracle = (root as unknown as { opentelemetry: { proto: OracleRoot } }).opentelemetry
  .proto

const { ExportTraceServiceRequest } = oracle.collector.trace.v1

/** An `AnyValue` in the form of OTLP/JSON: integers as text, bytes as base64. */
export interface PlainValue {
  stringValue?: string
  boolValue?: boolean
  intValue?: string
  doubleValue?: number
  arrayValue?: { values?: PlainValue[] }
  kvlistValue?: object
  bytesValue?: string
}

export interface PlainAttribute {
  key?: string
  value?: PlainValue
}

export interface PlainSpan {
  traceId?: string
  spanId?: string
  parentSpanId?: string
  name?: string
  startTimeUnixNano?: string
  endTimeUnixNano?: string
  attributes: PlainAttribute[]
}

export interface PlainRequest {
  resourceSpans: {
    resource?: { attributes: PlainAttribute[] }
    scopeSpans: {
      scope?: { name?: string; version?: string; attributes: PlainAttribute[] }
      spans: PlainSpan[]
    }[]
  }[]
}

/** Integers as text, bytes (ids too) as base64, lists always there. */
export function decodeTraces(bytes: Uint8Array): PlainRequest {
  const options = { longs: String, bytes: String, arrays: true }
  const message = ExportTraceServiceRequest.decode(bytes)
  return ExportTraceServiceRequest.toObject(message, options) as unknown as PlainRequest
}

/** The bytes of a request in OTLP/JSON, whose ids are hex where the oracle wants bytes. */
export function encodeTraces(json: object): Uint8Array {
  const isId = /^(traceId|spanId|parentSpanId)$/
  const withIds: object = JSON.parse(JSON.stringify(json), (key, value: unknown) =>
    isId.test(key) && typeof value === 'string' ? Buffer.from(value, 'hex') : value,
  )
  const message = ExportTraceServiceRequest.fromObject(withIds)
  return ExportTraceServiceRequest.encode(message).finish()
}

/** A log record of the SDK as a request. */
export function encodeLogs(record: object): Uint8Array {
  return ProtobufLogsSerializer.serializeRequest([record as never])!
}

export function encodeLogsJson(record: object): Uint8Array {
  return JsonLogsSerializer.serializeRequest([record as never])!
}

export function decodeLogsResponse(bytes: Uint8Array): object {
  return ProtobufLogsSerializer.deserializeResponse(bytes)
}
