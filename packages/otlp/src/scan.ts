/** What a scan is asked for and what it gives, whichever the encoding. */
import type { TraceSet } from './trace-set.ts'

export type Encoding = 'protobuf' | 'json'

/**
 * Integers beyond 2^53 - 1 come as `bigint`; text is cut to 1024 bytes; bytes, maps and lists
 * inside lists are not read.
 */
export type AttributeValue = string | number | bigint | boolean | readonly AttributeValue[]

/** The attributes that a scan was asked for, as far as they are there. */
export interface Attributes {
  get(key: string): AttributeValue | undefined
  has(key: string): boolean
}

/** Which attributes a scan reads. Everything else is stepped over unread. */
export interface ScanKeys {
  /** A span with none of these is left out of the scan. */
  readonly marks: readonly string[]
  /** Read from spans; the first of several attributes of one key counts. */
  readonly span: readonly string[]
  /** Read from scopes and resources. */
  readonly shared: readonly string[]
  /** Span attributes that the scanning side writes itself: a patch replaces what stands there. */
  readonly own: readonly string[]
}

export interface ScannedScope {
  readonly name: string
  readonly version: string
  readonly attributes: Attributes
}

/**
 * A span that carries one of the marks. It reads the request's bytes when it is asked, so they must
 * not change as long as it is used; what it is asked for more than once is best kept by the caller.
 */
export interface ScannedSpan {
  /** 32 lower-case hex digits, or empty where the span has no valid trace id. */
  readonly traceId: string
  /** 16 lower-case hex digits, or empty where the span has no valid span id. */
  readonly spanId: string
  /** 16 lower-case hex digits, or empty for a root span. */
  readonly parentSpanId: string
  readonly name: string
  readonly startTimeUnixNano: bigint
  readonly endTimeUnixNano: bigint
  readonly attributes: Attributes
  readonly scope: ScannedScope
  readonly resource: Attributes
}

/** What of a span says where in its trace it is, whatever else it may be; see `Scan.relatives`. */
export interface ScannedRelative {
  /** Ids as in `ScannedSpan`; neither of the first two is empty. */
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly name: string
  readonly startTimeUnixNano: bigint
  readonly endTimeUnixNano: bigint
  /** `service.name` of its resource, or empty. */
  readonly service: string
}

/** Traces whose spans are looked for; see `createTraceSet`. */
export type WantedTraces = Pick<TraceSet, 'has' | 'hasAt'>

/** A `number` is written as a double, a `bigint` as a 64-bit integer. */
export interface NewAttribute {
  readonly key: string
  readonly value: string | number | bigint
}

/** Attributes that many spans get, with what they are in protobuf; see `createAttributeBlock`. */
export interface AttributeBlock {
  readonly attributes: readonly NewAttribute[]
  readonly encoded: Buffer
}

export interface SpanPatch {
  /** Of the same request. */
  readonly span: ScannedSpan | ScannedRelative
  /** Stands before `attributes`. */
  readonly block?: AttributeBlock
  readonly attributes: readonly NewAttribute[]
}

export interface Scan {
  /** All spans of the request, marked or not. */
  readonly spanCount: number
  /** The marked ones, in the order of the request. */
  readonly spans: readonly ScannedSpan[]
  /** The spans of some traces, marked or not, that have both ids and are none of `except`. */
  relatives(traces: WantedTraces, except: readonly ScannedSpan[]): readonly ScannedRelative[]
  /**
   * A new request: the scanned one with new attributes behind the last attribute of each patched span
   * (replacing that span's `own` attributes), the lengths above fixed, every other byte as it was.
   * Each span may be patched once, and must come from this scan. No one else uses the ArrayBuffer
   * that the bytes lie in; it may be longer than they are.
   */
  patch(patches: readonly SpanPatch[]): Uint8Array
}

export type ScanResult =
  | { readonly kind: 'scanned'; readonly scan: Scan }
  /** Not an OTLP trace request; `reason` says what and where. */
  | { readonly kind: 'malformed'; readonly reason: string }
