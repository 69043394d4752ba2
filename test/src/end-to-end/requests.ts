/**
 * OTLP requests for tests. They are written once, as OTLP/JSON; the protobuf form is encoded by the
 * generated code of @opentelemetry/otlp-transformer, which shares nothing with ours.
 */
import { credentials, makeClientConstructor, type Metadata, type ServiceError } from '@grpc/grpc-js'
import http from 'node:http'
import oracle from 'otlp-oracle/build/src/generated/root.js'
import { onStop } from './children.ts'

export const PROTOBUF = 'application/x-protobuf'
export const JSON_TYPE = 'application/json'

export type Signal = 'traces' | 'profiles'
type Attributes = Readonly<Record<string, string | number>>

export interface SpanJson {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: AttributeJson[]
}

export interface AttributeJson {
  readonly key: string
  readonly value: {
    readonly stringValue?: string
    readonly intValue?: string
    readonly doubleValue?: number
  }
}

export interface TracesJson {
  readonly resourceSpans: {
    readonly resource: { readonly attributes: AttributeJson[] }
    readonly scopeSpans: { readonly scope: { readonly name: string }; readonly spans: SpanJson[] }[]
  }[]
}

/** 2026-11-02T10:00:00Z: within the dates of every price that these tests rely on. */
const START_SECONDS = 1_793_613_600

/** `id` (1 to 0xffff) makes trace and span id; the trace id is shared where `traceOf` is given. */
export function makeSpan(
  id: number,
  attributes: Attributes,
  options: { readonly traceOf?: number; readonly parent?: number } = {},
): SpanJson {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')
  return {
    traceId: hex(options.traceOf ?? id, 32),
    spanId: hex(id, 16),
    ...(options.parent === undefined ? {} : { parentSpanId: hex(options.parent, 16) }),
    name: `span ${id}`,
    kind: 3,
    startTimeUnixNano: `${START_SECONDS}000000001`,
    endTimeUnixNano: `${START_SECONDS + 1}000000009`,
    attributes: makeAttributes(attributes),
  }
}

/** A chat span as the current GenAI conventions write it. */
export function makeChatSpan(
  id: number,
  call: {
    readonly provider?: string
    readonly model: string
    readonly input: number
    readonly output: number
    readonly cacheRead?: number
  },
): SpanJson {
  return makeSpan(id, {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': call.provider ?? 'openai',
    'gen_ai.request.model': call.model,
    'gen_ai.response.model': call.model,
    'gen_ai.usage.input_tokens': call.input,
    'gen_ai.usage.output_tokens': call.output,
    ...(call.cacheRead === undefined
      ? {}
      : { 'gen_ai.usage.cache_read.input_tokens': call.cacheRead }),
  })
}

export function makeTraces(spans: SpanJson[], service = 'checkout'): TracesJson {
  const resource = { attributes: makeAttributes({ 'service.name': service }) }
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'by-hand' }, spans }] }] }
}

function makeAttributes(attributes: Attributes): AttributeJson[] {
  return Object.entries(attributes).map(([key, value]) => {
    if (typeof value === 'string') return { key, value: { stringValue: value } }
    // OTLP/JSON writes 64-bit integers as strings.
    if (Number.isInteger(value)) return { key, value: { intValue: String(value) } }
    return { key, value: { doubleValue: value } }
  })
}

interface OracleMessage {
  encode(message: unknown): { finish(): Uint8Array }
}

export function encodeTraces(request: TracesJson): Buffer {
  const { ExportTraceServiceRequest } = (
    oracle as unknown as {
      opentelemetry: {
        proto: {
          collector: { trace: { v1: { ExportTraceServiceRequest: OracleMessage } } }
        }
      }
    }
  ).opentelemetry.proto.collector.trace.v1
  return Buffer.from(ExportTraceServiceRequest.encode(toMessage('', request)).finish())
}

/** What differs between OTLP/JSON and the oracle's messages: ids and 64-bit integers. */
function toMessage(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => toMessage('', item))
  if (typeof value === 'string' && /^(trace|span|parentSpan)Id$/.test(key)) {
    return Buffer.from(value, 'hex')
  }
  if (typeof value === 'string' && /(UnixNano|^intValue)$/.test(key)) {
    const bits = BigInt.asUintN(64, BigInt(value))
    return { low: Number(bits & 0xffff_ffffn), high: Number(bits >> 32n) }
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, toMessage(k, v)]))
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

/**
 * One HTTP request on a connection that could be kept, as every OTLP client makes them. Unlike
 * `fetch` it takes an answer that comes before the body is sent whole, as a server gives that
 * refuses a large body.
 */
export function send(
  url: string,
  options: {
    readonly method?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: Uint8Array | string
  } = {},
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { method = 'POST', headers = {} } = options
    const agent = new http.Agent({ keepAlive: true })
    const request = http.request(url, { method, headers, agent })
    let answered = false
    request.on('response', (response) => {
      answered = true
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        agent.destroy()
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        })
      })
    })
    request.on('error', (error) => {
      if (!answered) reject(new Error(`no answer to ${method} ${url}: ${error.message}`))
    })
    request.end(options.body)
  })
}

/** Sends spans to an OTLP/HTTP receiver as protobuf. */
export function sendTraces(httpUrl: string, spans: SpanJson[]): Promise<HttpAnswer> {
  return send(`${httpUrl}/v1/traces`, {
    headers: { 'content-type': PROTOBUF },
    body: encodeTraces(makeTraces(spans)),
  })
}

/** What a gRPC call came to: the response bytes where `code` is 0. */
export interface GrpcAnswer {
  readonly code: number
  readonly details: string
  readonly metadata?: Metadata
  readonly body?: Buffer
}

/** The second is one that the processor does not have. */
const SERVICES: Readonly<Record<Signal, string>> = {
  traces: 'opentelemetry.proto.collector.trace.v1.TraceService',
  profiles: 'opentelemetry.proto.collector.profiles.v1development.ProfilesService',
}

/** `Export` of a signal's service, on bytes. */
export function defineExport(signal: Signal) {
  const pass = (bytes: Buffer): Buffer => bytes
  return {
    export: {
      path: `/${SERVICES[signal]}/Export`,
      requestStream: false as const,
      responseStream: false as const,
      requestSerialize: pass,
      requestDeserialize: pass,
      responseSerialize: pass,
      responseDeserialize: pass,
    },
  }
}

/** Calls `Export` with these bytes. */
export async function callExport(
  address: string,
  body: Uint8Array,
  signal: Signal = 'traces',
): Promise<GrpcAnswer> {
  const Client = makeClientConstructor(defineExport(signal), 'Export')
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.max_send_message_length': -1,
  })
  onStop(async () => client.close())
  const call = client['export'] as unknown as (
    request: Buffer,
    options: { deadline: number },
    callback: (error: ServiceError | null, response?: Buffer) => void,
  ) => void
  return new Promise((resolve) => {
    call.call(client, Buffer.from(body), { deadline: Date.now() + 30_000 }, (error, response) => {
      if (error === null) resolve({ code: 0, details: '', body: response ?? Buffer.alloc(0) })
      else resolve({ code: error.code, details: error.details, metadata: error.metadata })
    })
  })
}
