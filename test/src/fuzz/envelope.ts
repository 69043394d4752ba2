/**
 * An independent opinion on what an OTLP request is, written from protobuf's encoding document and
 * the OTLP schema, and slow: which requests have to be refused, and which must not be.
 */
import type { Encoding } from '../conformance/otlp/case.ts'

/** `bad`: no OTLP request. `good`: one, down to its last value. `open`: a fault deeper than spans. */
export type Opinion = 'bad' | 'good' | 'open'

/** Of each message, the fields that are messages themselves. */
interface Shape {
  readonly [field: number]: Shape
}

const ANY_VALUE: { 5?: Shape; 6?: Shape } = {}
const KEY_VALUE: Shape = { 2: ANY_VALUE }
ANY_VALUE[5] = { 1: ANY_VALUE }
ANY_VALUE[6] = { 1: KEY_VALUE }

const RESOURCE: Shape = { 1: KEY_VALUE }
const SCOPE: Shape = { 3: KEY_VALUE }
const SPAN: Shape = { 9: KEY_VALUE, 11: { 3: KEY_VALUE }, 13: { 4: KEY_VALUE }, 15: {} }
const REQUEST: Shape = { 1: { 1: RESOURCE, 2: { 1: SCOPE, 2: SPAN } } }
/** The same of all signals: resources, scopes, items. */
const ENVELOPE: Shape = { 1: { 2: { 2: {} } } }

/** On what a receiver has to say to a request; of metrics and logs only the envelope is known. */
export function judge(signal: string, encoding: Encoding, body: Buffer): Opinion {
  if (encoding === 'json') return isJson(body) ? 'open' : 'bad'
  if (!isMessage(body, ENVELOPE, 1)) return 'bad'
  return signal === 'traces' && isMessage(body, REQUEST, Infinity) ? 'good' : 'open'
}

function isJson(body: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

/** `depth` bounds the messages that are looked into: 1 steps over what the shape calls items. */
function isMessage(bytes: Buffer, shape: Shape, depth: number): boolean {
  let at = 0
  while (at < bytes.length) {
    const tag = readVarint(bytes, at)
    if (tag === undefined || tag.value > 0xffff_ffffn) return false
    const [number, kind] = [Number(tag.value >> 3n), Number(tag.value & 7n)]
    if (number === 0) return false
    at = tag.end
    if (kind === 0) {
      const value = readVarint(bytes, at)
      if (value === undefined) return false
      at = value.end
    } else if (kind === 1 || kind === 5) {
      at += kind === 1 ? 8 : 4
    } else if (kind === 2) {
      const length = readVarint(bytes, at)
      if (length === undefined || length.value > BigInt(bytes.length - length.end)) return false
      at = length.end + Number(length.value)
      const below = shape[number]
      const isItem = depth === 1 && below !== undefined && Object.keys(below).length === 0
      if (below !== undefined && !isItem) {
        if (!isMessage(bytes.subarray(length.end, at), below, depth)) return false
      }
    } else {
      return false
    }
    if (at > bytes.length) return false
  }
  return true
}

function readVarint(bytes: Buffer, start: number): { value: bigint; end: number } | undefined {
  let value = 0n
  for (let at = start; at < start + 10; at++) {
    const byte = bytes[at]
    if (byte === undefined) return undefined
    value |= BigInt(byte & 127) << BigInt(7 * (at - start))
    if (byte < 128) return { value, end: at + 1 }
  }
  return undefined
}
