import { REQUEST_TYPES } from './messages.ts'

/**
 * An OTLP/JSON request as protobuf, for a next hop that speaks gRPC, which knows no JSON. Members
 * that the schema does not know are lost, as OTLP/JSON says that a receiver must ignore them.
 * Throws on JSON that is no OTLP request.
 */
export function transcodeJson(signal: keyof typeof REQUEST_TYPES, body: Uint8Array): Uint8Array {
  const type = REQUEST_TYPES[signal]
  const json: unknown = JSON.parse(new TextDecoder('utf-8', UTF8).decode(body), reviveId)
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new Error('the request is not an object')
  }
  return type.encode(type.fromObject(json)).finish()
}

const UTF8 = { fatal: true, ignoreBOM: true }

const ID_NAMES = new Set(['traceId', 'spanId', 'parentSpanId'])

/** Ids are hex in OTLP/JSON, where protobuf's own JSON form would have base64. */
function reviveId(key: string, value: unknown): unknown {
  if (!ID_NAMES.has(key) || typeof value !== 'string') return value
  // Buffer would silently end at the first character that is no hex digit.
  if (!/^([0-9a-f]{2})*$/i.test(value)) throw new Error(`${key} is not hex`)
  return Buffer.from(value, 'hex')
}
